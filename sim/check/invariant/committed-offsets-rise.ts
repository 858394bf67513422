import type { Invariant, MemberFact, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { GroupBatch } from '../shadow/groups-shadow.ts';

interface LastCommit {
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly offset: number;
}

/**
 * A consumer reads on. Within a generation, or an epoch of its own, it goes back only when it was told to: by a seek, a
 * reset, or a transaction that was aborted.
 */
export class CommittedOffsetsRise implements Invariant {
  readonly name = 'CommittedOffsetsRise';
  readonly property =
    'The positions that a member commits for a partition in one generation or epoch do not go back, unless it was positioned anew.';
  readonly facts = [] as const;
  /** By `group log`. */
  readonly #last = new Map<string, LastCommit>();
  /** By member id. */
  readonly #clients = new Map<string, string>();
  /** By `client log`: how often it was positioned since it was assigned. */
  readonly #positioned = new Map<string, number>();

  onMember(_at: number, fact: MemberFact): void {
    switch (fact.kind) {
      case 'member':
        if (fact.memberId !== '') this.#clients.set(fact.memberId, fact.client);
        return;
      case 'assigned':
        for (const log of fact.logs) this.#positioned.set(`${fact.client} ${log}`, 0);
        return;
      case 'positioned': {
        const key = `${fact.client} ${fact.log}`;
        this.#positioned.set(key, (this.#positioned.get(key) ?? 0) + 1);
        return;
      }
      default:
        return;
    }
  }

  onGroupBatch(at: number, batch: GroupBatch, shadow: ClusterShadow, report: Report): void {
    const { claim } = batch;
    for (const { recordOffset, record } of batch.records) {
      if (record.type !== 'OffsetCommit') continue;
      const { group, partition, topic } = record.key;
      if (shadow.incarnations.wasDeleted(topic)) continue;
      const log = `${topic}-${partition}`;
      const key = `${group} ${log}`;
      if (record.value === null || claim === null || claim.group !== group || claim.memberId === '') {
        this.#last.delete(key);
        continue;
      }
      const last = this.#last.get(key);
      const { memberEpoch, memberId } = claim;
      const { offset } = record.value;
      this.#last.set(key, { memberId, memberEpoch, offset });
      if (last === undefined || last.memberId !== memberId || last.memberEpoch !== memberEpoch) continue;
      shadow.probe('check: position committed again in one epoch');
      if (offset >= last.offset || this.#wasMoved(memberId, log)) continue;
      report({
        check: this.name,
        at,
        message:
          `group ${group}: ${memberId} of epoch ${memberEpoch} committed ${log} at ${last.offset} and then at ${offset}, ` +
          `by ${batch.log} at offset ${recordOffset}`,
        evidence: { group, log, memberId, memberEpoch, positions: [last.offset, offset], recordOffset },
      });
    }
  }

  #wasMoved(memberId: string, log: string): boolean {
    const client = this.#clients.get(memberId);
    return client !== undefined && (this.#positioned.get(`${client} ${log}`) ?? 0) > 1;
  }
}
