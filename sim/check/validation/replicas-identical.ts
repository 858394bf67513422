import type { Log } from '../../../engine/log/index.ts';
import { isDiskError } from '../../../engine/machine/index.ts';
import { countOf } from '../../../engine/records/index.ts';
import type { Violation } from '../../result/index.ts';
import { type ClusterViews, isThinned } from '../cluster-views.ts';

/** Bytes read at a time. */
const CHUNK_BYTES = 1_048_576;

export const REPLICAS_IDENTICAL = {
  name: 'ReplicasIdentical',
  property:
    'At the end the replicas of a partition are byte-identical below the lowest of their high watermarks; of compacted logs, the batches that are whole on both.',
} as const;

/** Compares every replica with the first of its partition, batch by batch as the disks have them. */
export function validateReplicas(at: number, views: ClusterViews): Violation[] {
  const byLog = new Map<string, { node: string; log: Log }[]>();
  for (const { name, view } of views.brokers) {
    for (const replica of view?.replicas() ?? []) {
      if (replica.log === null) continue;
      const replicas = byLog.get(replica.name);
      if (replicas === undefined) byLog.set(replica.name, [{ node: name, log: replica.log }]);
      else replicas.push({ node: name, log: replica.log });
    }
  }
  const violations: Violation[] = [];
  for (const [log, replicas] of byLog) {
    const first = replicas[0]!;
    const bound = Math.min(...replicas.map((replica) => replica.log.highWatermark));
    for (const other of replicas.slice(1)) {
      const difference = isThinned(first.log, views)
        ? firstDifferenceOfWhole(first.log, other.log, bound)
        : firstDifference(first.log, other.log, bound);
      if (difference === null) continue;
      violations.push({
        check: REPLICAS_IDENTICAL.name,
        at,
        message: `${log}: ${first.node} and ${other.node} differ at offset ${difference}, below both high watermarks`,
        evidence: { log, nodes: [first.node, other.node], recordOffset: difference, bound },
      });
    }
  }
  return violations;
}

/** The base offset of the first batch that differs, or null. */
export function firstDifference(one: Log, other: Log, bound: number): number | null {
  let next = Math.max(one.logStartOffset, other.logStartOffset);
  while (next < bound) {
    const mine = one.read(next, CHUNK_BYTES, bound, true);
    const theirs = other.read(next, CHUNK_BYTES, bound, true);
    if (typeof mine === 'string' || isDiskError(mine) || typeof theirs === 'string' || isDiskError(theirs))
      return next;
    const batches = Math.min(mine.records.length, theirs.records.length);
    if (batches === 0) return mine.records.length === theirs.records.length ? null : next;
    for (let i = 0; i < batches; i++) {
      const batch = mine.records[i]!;
      if (batch !== theirs.records[i] && !sameBytes(batch, theirs.records[i]!)) return baseOffsetOf(batch);
      next = baseOffsetOf(batch) + lastDeltaOf(batch) + 1;
    }
  }
  return null;
}

/**
 * Each replica is cleaned for itself, so that one has batches that the other has no more, or not whole. What stays has
 * the bounds that it had.
 */
function firstDifferenceOfWhole(one: Log, other: Log, bound: number): number | null {
  const start = Math.max(one.logStartOffset, other.logStartOffset);
  const theirs = other.batches(start);
  let their = theirs.next().value;
  for (const mine of one.batches(start)) {
    const baseOffset = baseOffsetOf(mine);
    const lastOffset = baseOffset + lastDeltaOf(mine);
    if (lastOffset >= bound) return null;
    while (their !== undefined && baseOffsetOf(their) < baseOffset) {
      if (baseOffsetOf(their) + lastDeltaOf(their) >= baseOffset) return baseOffsetOf(their);
      their = theirs.next().value;
    }
    if (their === undefined) return null;
    if (baseOffsetOf(their) > lastOffset) continue;
    if (baseOffsetOf(their) !== baseOffset || lastDeltaOf(their) !== lastDeltaOf(mine)) return baseOffset;
    if (isWhole(mine) && isWhole(their) && !sameRecords(mine, their)) return baseOffset;
  }
  return null;
}

function isWhole(batch: Uint8Array): boolean {
  return countOf(batch) === lastDeltaOf(batch) + 1;
}

/** A cleaner marks a batch of tombstones with the time when they may go (KIP-534), and says nothing else anew. */
function sameRecords(a: Uint8Array, b: Uint8Array): boolean {
  return sameBytes(a, b) || hasDeleteHorizon(a) || hasDeleteHorizon(b);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Fields of a v2 batch header: int64 at 0, int32 at 23. */
function baseOffsetOf(batch: Uint8Array): number {
  return word(batch, 0) * 2 ** 32 + word(batch, 4);
}

function lastDeltaOf(batch: Uint8Array): number {
  return word(batch, 23);
}

/** Bit 6 of the attributes, int16 at 21. */
function hasDeleteHorizon(batch: Uint8Array): boolean {
  return (batch[22]! & 0x40) !== 0;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 2 ** 24 + (bytes[at + 1]! << 16) + (bytes[at + 2]! << 8) + bytes[at + 3]!;
}
