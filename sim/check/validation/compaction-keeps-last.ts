import type { Compression } from '../../../engine/records/index.ts';
import { type Flaw, type KeptBatches, readKept } from '../compaction/kept-batches.ts';
import type { OriginalBatch, OriginalLog, OriginalRecord } from '../compaction/original-log.ts';

export const COMPACTION_KEEPS_LAST = {
  name: 'CompactionKeepsLast',
  property:
    'A cleaned log has the last committed value of each key, a tombstone until its time is over, nothing that was aborted or has no key, every offset where it was, and the last batch of each producer.',
} as const;

/** One replica's log as its disk has it. */
export interface CompactedReplica {
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly batches: readonly Uint8Array[];
  /** What replaced its segments just now; null: nothing did. */
  readonly cleaned: { readonly from: number; readonly to: number; readonly cleanedTo: number } | null;
  /** It was fetched from a replica that had been cleaned before, or was cut: it never had all that others took away. */
  readonly isCopy: boolean;
}

/** What is known of the log's cleaners, wherever they are. */
export interface Cleaners {
  /** None has looked at a record from here on. */
  readonly cleanedTo: number;
  /** A tombstone at this offset has been kept for as long as it must. */
  readonly mayTombstoneGo: (recordOffset: number) => boolean;
}

/** Everything that is wrong with a replica's log, as far as it is replicated. */
export function flawsOf(
  original: OriginalLog,
  replica: CompactedReplica,
  cleaners: Cleaners,
  compression: Compression,
): readonly Flaw[] {
  const { logStartOffset, highWatermark, batches } = replica;
  const bound = Math.min(highWatermark, original.end);
  const kept = readKept(original, batches, logStartOffset, bound, compression);
  const flaws = [...kept.flaws];
  judgeRecords(original, replica, cleaners, kept, bound, flaws);
  judgeMarkers(original, kept, bound, flaws);
  if (replica.cleaned !== null && !replica.isCopy) judgeProducers(original, replica, kept, bound, flaws);
  return flaws;
}

/** From the last record to the first: whether there is a later one of the key is known then. */
function judgeRecords(
  { records }: OriginalLog,
  replica: CompactedReplica,
  cleaners: Cleaners,
  { offsets }: KeptBatches,
  bound: number,
  flaws: Flaw[],
): void {
  /** Keys with a later committed record that some cleaner, and that this replica's, knew of. */
  const superseded = new Set<string>();
  const supersededHere = new Set<string>();
  /** Keys whose last record was a tombstone that is gone. */
  const ended = new Set<string>();
  const cleaned = replica.cleaned ?? { from: 0, to: 0, cleanedTo: 0 };
  for (let i = records.length - 1; i >= 0; i--) {
    const record = records[i]!;
    const { key, offset, outcome } = record;
    if (offset >= bound || offset < replica.logStartOffset) continue;
    const isHere = offsets.has(offset);
    const wasCleaned = offset >= cleaned.from && offset < Math.min(cleaned.to, cleaned.cleanedTo);
    const found = (what: string): unknown => flaws.push({ recordOffset: offset, what });
    if (outcome === 'aborted') {
      if (isHere && wasCleaned) found(`a record of an aborted transaction was kept${ofKey(record)}`);
      continue;
    }
    if (outcome === 'open') {
      if (!isHere) found(`a record of a transaction that nobody has ended is gone${ofKey(record)}`);
      continue;
    }
    if (key === null) {
      // Taken before the topic was compacted; no cleaner keeps it (`Cleaner.shouldRetainRecord`).
      if (isHere && wasCleaned) found('a record without a key was kept');
      else if (!isHere && offset >= cleaners.cleanedTo)
        found('a record that no cleaner has looked at is gone');
      continue;
    }
    if (isHere) {
      if (ended.has(key) && !replica.isCopy) found(`a tombstone went before what it deletes${ofKey(record)}`);
      else if (wasCleaned && supersededHere.has(key)) found(`an earlier value was kept${ofKey(record)}`);
    } else if (!superseded.has(key)) {
      if (record.isTombstone && cleaners.mayTombstoneGo(offset)) ended.add(key);
      else found(`the last ${record.isTombstone ? 'tombstone' : 'value'} is gone${ofKey(record)}`);
    }
    if (offset < cleaners.cleanedTo) superseded.add(key);
    if (offset < cleaned.cleanedTo && (isHere || !replica.isCopy)) supersededHere.add(key);
  }
}

function ofKey({ key }: OriginalRecord): string {
  return key === null ? '' : ` of key ${JSON.stringify(key)}`;
}

/** Without its marker what is left of a transaction would look open to whoever recovers from this log. */
function judgeMarkers({ byBaseOffset }: OriginalLog, kept: KeptBatches, bound: number, flaws: Flaw[]): void {
  for (const [baseOffset, { isControl, isTransactional }] of kept.byBaseOffset) {
    if (isControl || !isTransactional) continue;
    const marker = byBaseOffset.get(baseOffset)?.marker ?? -1;
    if (marker < 0 || marker >= bound) continue;
    if ((kept.byBaseOffset.get(marker)?.count ?? 0) > 0) continue;
    flaws.push({ recordOffset: baseOffset, what: `the marker at ${marker} of the transaction is gone` });
  }
}

/** The last batch of each producer says which sequence comes next, or which epoch fences it (KAFKA-5490). */
function judgeProducers(
  { batches }: OriginalLog,
  { logStartOffset }: CompactedReplica,
  kept: KeptBatches,
  bound: number,
  flaws: Flaw[],
): void {
  const last = new Map<number, OriginalBatch>();
  for (const batch of batches) {
    const { baseOffset, isControl, lastOffset, producerEpoch, producerId } = batch.header;
    if (producerId < 0 || baseOffset < logStartOffset || lastOffset >= bound) continue;
    // A marker of the producer's own epoch leaves its sequence standing.
    const before = last.get(producerId)?.header;
    if (!isControl || before === undefined || producerEpoch > before.producerEpoch)
      last.set(producerId, batch);
  }
  for (const [producerId, { header }] of last) {
    if (kept.producersAbove.has(producerId)) continue;
    if (kept.byBaseOffset.get(header.baseOffset)?.producerId === producerId) continue;
    const what = header.isControl ? 'marker' : 'batch';
    flaws.push({
      recordOffset: header.baseOffset,
      what: `the last ${what} of producer ${producerId} is gone`,
    });
  }
}
