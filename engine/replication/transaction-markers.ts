import type { Outbox, Us, WallClock } from '../machine/index.ts';
import { buildControlBatch, ControlType } from '../records/index.ts';
import { ErrorCode } from '../wire/index.ts';
import { Acks, appendToLeader } from './append.ts';
import { effectiveMinIsr } from './high-watermark.ts';
import type { Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';

/** How a transaction ended, for one partition. */
export interface TransactionMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly isCommit: boolean;
  readonly transactionVersion: number;
}

/** Called once: NONE when the marker is replicated. */
export type MarkerSettled = (now: Us, errorCode: number, out: Outbox) => void;

interface Waiting {
  readonly requiredOffset: number;
  readonly settled: MarkerSettled;
}

/** Markers that wait for their replication; a coordinator has a few hundred under way at most. */
const MAX_WAITING = 1_000_000;

/** Writes the markers that end transactions in data partitions (`KafkaApis.handleWriteTxnMarkersRequest`). */
export class TransactionMarkers {
  readonly #context: ReplicationContext;
  readonly #wall: WallClock;
  readonly #waiting = new Map<Partition, Waiting[]>();
  #count = 0;

  constructor(context: ReplicationContext, wall: WallClock) {
    this.#context = context;
    this.#wall = wall;
  }

  append(
    now: Us,
    topic: string,
    index: number,
    marker: TransactionMarker,
    settled: MarkerSettled,
    out: Outbox,
  ): void {
    const { hosted, image } = this.#context;
    const partition = hosted.find(topic, index);
    const unserved = hosted.reject(image, topic, index, partition);
    if (partition === undefined || unserved !== ErrorCode.NONE) {
      settled(now, unserved, out);
      return;
    }
    const batch = markerBatch(marker, this.#wall.nowMs());
    const version = marker.transactionVersion;
    const appended = appendToLeader(
      this.#context,
      partition,
      [batch],
      Acks.All,
      now,
      out,
      'coordinator',
      version,
    );
    if (typeof appended === 'number') {
      settled(now, appended, out);
      return;
    }
    if (this.#count === MAX_WAITING) {
      settled(now, ErrorCode.REQUEST_TIMED_OUT, out);
      return;
    }
    let waiting = this.#waiting.get(partition);
    if (waiting === undefined) this.#waiting.set(partition, (waiting = []));
    waiting.push({ requiredOffset: appended.lastOffset + 1, settled });
    this.#count++;
    this.settle(now, partition, out);
  }

  /** The high watermark moved, or the role did. */
  settle(now: Us, partition: Partition, out: Outbox): void {
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined) return;
    const leading = partition.leading;
    if (leading === null) {
      this.#answer(now, partition, waiting, waiting.length, ErrorCode.NOT_LEADER_OR_FOLLOWER, out);
      return;
    }
    const { highWatermark } = partition.openLog();
    let reached = 0;
    while (reached < waiting.length && waiting[reached]!.requiredOffset <= highWatermark) reached++;
    if (reached === 0) return;
    const enough = effectiveMinIsr(partition, leading) <= leading.isrState.maximalIsr.length;
    const errorCode = enough ? ErrorCode.NONE : ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
    this.#answer(now, partition, waiting, reached, errorCode, out);
  }

  #answer(
    now: Us,
    partition: Partition,
    waiting: Waiting[],
    count: number,
    errorCode: number,
    out: Outbox,
  ): void {
    const done = waiting.splice(0, count);
    this.#count -= count;
    if (waiting.length === 0) this.#waiting.delete(partition);
    for (const { settled } of done) settled(now, errorCode, out);
  }
}

function markerBatch(marker: TransactionMarker, nowMs: number): Uint8Array {
  const { coordinatorEpoch, isCommit, producerEpoch, producerId } = marker;
  const type = isCommit ? ControlType.COMMIT : ControlType.ABORT;
  const options = { producerId, producerEpoch, isTransactional: true };
  return buildControlBatch(options, nowMs, [{ type, message: { coordinatorEpoch } }]);
}
