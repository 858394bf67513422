import {
  type BatchHeader,
  type Compression,
  ControlType,
  type LogRecord,
  parseBatch,
  RecordsError,
  readControlRecords,
  readRecords,
} from '../../../engine/records/index.ts';
import type { ReplicatedLog } from '../shadow/replicated-log.ts';

/** Room for the base offsets of one epoch in a key that stays a safe integer. */
const OFFSETS = 2 ** 33;

export interface OriginalRecord {
  readonly offset: number;
  /** A character a byte; null: it has no key. */
  readonly key: string | null;
  readonly isTombstone: boolean;
  readonly id: number;
  /** `open`: of a transaction whose marker is not replicated. */
  outcome: 'committed' | 'aborted' | 'open';
}

export interface OriginalBatch {
  readonly header: BatchHeader;
  readonly batch: Uint8Array;
  /** Positions in `records`. */
  readonly from: number;
  readonly to: number;
  /** Base offset of the marker that ended its transaction; -1: none, or not yet. */
  marker: number;
}

/** What was replicated of a log, as it was appended: what a cleaner may take of it is told by this. */
export class OriginalLog {
  readonly name: string;
  /** In the order of offsets, as far as `end`. */
  readonly batches: OriginalBatch[] = [];
  /** Of data, likewise. */
  readonly records: OriginalRecord[] = [];
  readonly byBaseOffset = new Map<number, OriginalBatch>();
  /** Exclusive. */
  end = 0;
  readonly #compression: Compression;
  readonly #idOf: (record: LogRecord) => number;
  /** By leader epoch and base offset. */
  readonly #appended = new Map<number, Uint8Array>();
  /** By producer: positions of the batches of its open transaction. */
  readonly #open = new Map<number, OriginalBatch[]>();

  constructor(name: string, compression: Compression, idOf: (record: LogRecord) => number) {
    this.name = name;
    this.#compression = compression;
    this.#idOf = idOf;
  }

  /** A replica has appended a batch. False: it is not what the first had there, but what a cleaner left of it. */
  note(leaderEpoch: number, baseOffset: number, batch: Uint8Array): boolean {
    const key = leaderEpoch * OFFSETS + baseOffset;
    const known = this.#appended.get(key);
    if (known === undefined) this.#appended.set(key, batch);
    return known === undefined || sameContent(known, batch);
  }

  /** Takes over what has been replicated since. */
  advance({ entries, end }: ReplicatedLog): void {
    for (let i = entries.positionOf(this.end); i < entries.length; i++) {
      const lastOffset = entries.lastOffset(i);
      if (lastOffset >= end) return;
      const batch = this.#appended.get(entries.leaderEpoch(i) * OFFSETS + entries.baseOffset(i));
      if (batch !== undefined) this.#take(batch);
      this.end = lastOffset + 1;
    }
  }

  #take(batch: Uint8Array): void {
    const header = parseBatch(batch);
    if (header instanceof RecordsError) return;
    const { baseOffset, isControl, isTransactional, producerId } = header;
    const from = this.records.length;
    if (!isControl) this.#takeRecords(batch, isTransactional);
    const original: OriginalBatch = { header, batch, from, to: this.records.length, marker: -1 };
    this.batches.push(original);
    this.byBaseOffset.set(baseOffset, original);
    if (isControl) this.#endTransaction(batch, original);
    else if (isTransactional) {
      const open = this.#open.get(producerId);
      if (open === undefined) this.#open.set(producerId, [original]);
      else open.push(original);
    }
  }

  #takeRecords(batch: Uint8Array, isTransactional: boolean): void {
    const records = readRecords(batch, this.#compression);
    if (records instanceof RecordsError) return;
    for (const record of records) {
      this.records.push({
        offset: record.offset,
        key: record.key === null ? null : String.fromCharCode(...record.key),
        isTombstone: record.value === null,
        id: this.#idOf(record),
        outcome: isTransactional ? 'open' : 'committed',
      });
    }
  }

  #endTransaction(batch: Uint8Array, { header }: OriginalBatch): void {
    const marker = readControlRecords(batch);
    const type = marker instanceof RecordsError ? undefined : marker[0]?.type;
    if (type !== ControlType.COMMIT && type !== ControlType.ABORT) return;
    const outcome = type === ControlType.COMMIT ? 'committed' : 'aborted';
    for (const data of this.#open.get(header.producerId) ?? []) {
      data.marker = header.baseOffset;
      for (let i = data.from; i < data.to; i++) this.records[i]!.outcome = outcome;
    }
    this.#open.delete(header.producerId);
  }
}

/** By the checksum, bytes 17 to 21: leaders stamp what is before it. */
export function sameContent(one: Uint8Array, other: Uint8Array): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = 17; i < 21; i++) if (one[i] !== other[i]) return false;
  return true;
}
