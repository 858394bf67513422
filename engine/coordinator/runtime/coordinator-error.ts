import { ErrorCode } from '../../wire/index.ts';

/** What a client hears of an error of the log or of the runtime (`CoordinatorOperationExceptionHelper`). */
export function coordinatorError(errorCode: number): number {
  // Verification failed on the wire; older clients do not retry that code, and this one needs no new look-up.
  return errorCode === ErrorCode.NETWORK_EXCEPTION
    ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    : appendError(errorCode);
}

/** What a failed write means to the members of a group (`appendGroupMetadataErrorToResponseError`). */
export function appendError(errorCode: number): number {
  switch (errorCode) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.REQUEST_TIMED_OUT:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return ErrorCode.NOT_COORDINATOR;
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
    case ErrorCode.INVALID_FETCH_SIZE:
      return ErrorCode.UNKNOWN_SERVER_ERROR;
    default:
      return errorCode;
  }
}
