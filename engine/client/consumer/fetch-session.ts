import { ErrorCode, type FetchResponse, type Uuid, ZERO_UUID } from '../../wire/index.ts';
import type { PartitionState } from './partition-state.ts';

const NO_SESSION = 0;
/** Asks for a full fetch, and for a session. */
const INITIAL_EPOCH = 0;
/** Closes the session. */
const FINAL_EPOCH = -1;
const MAX_EPOCH = 0x7fffffff;

/** What is asked of one partition. */
export interface FetchPartition {
  readonly state: PartitionState;
  readonly topicId: Uuid;
  readonly offset: number;
  readonly leaderEpoch: number;
}

export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly toSend: readonly FetchPartition[];
  readonly toForget: readonly FetchPartition[];
}

export interface SessionView {
  readonly sessionId: number;
  readonly nextEpoch: number;
  readonly partitionCount: number;
}

/**
 * The client's side of an incremental fetch session with one broker (KIP-227, `FetchSessionHandler`): both
 * sides remember the partitions, a request tells only what changed, and an epoch proves that nothing was lost
 * in between.
 */
export class FetchSession {
  #sessionId = NO_SESSION;
  #nextEpoch = INITIAL_EPOCH;
  #partitions = new Map<PartitionState, FetchPartition>();
  /** By topic id, or by name where a broker gave no id. */
  #byTopic = new Map<string, Map<number, FetchPartition>>();

  /** The next request, given all that shall be read from this broker. */
  build(next: ReadonlyMap<PartitionState, FetchPartition>): SessionRequest {
    const previous = this.#partitions;
    const isFull = this.#nextEpoch === INITIAL_EPOCH || this.#nextEpoch === FINAL_EPOCH;
    const toSend: FetchPartition[] = [];
    const toForget: FetchPartition[] = [];
    for (const partition of next.values()) {
      const before = isFull ? undefined : previous.get(partition.state);
      if (before !== undefined && before.topicId !== partition.topicId) toForget.push(before);
      if (before === undefined || !isSame(before, partition)) toSend.push(partition);
    }
    if (!isFull) {
      for (const before of previous.values()) {
        if (!next.has(before.state)) toForget.push(before);
      }
    }
    this.#remember(next);
    return { sessionId: this.#sessionId, sessionEpoch: this.#nextEpoch, toSend, toForget };
  }

  /** The partition that a response names, as it was asked for. */
  find(topic: string, topicId: Uuid, partition: number): FetchPartition | undefined {
    return this.#byTopic.get(topicId === ZERO_UUID ? topic : topicId)?.get(partition);
  }

  partitions(): Iterable<FetchPartition> {
    return this.#partitions.values();
  }

  /** False: the response says nothing about partitions, and the next request starts over. */
  onResponse(response: FetchResponse): boolean {
    if (response.errorCode !== ErrorCode.NONE) {
      if (response.errorCode === ErrorCode.FETCH_SESSION_ID_NOT_FOUND) this.#sessionId = NO_SESSION;
      this.#nextEpoch = INITIAL_EPOCH;
      return false;
    }
    const wasFull = this.#nextEpoch === INITIAL_EPOCH;
    if (!this.#isPlausible(response, wasFull)) {
      if (wasFull) this.#sessionId = NO_SESSION;
      this.#nextEpoch = INITIAL_EPOCH;
      return false;
    }
    this.#sessionId = response.sessionId;
    if (response.sessionId === NO_SESSION) this.#nextEpoch = INITIAL_EPOCH;
    else this.#nextEpoch = wasFull || this.#nextEpoch === MAX_EPOCH ? 1 : this.#nextEpoch + 1;
    return true;
  }

  /** The connection was lost: the broker may or may not have seen the request. */
  onFailure(): void {
    this.#nextEpoch = INITIAL_EPOCH;
  }

  /** The next request closes the session; null when there is none. */
  close(): SessionRequest | null {
    if (this.#sessionId === NO_SESSION) return null;
    this.#nextEpoch = FINAL_EPOCH;
    return this.build(new Map());
  }

  view(): SessionView {
    return {
      sessionId: this.#sessionId,
      nextEpoch: this.#nextEpoch,
      partitionCount: this.#partitions.size,
    };
  }

  #remember(next: ReadonlyMap<PartitionState, FetchPartition>): void {
    this.#partitions = new Map(next);
    this.#byTopic = new Map();
    for (const partition of next.values()) {
      const topic = partition.topicId === ZERO_UUID ? partition.state.topic : partition.topicId;
      const known = this.#byTopic.get(topic);
      if (known === undefined) this.#byTopic.set(topic, new Map([[partition.state.partition, partition]]));
      else known.set(partition.state.partition, partition);
    }
  }

  /** A full response tells of exactly the partitions asked for, an incremental one of some of them. */
  #isPlausible(response: FetchResponse, isFull: boolean): boolean {
    let count = 0;
    for (const { topic, topicId, partitions } of response.responses) {
      for (const { partitionIndex } of partitions) {
        if (this.find(topic, topicId, partitionIndex) === undefined) return false;
        count++;
      }
    }
    return !isFull || count === this.#partitions.size;
  }
}

function isSame(a: FetchPartition, b: FetchPartition): boolean {
  return a.topicId === b.topicId && a.offset === b.offset && a.leaderEpoch === b.leaderEpoch;
}
