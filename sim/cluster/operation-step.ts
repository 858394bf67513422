import type { AdminCall } from '../../engine/client/index.ts';
import { ErrorCode } from '../../engine/wire/index.ts';

/** What the answer to a step means for the operation. */
export type Verdict =
  | 'next'
  /** Not yet: ask again in a while. */
  | 'again'
  /** There is more of the same step to do. */
  | 'more'
  /** Somebody else has changed the plan; there is nothing left to do. */
  | 'cancelled';

/** One call of an operation. What a step learns, later ones know. */
export interface Step {
  readonly call: () => AdminCall;
  /** Judges an answer without an error; absent: go on. */
  readonly judge?: (body: object) => Verdict;
  /** What is waited for while it says `again`. */
  readonly awaits?: string;
  /** Errors that say that there is nothing to do. */
  readonly fine?: readonly number[];
  /** The same, when an earlier attempt may have done it. */
  readonly fineAfterDoubt?: readonly number[];
  /** Errors that Kafka counts as retriable and that asking again will not mend here. */
  readonly final?: readonly number[];
  /** The same call is made many times: each answer is noticed as soon as a loop in a program would. */
  readonly isRepeated?: boolean;
  /** Done also when the operation has failed before. */
  readonly isCleanUp?: boolean;
  /** Errors in the answer are about something else: `judge` looks at it whole. */
  readonly judgesErrors?: boolean;
}

/** The controller decides from the log itself: it knows every topic there is. */
export const NO_SUCH_TOPIC: readonly number[] = [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION];
