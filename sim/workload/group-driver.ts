import type { ConsumerAction, ConsumerDriver, RevocationCommit } from '../../engine/client/index.ts';
import type { Us } from '../../engine/machine/index.ts';
import type { ConsumerSpec } from '../scenario/index.ts';

/** How long a poll waits for records. */
const POLL_TIMEOUT_US = 1_000_000;

/** An application that is a member of a group: polls, works on what it got, commits as it is told, and polls again. */
export class GroupDriver implements ConsumerDriver {
  readonly #subscribe: ConsumerAction;
  readonly #commit: ConsumerSpec['commit'];
  readonly #workUs: Us;
  readonly #onCall: (isPoll: boolean) => void;
  #subscribed = false;
  /** Records of the last poll that are not worked on. */
  #fresh = 0;
  #isCommitDue = false;

  /** `onCall` hears of every call to the consumer, as it is made. */
  constructor(
    subscribe: ConsumerAction,
    commit: ConsumerSpec['commit'],
    workUs: Us,
    onCall: (isPoll: boolean) => void = () => {},
  ) {
    this.#onCall = onCall;
    this.#subscribe = subscribe;
    this.#commit = commit;
    this.#workUs = workUs;
  }

  /** The poll has returned so many. */
  onRecords(count: number): void {
    this.#fresh += count;
    this.#isCommitDue = this.#commit === 'sync' || this.#commit === 'async';
  }

  next(now: Us): ConsumerAction {
    const action = this.#next(now);
    this.#onCall(action.do === 'poll');
    return action;
  }

  #next(now: Us): ConsumerAction {
    if (!this.#subscribed) {
      this.#subscribed = true;
      return this.#subscribe;
    }
    if (this.#fresh > 0 && this.#workUs > 0) {
      const until = now + this.#fresh * this.#workUs;
      this.#fresh = 0;
      return { do: 'think', until };
    }
    this.#fresh = 0;
    if (this.#isCommitDue) {
      this.#isCommitDue = false;
      return this.#commit === 'sync' ? COMMIT_SYNC : COMMIT_ASYNC;
    }
    return POLL;
  }

  /** What it commits by itself it commits before it gives partitions up, as Kafka's own examples do. */
  onRevoking(): RevocationCommit {
    return this.#commit === 'sync' || this.#commit === 'async' ? 'all positions' : 'nothing';
  }
}

const POLL: ConsumerAction = { do: 'poll', timeoutUs: POLL_TIMEOUT_US };
const COMMIT_SYNC: ConsumerAction = { do: 'commit sync', offsets: null };
const COMMIT_ASYNC: ConsumerAction = { do: 'commit async', offsets: null };
