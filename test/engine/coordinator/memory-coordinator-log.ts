import type { AppendResult, CoordinatorLog, LogBounds } from '../../../engine/coordinator/index.ts';
import { parseBatch, RecordsError, withLeader } from '../../../engine/records/index.ts';
import { ErrorCode, type Records } from '../../../engine/wire/index.ts';

/** A partition of a coordinators' topic as a list of batches. */
export interface MemoryPartition {
  readonly batches: { readonly baseOffset: number; readonly bytes: Uint8Array }[];
  logEndOffset: number;
  highWatermark: number;
  isLed: boolean;
}

/** Logs without disks: appends fail on demand, the high watermark moves when the test says so. */
export class MemoryCoordinatorLog implements CoordinatorLog {
  readonly #partitions = new Map<number, MemoryPartition>();
  /** The next append answers this and appends nothing. */
  failNext = 0;
  maxBytes = 1_000_000;
  /** Guards of the appends so far. */
  readonly guards: unknown[] = [];
  readonly transactionVersions: number[] = [];

  partition(index: number): MemoryPartition {
    let partition = this.#partitions.get(index);
    if (partition === undefined) {
      partition = { batches: [], logEndOffset: 0, highWatermark: 0, isLed: true };
      this.#partitions.set(index, partition);
    }
    return partition;
  }

  append(
    _now: number,
    index: number,
    batch: Uint8Array,
    guard: unknown,
    transactionVersion: number,
  ): AppendResult {
    const partition = this.partition(index);
    const errorCode = this.#reject(partition, batch);
    if (errorCode !== ErrorCode.NONE) return { errorCode, endOffset: -1 };
    this.guards.push(guard);
    this.transactionVersions.push(transactionVersion);
    const baseOffset = partition.logEndOffset;
    const bytes = withLeader(batch, baseOffset, 0);
    const header = parseBatch(bytes);
    if (header instanceof RecordsError) throw new Error(header.message);
    partition.batches.push({ baseOffset, bytes });
    partition.logEndOffset = header.lastOffset + 1;
    return { errorCode: ErrorCode.NONE, endOffset: partition.logEndOffset };
  }

  bounds(index: number): LogBounds | null {
    const { isLed, highWatermark, logEndOffset } = this.partition(index);
    return isLed ? { logStartOffset: 0, highWatermark, logEndOffset } : null;
  }

  read(index: number, fromOffset: number, maxBytes: number): Records {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (const { baseOffset, bytes } of this.partition(index).batches) {
      if (baseOffset < fromOffset) continue;
      if (chunks.length > 0 && size + bytes.length > maxBytes) break;
      chunks.push(bytes);
      size += bytes.length;
    }
    return chunks;
  }

  maxBatchBytes(): number {
    return this.maxBytes;
  }

  #reject(partition: MemoryPartition, batch: Uint8Array): number {
    const failed = this.failNext;
    this.failNext = 0;
    if (failed !== 0) return failed;
    if (!partition.isLed) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return batch.length > this.maxBytes ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.NONE;
  }
}
