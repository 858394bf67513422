import { AssertionFailure } from '../../machine/index.ts';
import { ErrorCode } from '../../wire/index.ts';

/** What a leader's answer about one partition means (`TransactionMarkerRequestCompletionHandler`). */
export type MarkerOutcome = 'written' | 'retry' | 'fenced';

export function markerOutcome(errorCode: number): MarkerOutcome {
  switch (errorCode) {
    case ErrorCode.NONE:
    // A format without transactions cannot hold data of one: no marker is missed.
    case ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case ErrorCode.UNSUPPORTED_VERSION:
      return 'written';
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case ErrorCode.REQUEST_TIMED_OUT:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return 'retry';
    case ErrorCode.INVALID_PRODUCER_EPOCH:
    case ErrorCode.TRANSACTION_COORDINATOR_FENCED:
      return 'fenced';
    default:
      throw new AssertionFailure(`a marker cannot be refused with error ${errorCode}`);
  }
}
