import { baseOffsetOf, isControlBatch, lastOffsetOf, leaderEpochOf } from '../records/index.ts';
import type { Records } from '../wire/index.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { OffsetAndEpoch } from './offset-and-epoch.ts';
import type { Role } from './roles/role.ts';

/** A batch that a majority has, as the state machine gets it. */
export interface CommittedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly isControl: boolean;
  /** The whole batch. */
  readonly batch: Uint8Array;
}

/** A snapshot that takes the place of all that the state machine has. */
export interface SnapshotToLoad {
  readonly id: OffsetAndEpoch;
  /** Its batches without header and footer. */
  readonly chunks: Records;
}

const NOTHING: readonly CommittedBatch[] = [];
const READ_BYTES = 8 * 1024 * 1024;

/**
 * How far the state machine above has read (`KafkaRaftClient.ListenerContext`). It pulls: a snapshot first if one is
 * due, then batches up to the high watermark, each once and in order.
 */
export class CommittedReader {
  readonly #log: MetadataLog;
  /** -1 until the first snapshot or batch. */
  #nextOffset = -1;
  /** The epoch that the state machine believes to lead, or -1. */
  #ledEpoch = -1;

  constructor(log: MetadataLog) {
    this.#log = log;
  }

  /** A snapshot is due to a new reader, and to one whose next record is no longer in the log. */
  takeSnapshot(highWatermark: number): SnapshotToLoad | null {
    if (highWatermark < 0 || this.#nextOffset >= highWatermark) return null;
    if (this.#nextOffset >= this.#log.startOffset) return null;
    const id = this.#log.snapshots.latest;
    // The bootstrap snapshot says who votes, and nothing to the state machine.
    if (id === null || id.offset === 0) {
      this.#nextOffset = 0;
      return null;
    }
    this.#nextOffset = id.offset;
    return { id, chunks: this.#log.snapshots.load(id) };
  }

  take(highWatermark: number): readonly CommittedBatch[] {
    if (this.#nextOffset < 0 || this.#nextOffset >= highWatermark) return NOTHING;
    // A snapshot is due first: `takeSnapshot` moves the reader beyond what the log no longer has.
    if (this.#nextOffset < this.#log.startOffset) return NOTHING;
    const committed: CommittedBatch[] = [];
    while (this.#nextOffset < highWatermark) {
      const batches = this.#log.read(this.#nextOffset, highWatermark, READ_BYTES);
      if (batches.length === 0) break;
      for (const batch of batches) {
        const lastOffset = lastOffsetOf(batch);
        committed.push({
          baseOffset: baseOffsetOf(batch),
          lastOffset,
          epoch: leaderEpochOf(batch),
          isControl: isControlBatch(batch),
          batch,
        });
        this.#nextOffset = lastOffset + 1;
      }
    }
    return committed;
  }

  /**
   * Kafka lets a resigned leader's state machine find out by a refused append; here it is told at once. A new leader's
   * waits until the reader is beyond the epoch's first record.
   */
  takeLeadership(role: Role): 'became leader' | 'lost leadership' | null {
    if (this.#ledEpoch >= 0) {
      if (role.kind === 'leader' && role.epoch === this.#ledEpoch) return null;
      this.#ledEpoch = -1;
      return 'lost leadership';
    }
    if (role.kind !== 'leader' || this.#nextOffset <= role.epochStartOffset) return null;
    this.#ledEpoch = role.epoch;
    return 'became leader';
  }
}
