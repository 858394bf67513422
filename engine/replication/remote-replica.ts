import type { Us } from '../machine/index.ts';

/** A moment before any other: "never". Subtracting it from a real time stays a safe integer. */
export const NEVER: Us = -(2 ** 52);

/** No fetch has told a broker epoch yet. Distinct from -1, which an old broker sends and which bypasses the check. */
export const NO_BROKER_EPOCH = -2;

/** When a follower's fetch session was last used: the one clock that all its unchanged partitions share. */
export interface FetchClock {
  lastFetchAt: Us;
}

/**
 * What a leader knows of one follower from its fetches (`Replica`, `ReplicaState`).
 *
 * Invariant: `lastCaughtUpAt` is the latest time at which the follower had read everything that the leader then had.
 *
 * While the follower's session has nothing new to say about this partition, and the leader's log does not grow, its
 * every fetch means "caught up now". Kafka writes that into each partition on each fetch; here the replica is
 * `settled` on the session's clock instead, so that an idle session of a thousand partitions costs one assignment.
 */
export class RemoteReplica {
  readonly id: number;
  logStartOffset = -1;
  /** -1 until this leader has seen a fetch. */
  logEndOffset = -1;
  brokerEpoch = NO_BROKER_EPOCH;
  #lastFetchLeaderLogEndOffset = 0;
  #lastFetchAt: Us = NEVER;
  #lastCaughtUpAt: Us = NEVER;
  #settledOn: FetchClock | null = null;

  constructor(id: number) {
    this.id = id;
  }

  get lastCaughtUpAt(): Us {
    const settledOn = this.#settledOn;
    return settledOn === null ? this.#lastCaughtUpAt : Math.max(this.#lastCaughtUpAt, settledOn.lastFetchAt);
  }

  /** True when the follower has all of the log, or had all of it within the last `lagMaxUs`. */
  isCaughtUp(leaderLogEndOffset: number, now: Us, lagMaxUs: Us): boolean {
    return leaderLogEndOffset === this.logEndOffset || now - this.lastCaughtUpAt <= lagMaxUs;
  }

  /**
   * Takes in one fetch. A follower that asks at the end of the log is caught up now; one that asks beyond where the
   * log ended at its previous fetch was caught up then.
   */
  recordFetch(
    now: Us,
    fetchOffset: number,
    logStartOffset: number,
    leaderLogEndOffset: number,
    brokerEpoch: number,
  ): void {
    this.unsettle();
    if (fetchOffset >= leaderLogEndOffset) {
      this.#lastCaughtUpAt = Math.max(this.#lastCaughtUpAt, now);
    } else if (fetchOffset >= this.#lastFetchLeaderLogEndOffset) {
      this.#lastCaughtUpAt = Math.max(this.#lastCaughtUpAt, this.#lastFetchAt);
    }
    this.logStartOffset = logStartOffset;
    this.logEndOffset = fetchOffset;
    this.#lastFetchLeaderLogEndOffset = Math.max(leaderLogEndOffset, this.#lastFetchLeaderLogEndOffset);
    this.#lastFetchAt = now;
    this.brokerEpoch = brokerEpoch;
  }

  /**
   * Starts over in a new leader epoch. A member of the ISR gets the benefit of the doubt from now on; any other
   * counts as never caught up, so that it does not hold back the high watermark. The end offset survives only when
   * the leader stays: what a follower told another leadership of this broker says nothing about its log now.
   */
  reset(now: Us, leaderLogEndOffset: number, isNewLeader: boolean, isInSync: boolean): void {
    this.unsettle();
    this.#lastCaughtUpAt = isInSync ? now : NEVER;
    if (isNewLeader) {
      this.logStartOffset = -1;
      this.logEndOffset = -1;
      this.#lastFetchLeaderLogEndOffset = -1;
      this.#lastFetchAt = NEVER;
      this.brokerEpoch = NO_BROKER_EPOCH;
    } else {
      this.#lastFetchLeaderLogEndOffset = leaderLogEndOffset;
      this.#lastFetchAt = isInSync ? now : NEVER;
    }
  }

  /** From now on every use of the session counts as a fetch at the end of the log. */
  settle(on: FetchClock): void {
    this.#settledOn = on;
  }

  /** Writes down what the session's clock stood for until now. */
  unsettle(): void {
    const settledOn = this.#settledOn;
    if (settledOn === null) return;
    this.#settledOn = null;
    if (settledOn.lastFetchAt > this.#lastFetchAt) this.#lastFetchAt = settledOn.lastFetchAt;
    if (settledOn.lastFetchAt > this.#lastCaughtUpAt) this.#lastCaughtUpAt = settledOn.lastFetchAt;
  }
}
