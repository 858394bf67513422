import type { ConsumerAction, ConsumerDriver, TopicPartition } from '../../engine/client/index.ts';

/** How long a poll waits for records. */
const POLL_TIMEOUT_US = 1_000_000;

/** An application that reads its assigned partitions for ever. */
export class PollDriver implements ConsumerDriver {
  readonly #assignment: readonly TopicPartition[];
  #assigned = false;

  constructor(assignment: readonly TopicPartition[]) {
    this.#assignment = assignment;
  }

  next(): ConsumerAction {
    if (this.#assigned) return POLL;
    this.#assigned = true;
    return { do: 'assign', partitions: this.#assignment };
  }
}

const POLL: ConsumerAction = { do: 'poll', timeoutUs: POLL_TIMEOUT_US };
