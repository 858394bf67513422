import { type DiskError, unreachable } from '../machine/index.ts';
import type { RecordsError } from '../records/index.ts';
import { ErrorCode } from '../wire/index.ts';

/** Why a log did not do what it was asked. A value; `errorCode` is what a client is told. */
export class LogFailure {
  readonly errorCode: number;
  readonly message: string;
  /**
   * Of a follower's append that begins below the log end offset (`UnexpectedAppendOffsetException`): its
   * offsets, by which an empty log may start over. -1 otherwise.
   */
  readonly firstOffset: number;
  readonly lastOffset: number;

  constructor(errorCode: number, message: string, firstOffset = -1, lastOffset = -1) {
    this.errorCode = errorCode;
    this.message = message;
    this.firstOffset = firstOffset;
    this.lastOffset = lastOffset;
  }
}

export function isLogFailure(answer: unknown): answer is LogFailure {
  return answer instanceof LogFailure;
}

export function storageFailure(error: DiskError): LogFailure {
  return new LogFailure(ErrorCode.KAFKA_STORAGE_ERROR, `${error.code} ${error.path}`);
}

export function recordsFailure(error: RecordsError): LogFailure {
  return new LogFailure(errorCodeOf(error), error.message);
}

function errorCodeOf(error: RecordsError): number {
  switch (error.code) {
    case 'corrupt':
    case 'truncated':
      return ErrorCode.CORRUPT_MESSAGE;
    case 'invalid':
      return ErrorCode.INVALID_RECORD;
    case 'unsupported':
      return ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT;
    default:
      return unreachable(error.code);
  }
}
