import { noCompression, parseBatch, RecordsError, readRecords } from '../../../../engine/records/index.ts';
import { ErrorCode, utf8Decode } from '../../../../engine/wire/index.ts';

export interface LogEntry {
  readonly value: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Null: not written in a transaction; true once its marker says so. */
  committed: boolean | 'open' | null;
}

interface KnownBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

interface KnownProducer {
  epoch: number;
  batches: KnownBatch[];
  hasOpenTransaction: boolean;
}

export interface Verdict {
  readonly errorCode: number;
  readonly baseOffset: number;
}

/** What a leader remembers of a producer's batches (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`). */
const RETAINED_BATCHES = 5;

/**
 * One partition of a tiny broker that checks sequences as Kafka's does (`ProducerAppendInfo`); every leader has all of
 * it. Two holes of Kafka's are closed, in which a batch waits in vain until it expires: who is not known starts at 0
 * whoever it is, not only under TV2 (KAFKA-14920); and what is older than the batches that are remembered is answered
 * as a duplicate, as brokers did once, not as out of order.
 */
export class ModelLog {
  readonly entries: LogEntry[] = [];
  readonly producers = new Map<number, KnownProducer>();

  append(bytes: Uint8Array): Verdict {
    const batch = parseBatch(bytes);
    if (batch instanceof RecordsError) return { errorCode: ErrorCode.CORRUPT_MESSAGE, baseOffset: -1 };
    const { producerId, producerEpoch, baseSequence, count, isTransactional } = batch;
    const known = this.producers.get(producerId);
    const lastSequence = baseSequence + count - 1;
    if (known !== undefined) {
      if (producerEpoch < known.epoch) return refused(ErrorCode.INVALID_PRODUCER_EPOCH);
      if (producerEpoch > known.epoch) {
        if (baseSequence !== 0) return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
      } else {
        for (const each of known.batches) {
          if (each.firstSequence === baseSequence && each.lastSequence === lastSequence)
            return { errorCode: ErrorCode.NONE, baseOffset: each.baseOffset };
        }
        const last = known.batches.at(-1)?.lastSequence ?? -1;
        if (lastSequence <= last) return refused(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
        if (known.batches.length > 0 && baseSequence !== last + 1)
          return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        if (known.batches.length === 0 && baseSequence !== 0)
          return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
      }
    } else if (baseSequence !== 0) return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    return this.#append(bytes, producerId, producerEpoch, baseSequence, lastSequence, isTransactional);
  }

  /** Ends what is open of this producer. */
  mark(producerId: number, producerEpoch: number, isCommit: boolean): void {
    for (const entry of this.entries) {
      if (entry.producerId === producerId && entry.committed === 'open') entry.committed = isCommit;
    }
    const known = this.producers.get(producerId);
    const isNewer = known === undefined || producerEpoch > known.epoch;
    this.producers.set(producerId, {
      epoch: producerEpoch,
      batches: isNewer ? [] : known.batches,
      hasOpenTransaction: false,
    });
  }

  /** What a reader of committed records sees. */
  committed(): readonly string[] {
    return this.entries
      .filter(({ committed }) => committed === true || committed === null)
      .map(({ value }) => value);
  }

  #append(
    bytes: Uint8Array,
    producerId: number,
    epoch: number,
    firstSequence: number,
    lastSequence: number,
    isTransactional: boolean,
  ): Verdict {
    const records = readRecords(bytes, noCompression);
    if (records instanceof RecordsError) return refused(ErrorCode.CORRUPT_MESSAGE);
    const baseOffset = this.entries.length;
    for (const { value } of records) {
      this.entries.push({
        value: utf8Decode(value!),
        producerId,
        producerEpoch: epoch,
        committed: isTransactional ? 'open' : null,
      });
    }
    const known = this.producers.get(producerId);
    const batches = known !== undefined && known.epoch === epoch ? known.batches : [];
    batches.push({ firstSequence, lastSequence, baseOffset });
    if (batches.length > RETAINED_BATCHES) batches.shift();
    this.producers.set(producerId, { epoch, batches, hasOpenTransaction: isTransactional });
    return { errorCode: ErrorCode.NONE, baseOffset };
  }
}

function refused(errorCode: number): Verdict {
  return { errorCode, baseOffset: -1 };
}
