import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { BatchOrigins } from '../shadow/batch-origins.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import { METADATA_LOG } from '../shadow/cluster-shadow.ts';

/** Room for the base offsets of one epoch in a key that stays a safe integer. */
const OFFSETS = 2 ** 33;

/**
 * Raft's Log Matching, for every partition and for the metadata log: two logs that hold a batch with the same leader
 * epoch and offset are equal up to it. By induction over appends: the same (epoch, offset) always carries the same
 * batch, and always stands on the same predecessor. Below where some replica has cleaned its log, another may hold a
 * copy of what was left: there a batch is told by its bounds, and what its records are by `CompactionKeepsLast`.
 */
export class LogMatching implements Invariant {
  readonly name = 'LogMatching';
  readonly property =
    'Two logs that hold a record with the same leader epoch and offset are equal up to that record.';
  readonly facts = ['log appended', 'log start advanced', 'log compacted'] as const;
  readonly #origins = new Map<string, BatchOrigins>();
  /** By log: what lies below was cleaned somewhere. */
  readonly #cleanedTo = new Map<string, number>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact === 'log start advanced') {
      const lowest = shadow.lowestStart(fact.log);
      this.#origins.get(fact.log)?.forgetWhile((key) => key % OFFSETS < lowest);
    }
    if (fact.fact === 'log compacted')
      this.#cleanedTo.set(fact.log, Math.max(fact.to, this.#cleanedTo.get(fact.log) ?? 0));
    if (fact.fact !== 'log appended') return;
    const cleanedTo = this.#cleanedTo.get(fact.log) ?? 0;
    let origins = this.#origins.get(fact.log);
    if (origins === undefined) this.#origins.set(fact.log, (origins = new BatchOrigins()));
    const key = fact.leaderEpoch * OFFSETS + fact.baseOffset;
    const { doubtfulBefore, entries } = shadow.replica(node, fact.log);
    // A truncation is not synced: what stands before the first append after a power loss may be what it had cut off.
    const i = fact.baseOffset === doubtfulBefore ? -1 : entries.length - 2;
    const predecessor = i < 0 ? -1 : entries.leaderEpoch(i) * OFFSETS + entries.baseOffset(i);
    const crc = storedCrc(fact.batch);
    const span = fact.lastOffset - fact.baseOffset;
    const known = origins.find(key);
    if (known < 0) {
      origins.add(key, node, crc, span, predecessor);
      return;
    }
    const origin = origins.at(known);
    const same = (origin.crc === crc || fact.baseOffset < cleanedTo) && origin.span === span;
    if (!same) {
      report({
        check: fact.log === METADATA_LOG ? 'MetadataLogMatching' : 'EpochOffsetUnique',
        at,
        message: `${fact.log}: offset ${fact.baseOffset} of epoch ${fact.leaderEpoch} is one batch on ${origin.node} and another on ${node}`,
        evidence: {
          log: fact.log,
          baseOffset: fact.baseOffset,
          leaderEpoch: fact.leaderEpoch,
          nodes: [origin.node, node],
        },
      });
    } else if (
      origin.predecessor !== predecessor &&
      predecessor !== -1 &&
      origin.predecessor !== -1 &&
      origin.predecessor % OFFSETS >= cleanedTo
    ) {
      report({
        check: fact.log === METADATA_LOG ? 'MetadataLogMatching' : this.name,
        at,
        message: `${fact.log}: ${node} and ${origin.node} agree at offset ${fact.baseOffset} of epoch ${fact.leaderEpoch} but not before it`,
        evidence: {
          log: fact.log,
          baseOffset: fact.baseOffset,
          leaderEpoch: fact.leaderEpoch,
          nodes: [origin.node, node],
          before: [describePlace(origin.predecessor), describePlace(predecessor)],
        },
      });
    }
  }
}

function describePlace(key: number): string {
  return `${key % OFFSETS} of epoch ${Math.floor(key / OFFSETS)}`;
}

/** The CRC-32C field of a v2 batch, as stored (bytes 17..21). */
function storedCrc(batch: Uint8Array): number {
  return ((batch[17]! << 24) | (batch[18]! << 16) | (batch[19]! << 8) | batch[20]!) >>> 0;
}
