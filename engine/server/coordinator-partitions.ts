import type { AppendResult, CoordinatorLog, LogBounds } from '../coordinator/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import type { Replicas, ReplicaView } from '../replication/index.ts';
import { ErrorCode, type Records } from '../wire/index.ts';

/**
 * The partitions of a coordinators' topic among this broker's replicas (`CoordinatorPartitionWriter`,
 * `TransactionStateManager`). The group coordinator appends with acks 1 and waits for the high watermark by itself, so
 * that too few in-sync replicas make its writes late and not refused; that of transactions is refused (acks -1).
 */
export class CoordinatorPartitions implements CoordinatorLog {
  readonly #topic: string;
  readonly #acks: number;
  readonly #replicas: Replicas;

  constructor(topic: string, acks: number, replicas: Replicas) {
    this.#topic = topic;
    this.#acks = acks;
    this.#replicas = replicas;
  }

  append(
    now: Us,
    partition: number,
    batch: Uint8Array,
    _guard: unknown,
    transactionVersion: number,
    out: Outbox,
  ): AppendResult {
    const version = Math.max(transactionVersion, 0);
    const appended = this.#replicas.append(now, this.#topic, partition, [batch], this.#acks, out, version);
    if (typeof appended === 'number') return { errorCode: appended, endOffset: -1 };
    return { errorCode: ErrorCode.NONE, endOffset: appended.lastOffset + 1 };
  }

  bounds(partition: number): LogBounds | null {
    return this.#led(partition)?.log ?? null;
  }

  read(partition: number, fromOffset: number, maxBytes: number, out: Outbox): Records | null {
    const log = this.#led(partition)?.log ?? null;
    if (log === null) return null;
    const read = log.read(fromOffset, maxBytes, log.logEndOffset, true, out);
    return typeof read === 'object' && 'records' in read ? read.records : null;
  }

  maxBatchBytes(partition: number): number {
    const log = this.#led(partition)?.log ?? null;
    return log === null ? 0 : log.config['max.message.bytes'];
  }

  #led(partition: number): ReplicaView | null {
    const view = this.#replicas.view(this.#topic, partition);
    return view !== undefined && view.role.kind === 'leader' ? view : null;
  }
}
