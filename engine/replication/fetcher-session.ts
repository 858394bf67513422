import { ErrorCode, type FetchRequest, type FetchResponse, LONG_MAX, ZERO_UUID } from '../wire/index.ts';
import { NO_SESSION, nextSessionEpoch, SessionEpoch } from './fetch-session.ts';
import type { FetchState } from './fetch-state.ts';
import { PartitionMap } from './partition-map.ts';

type RequestedPartition = FetchRequest['topics'][number]['partitions'][number];
type Topics = { topic: string; topicId: string; partitions: RequestedPartition[] }[];
type Forgotten = { topic: string; topicId: string; partitions: number[] }[];

/** The part of a fetch request that the session decides. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: FetchRequest['topics'];
  readonly forgottenTopicsData: FetchRequest['forgottenTopicsData'];
}

/**
 * A fetcher's side of an incremental fetch session (`FetchSessionHandler`): what the leader was last told of each
 * partition, so that a request carries only what changed.
 */
export class FetcherSession {
  readonly #maxBytes: number;
  readonly #told = new PartitionMap<RequestedPartition>();
  #sessionId = NO_SESSION;
  #epoch: number = SessionEpoch.Initial;

  constructor(partitionMaxBytes: number) {
    this.#maxBytes = partitionMaxBytes;
  }

  get isFull(): boolean {
    return this.#epoch === SessionEpoch.Initial;
  }

  /** What the request under way, or the last one, asked of a partition. */
  told(topicId: string, index: number): RequestedPartition | undefined {
    return this.#told.get(topicId, index);
  }

  /** A request for all that is ready. Null when nothing is. */
  fullRequest(states: Iterable<FetchState>): SessionRequest | null {
    this.#told.clear();
    const topics: Topics = [];
    for (const state of states) {
      state.changed = false;
      if (state.isReady) this.#tell(state, topics);
    }
    if (this.#told.size === 0) return null;
    return this.#request(topics, []);
  }

  /**
   * A request for what changed; `current` finds who holds a partition now. Null when there is nothing to keep asking.
   */
  incrementalRequest(
    changed: readonly FetchState[],
    current: (topicId: string, index: number) => FetchState | undefined,
  ): SessionRequest | null {
    const topics: Topics = [];
    const forgotten: Forgotten = [];
    for (const state of changed) {
      const { topicId, index } = state.partition;
      state.changed = false;
      const told = this.#told.get(topicId, index);
      const holder = current(topicId, index);
      if (holder?.isReady) {
        if (holder === state && (told === undefined || differs(told, state))) this.#tell(state, topics);
      } else if (told !== undefined) {
        this.#told.delete(topicId, index);
        add(forgotten, topicId).partitions.push(index);
      }
    }
    if (this.#told.size === 0 && forgotten.length === 0) return null;
    return this.#request(topics, forgotten);
  }

  /** The request got no answer: close what may be open and start over. */
  onFailure(): void {
    this.#epoch = SessionEpoch.Initial;
  }

  /** Takes in the session part of an answer. False when the answer carries no data to use. */
  onResponse(body: FetchResponse): boolean {
    if (body.errorCode !== ErrorCode.NONE) {
      if (body.errorCode === ErrorCode.FETCH_SESSION_ID_NOT_FOUND) this.#sessionId = NO_SESSION;
      this.#epoch = SessionEpoch.Initial;
      return false;
    }
    const isFull = this.isFull;
    if (!this.#isExpected(body, isFull)) {
      if (isFull) this.#sessionId = NO_SESSION;
      this.#epoch = SessionEpoch.Initial;
      return false;
    }
    this.#sessionId = body.sessionId;
    if (body.sessionId === NO_SESSION) this.#epoch = SessionEpoch.Initial;
    else this.#epoch = nextSessionEpoch(isFull ? SessionEpoch.Initial : this.#epoch);
    return true;
  }

  /** An answer names only what was asked for; a full one, all of it. */
  #isExpected(body: FetchResponse, isFull: boolean): boolean {
    let named = 0;
    for (const topic of body.responses) {
      for (const partition of topic.partitions) {
        if (this.#told.get(topic.topicId, partition.partitionIndex) === undefined) return false;
        named += 1;
      }
    }
    return !isFull || named === this.#told.size;
  }

  #request(topics: Topics, forgottenTopicsData: Forgotten): SessionRequest {
    return { sessionId: this.#sessionId, sessionEpoch: this.#epoch, topics, forgottenTopicsData };
  }

  #tell(state: FetchState, topics: Topics): void {
    const { topicId, index } = state.partition;
    const asked: RequestedPartition = {
      partition: index,
      currentLeaderEpoch: state.leaderEpoch,
      fetchOffset: state.fetchOffset,
      lastFetchedEpoch: state.lastFetchedEpoch,
      logStartOffset: state.partition.openLog().logStartOffset,
      partitionMaxBytes: this.#maxBytes,
      replicaDirectoryId: ZERO_UUID,
      highWatermark: LONG_MAX,
    };
    this.#told.set(topicId, index, asked);
    const last = topics.at(-1);
    if (last !== undefined && last.topicId === topicId) last.partitions.push(asked);
    else topics.push({ topic: '', topicId, partitions: [asked] });
  }
}

function differs(told: RequestedPartition, state: FetchState): boolean {
  return (
    told.fetchOffset !== state.fetchOffset ||
    told.currentLeaderEpoch !== state.leaderEpoch ||
    told.lastFetchedEpoch !== state.lastFetchedEpoch ||
    told.logStartOffset !== state.partition.openLog().logStartOffset
  );
}

function add(forgotten: Forgotten, topicId: string): Forgotten[number] {
  const last = forgotten.at(-1);
  if (last !== undefined && last.topicId === topicId) return last;
  const entry = { topic: '', topicId, partitions: [] };
  forgotten.push(entry);
  return entry;
}
