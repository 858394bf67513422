import { assert, type Us } from '../../machine/index.ts';
import {
  BatchBuilder,
  type Compression,
  incrementSequence,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  RecordsError,
  readRecords,
  type VerifiedBatches,
} from '../../records/index.ts';
import type { OutgoingRecord } from '../ports.ts';

/** Room that a batch has at once when nothing is known of its like. */
const FIRST_CAPACITY = 256;

/** What a batch is written with. */
export interface BatchFormat {
  readonly codec: number;
  readonly compression: Compression;
  /** Takes note of each batch: who wrote the checksum need not be asked whether it is right. */
  readonly verified: VerifiedBatches;
}

/** Records of one partition that travel, fail and are acknowledged together (`ProducerBatch`). */
export class ProducerBatch {
  readonly topic: string;
  readonly partition: number;
  readonly createdAt: Us;
  /** What it holds of buffer.memory; a part of a split batch holds none. */
  readonly reservedBytes: number;
  readonly ids: number[] = [];
  /** Times it was put back to be sent again. */
  attempts = 0;
  /** Since when it waits in the queue: made, or put back. */
  waitingSince: Us;
  /** Not to be sent again before this, unless the leader changes. */
  retryAt: Us = 0;
  /** An attempt may have put it into the log. */
  maybeAppended = false;
  /** Acknowledged or failed: a late response changes nothing. */
  isDone = false;
  isInFlight = false;
  /** A part of a batch that was too large. */
  isSplit = false;
  /** Who wrote it, as it leaves for the first time; none without idempotence. */
  producerId = NO_PRODUCER_ID;
  producerEpoch = NO_PRODUCER_EPOCH;
  baseSequence = NO_SEQUENCE;
  isTransactional = false;
  /** Its sequence was changed since it last left (`reopened`): what was answered to the old one says little. */
  hasNewSequence = false;
  readonly #writeLimit: number;
  readonly #builder: BatchBuilder;
  #bytes: Uint8Array | null = null;
  #isClosedForAppends = false;
  #leaderEpoch = -1;
  #attemptsAtLeaderChange = -1;

  constructor(
    topic: string,
    partition: number,
    now: Us,
    writeLimit: number,
    reservedBytes: number,
    firstCapacity: number,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.createdAt = now;
    this.waitingSince = now;
    this.reservedBytes = reservedBytes;
    this.#writeLimit = writeLimit;
    this.#builder = new BatchBuilder(Math.max(firstCapacity, FIRST_CAPACITY));
  }

  get recordCount(): number {
    return this.ids.length;
  }

  get sizeInBytes(): number {
    return this.#bytes === null ? this.#builder.estimatedSize : this.#bytes.length;
  }

  get hasSequence(): boolean {
    return this.baseSequence !== NO_SEQUENCE;
  }

  get lastSequence(): number {
    return incrementSequence(this.baseSequence, this.ids.length - 1);
  }

  /** It was put back after an attempt. */
  get isRetried(): boolean {
    return this.attempts > 0;
  }

  get isFull(): boolean {
    return (
      this.#isClosedForAppends || (this.ids.length > 0 && this.#builder.estimatedSize >= this.#writeLimit)
    );
  }

  /** The bytes that the record took, or -1 when there is no room: then the batch takes no more. */
  tryAppend(record: OutgoingRecord, timestamp: number): number {
    if (record.timestamp === timestamp) return this.#append(record.id, record);
    return this.#append(record.id, {
      timestamp,
      key: record.key,
      value: record.value,
      headers: record.headers,
    });
  }

  /** The batch as it travels; closed by the first call. A codec that fails is the caller's to report. */
  close(format: BatchFormat): Uint8Array | RecordsError {
    this.hasNewSequence = false;
    if (this.#bytes !== null) return this.#bytes;
    this.#isClosedForAppends = true;
    const bytes = this.#builder.close({
      codec: format.codec,
      compression: format.compression,
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
      baseSequence: this.baseSequence,
      isTransactional: this.isTransactional,
    });
    if (bytes instanceof RecordsError) return bytes;
    format.verified.add(bytes);
    this.#bytes = bytes;
    return bytes;
  }

  /** Takes its place among what this producer writes to the partition. It takes no more records. */
  setProducerState(
    producerId: number,
    producerEpoch: number,
    baseSequence: number,
    isTransactional: boolean,
  ): void {
    assert(!this.hasSequence, 'a batch gets its sequence once');
    this.#isClosedForAppends = true;
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
    this.baseSequence = baseSequence;
    this.isTransactional = isTransactional;
  }

  /** Another place than before. Bytes under way stay as they are; the next attempt carries new ones. */
  resetProducerState(producerId: number, producerEpoch: number, baseSequence: number): void {
    assert(this.hasSequence, 'only what has a sequence gets another');
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
    this.baseSequence = baseSequence;
    this.hasNewSequence = true;
    this.#bytes = null;
  }

  /** Goes back to the queue after an attempt (`reenqueued`). */
  reenqueue(now: Us, backoff: Us): void {
    this.attempts++;
    this.waitingSince = now;
    this.retryAt = now + backoff;
  }

  /** A leader that changed since the last attempt is worth trying without waiting (KIP-951). */
  isBackingOff(now: Us, leaderEpoch: number): boolean {
    if (leaderEpoch > this.#leaderEpoch) {
      this.#leaderEpoch = leaderEpoch;
      this.#attemptsAtLeaderChange = this.attempts;
    }
    if (this.attempts === 0 || this.attempts === this.#attemptsAtLeaderChange) return false;
    return now < this.retryAt;
  }

  /** Smaller batches with the same records in the same order, for a broker that found this one too large. */
  split(format: BatchFormat, targetSize: number): readonly ProducerBatch[] {
    const bytes = this.close(format);
    assert(bytes instanceof Uint8Array, 'a batch that was sent had been closed');
    const records = readRecords(bytes, format.compression);
    assert(!(records instanceof RecordsError), 'a batch that this producer built can be read');
    assert(records.length === this.ids.length && records.length > 1, 'a batch of several records is split');
    const parts: ProducerBatch[] = [];
    let part: ProducerBatch | null = null;
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      if (part === null || part.#append(this.ids[i]!, record) < 0) {
        part = new ProducerBatch(this.topic, this.partition, this.createdAt, targetSize, 0, 0);
        part.isSplit = true;
        part.maybeAppended = this.maybeAppended;
        part.#append(this.ids[i]!, record);
        parts.push(part);
      }
    }
    let sequence = this.baseSequence;
    for (const each of parts) {
      each.#isClosedForAppends = true;
      if (!this.hasSequence) continue;
      each.setProducerState(this.producerId, this.producerEpoch, sequence, this.isTransactional);
      sequence += each.recordCount;
    }
    return parts;
  }

  #append(id: number, record: Parameters<BatchBuilder['append']>[0]): number {
    if (this.#isClosedForAppends) return -1;
    const builder = this.#builder;
    const before = builder.estimatedSize;
    if (this.ids.length > 0 && before + builder.sizeOfNext(record) > this.#writeLimit) {
      this.#isClosedForAppends = true;
      return -1;
    }
    builder.append(record);
    this.ids.push(id);
    return builder.estimatedSize - before;
  }
}
