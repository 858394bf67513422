import {
  ErrorCode,
  type WriteTxnMarkersRequest,
  type WriteTxnMarkersResponse,
} from '../../../../engine/wire/index.ts';

export interface Marker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isCommit: boolean;
  readonly coordinatorEpoch: number;
  readonly transactionVersion: number;
}

interface Partition {
  readonly markers: Marker[];
  /** Values that a producer has written and no marker has ended yet. */
  readonly open: Map<number, { readonly producerEpoch: number; readonly values: string[] }>;
  readonly committed: string[];
  readonly aborted: string[];
}

/** What partitions of data make of writes and markers: as much of a log as transactions need. */
export class DataPartitions {
  readonly #partitions = new Map<string, Partition>();
  /** Partitions that answer with a code, and write nothing. */
  readonly refusals = new Map<string, number>();

  partition(name: string): Partition {
    let partition = this.#partitions.get(name);
    if (partition === undefined) {
      partition = { markers: [], open: new Map(), committed: [], aborted: [] };
      this.#partitions.set(name, partition);
    }
    return partition;
  }

  names(): string[] {
    return [...this.#partitions.keys()].sort();
  }

  write(name: string, producerId: number, producerEpoch: number, value: string): void {
    const { open } = this.partition(name);
    const written = open.get(producerId) ?? { producerEpoch, values: [] };
    written.values.push(value);
    open.set(producerId, written);
  }

  handle({ markers }: WriteTxnMarkersRequest): WriteTxnMarkersResponse {
    return {
      markers: markers.map((marker) => ({
        producerId: marker.producerId,
        topics: marker.topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            errorCode: this.#mark(`${name}-${partitionIndex}`, {
              producerId: marker.producerId,
              producerEpoch: marker.producerEpoch,
              isCommit: marker.transactionResult,
              coordinatorEpoch: marker.coordinatorEpoch,
              transactionVersion: marker.transactionVersion,
            }),
          })),
        })),
      })),
    };
  }

  #mark(name: string, marker: Marker): number {
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) return refusal;
    const { aborted, committed, markers, open } = this.partition(name);
    for (const earlier of markers) {
      if (earlier.producerId !== marker.producerId) continue;
      if (earlier.coordinatorEpoch > marker.coordinatorEpoch) return ErrorCode.TRANSACTION_COORDINATOR_FENCED;
      if (earlier.producerEpoch > marker.producerEpoch) return ErrorCode.INVALID_PRODUCER_EPOCH;
    }
    markers.push(marker);
    (marker.isCommit ? committed : aborted).push(...(open.get(marker.producerId)?.values ?? []));
    open.delete(marker.producerId);
    return ErrorCode.NONE;
  }
}
