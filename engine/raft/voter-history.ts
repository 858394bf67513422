import {
  baseOffsetOf,
  type ControlRecord,
  ControlType,
  isControlBatch,
  lastOffsetOf,
  RecordsError,
  readControlRecords,
  verifyBatch,
} from '../records/index.ts';
import { type HistoryEntry, OffsetHistory } from './offset-history.ts';
import { VoterSet } from './voters.ts';

/**
 * Who votes, as the log says it up to its very end (`KRaftControlRecordStateMachine`). A set of voters counts from the
 * moment its record is in the log, committed or not, and no longer when the record is cut off again. Without a record
 * the static voters count.
 */
export class VoterHistory {
  readonly #static: VoterSet;
  readonly #voters = new OffsetHistory<VoterSet>();
  readonly #versions = new OffsetHistory<number>();
  /** Batches before it are known. */
  #nextOffset = 0;

  constructor(staticVoters: VoterSet) {
    this.#static = staticVoters;
  }

  get current(): VoterSet {
    return this.#voters.last?.value ?? this.#static;
  }

  /** The latest voters of log or snapshot; null while only the static ones are known. */
  get lastEntry(): HistoryEntry<VoterSet> | null {
    return this.#voters.last;
  }

  get kraftVersion(): number {
    return this.#versions.last?.value ?? 0;
  }

  /** Null where the log said nothing. */
  votersAt(offset: number): VoterSet | null {
    return this.#voters.at(offset);
  }

  kraftVersionAt(offset: number): number {
    return this.#versions.at(offset) ?? 0;
  }

  /** Takes a snapshot's word for all before its end; the log from there on is to be observed. */
  load(records: readonly ControlRecord[], endOffset: number): void {
    this.#voters.clear();
    this.#versions.clear();
    for (const record of records) this.#take(record, endOffset - 1);
    this.#nextOffset = endOffset;
  }

  /**
   * Batches that have just been appended, or that a restart reads; those known already are passed over. An error when
   * the disk gave a control batch damaged.
   */
  observe(batches: Iterable<Uint8Array>, endOffset: number): RecordsError | null {
    for (const batch of batches) {
      const baseOffset = baseOffsetOf(batch);
      if (baseOffset < this.#nextOffset) continue;
      const lastOffset = lastOffsetOf(batch);
      if (lastOffset >= endOffset) return null;
      if (isControlBatch(batch)) {
        const records = verifyBatch(batch) ?? readControlRecords(batch);
        if (records instanceof RecordsError) return records;
        for (const [at, record] of records.entries()) this.#take(record, baseOffset + at);
      }
      this.#nextOffset = lastOffset + 1;
    }
    return null;
  }

  truncateNew(endOffset: number): void {
    this.#voters.truncateNew(endOffset);
    this.#versions.truncateNew(endOffset);
    if (endOffset < this.#nextOffset) this.#nextOffset = endOffset;
  }

  truncateOld(startOffset: number): void {
    this.#voters.truncateOld(startOffset);
    this.#versions.truncateOld(startOffset);
  }

  #take(record: ControlRecord, offset: number): void {
    if (record.type === ControlType.KRAFT_VOTERS) this.#voters.add(offset, VoterSet.ofRecord(record.message));
    else if (record.type === ControlType.KRAFT_VERSION)
      this.#versions.add(offset, record.message.kRaftVersion);
  }
}
