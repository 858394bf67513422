import type { Fact } from '../../../engine/machine/index.ts';
import { ATTRIBUTES, TRANSACTIONAL_FLAG } from '../../../engine/records/index.ts';
import type { ClientFact, Invariant, MemberFact, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { GroupBatch } from '../shadow/groups-shadow.ts';

/** Of a batch's two bytes of attributes the one that has its flags. */
const FLAGS = ATTRIBUTES + 1;

/** Offsets of a log that a reader may pass without being handed a record. */
interface Passable {
  /** Base offsets of batches of transactions, markers among them, rising: who reads committed is spared the aborted. */
  readonly transactional: number[];
  /** A cleaner took records out. */
  isCleaned: boolean;
}

/**
 * What a group has committed nobody will read again: at least once means that a member commits only what its
 * application has been handed (`Consumer.position`, never what was fetched ahead). And nobody is handed what is not
 * replicated.
 */
export class CommittedOffsetsAreRead implements Invariant {
  readonly name = 'CommittedOffsetsAreRead';
  readonly property =
    'A committed position is not beyond what is replicated of its partition, nor beyond what its member has been handed.';
  readonly facts = ['log appended', 'log compacted'] as const;
  readonly #passable = new Map<string, Passable>();
  /** By `client log`: behind the last record that it was handed. */
  readonly #reached = new Map<string, number>();
  readonly #members = new Set<string>();

  onFact(_at: number, _node: string, fact: Fact): void {
    if (fact.fact === 'log compacted') this.#passableOf(fact.log).isCleaned = true;
    if (fact.fact !== 'log appended' || (fact.batch[FLAGS]! & TRANSACTIONAL_FLAG) === 0) return;
    const { transactional } = this.#passableOf(fact.log);
    if (fact.baseOffset > (transactional.at(-1) ?? -1)) transactional.push(fact.baseOffset);
  }

  onClient(_at: number, fact: ClientFact): void {
    if (fact.kind !== 'read' || !this.#members.has(fact.client)) return;
    this.#reached.set(`${fact.client} ${fact.log}`, fact.recordOffset + 1);
  }

  onMember(at: number, fact: MemberFact, shadow: ClusterShadow, report: Report): void {
    this.#members.add(fact.client);
    switch (fact.kind) {
      case 'assigned':
      case 'given up':
        for (const log of fact.logs) this.#reached.delete(`${fact.client} ${log}`);
        return;
      case 'positioned':
        this.#reached.set(`${fact.client} ${fact.log}`, fact.position);
        return;
      case 'committing':
        for (const { log, offset } of fact.offsets)
          this.#judge(at, fact.client, fact.group, log, offset, shadow, report);
        return;
      default:
        return;
    }
  }

  onGroupBatch(at: number, batch: GroupBatch, shadow: ClusterShadow, report: Report): void {
    for (const { record, recordOffset } of batch.records) {
      if (record.type !== 'OffsetCommit' || record.value === null) continue;
      const { group, partition, topic } = record.key;
      if (shadow.incarnations.wasDeleted(topic)) continue;
      const log = `${topic}-${partition}`;
      const { end } = shadow.replicatedLog(log);
      if (record.value.offset <= end) continue;
      report({
        check: this.name,
        at,
        message: `group ${group}: ${log} was committed at ${record.value.offset}, and only ${end} offsets are replicated, by ${batch.log} at offset ${recordOffset}`,
        evidence: { group, log, position: record.value.offset, replicatedEnd: end, recordOffset },
      });
    }
  }

  #judge(
    at: number,
    client: string,
    group: string,
    log: string,
    offset: number,
    shadow: ClusterShadow,
    report: Report,
  ): void {
    const reached = this.#reached.get(`${client} ${log}`);
    if (reached === undefined || offset <= reached) return;
    const unread = this.#firstUnread(log, reached, offset, shadow);
    if (unread === null) return;
    report({
      check: this.name,
      at,
      message: `group ${group}: ${client} commits ${log} at ${offset}, and was handed nothing from ${unread} on`,
      evidence: { group, client, log, position: offset, reached, recordOffset: unread },
    });
  }

  /** The first offset of a record that every reader would have been handed; null when there is none. */
  #firstUnread(log: string, from: number, to: number, shadow: ClusterShadow): number | null {
    const passable = this.#passable.get(log);
    if (passable?.isCleaned === true) return null;
    const { entries } = shadow.replicatedLog(log);
    for (let i = entries.positionOf(from); i < entries.length; i++) {
      const baseOffset = entries.baseOffset(i);
      if (baseOffset >= to) return null;
      if (passable?.transactional.includes(baseOffset) !== true) return Math.max(from, baseOffset);
    }
    return null;
  }

  #passableOf(log: string): Passable {
    let passable = this.#passable.get(log);
    if (passable === undefined) this.#passable.set(log, (passable = { transactional: [], isCleaned: false }));
    return passable;
  }
}
