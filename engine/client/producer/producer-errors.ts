import { ErrorCode, errorName, isRetriable } from '../../wire/index.ts';
import type { ClientError, TransactionError, TransactionErrorClass } from '../ports.ts';

/** An error of the client's own making has no code of the protocol: it says what a broker says of its own. */
export const NO_ERROR_CODE: number = ErrorCode.UNKNOWN_SERVER_ERROR;

/** What a record hears that was dropped because its transaction is being aborted (`TransactionAbortedException`). */
export const TRANSACTION_ABORTED: ClientError = {
  code: ErrorCode.OPERATION_NOT_ATTEMPTED,
  message: 'the transaction was aborted before this was sent',
};

export const CLOSED_FORCEFULLY: ClientError = {
  code: NO_ERROR_CODE,
  message: 'the producer was closed forcefully',
};

/** After which nothing helps, in whatever answer a producer meets them (`maybeTransitionToErrorState`). */
const alwaysFatal: ReadonlySet<number> = new Set([
  ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.UNSUPPORTED_VERSION,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
]);

export function isAlwaysFatal(code: number): boolean {
  return alwaysFatal.has(code);
}

/** KIP-1050: another producer with the same configuration may do what this one cannot (`ApplicationRecoverable`). */
const applicationRecoverable: ReadonlySet<number> = new Set([
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
]);

/** What an error asks of the application, given whether the producer can still abort. */
export function errorClassOf(code: number, canAbort: boolean): TransactionErrorClass {
  if (canAbort) return 'abortable';
  return applicationRecoverable.has(code) ? 'application recoverable' : 'fatal';
}

/** To the application a failure that was retried to the end, or a state that was lost, means: abort. */
export function asAbortable(error: ClientError): ClientError {
  if (!isRetriable(error.code) && error.code !== ErrorCode.INVALID_TXN_STATE) return error;
  return {
    code: ErrorCode.TRANSACTION_ABORTABLE,
    message: `retried in vain: ${error.message}`,
  };
}

/** Older coordinators say INVALID_PRODUCER_EPOCH where they mean fenced. */
export const FENCED: ClientError = {
  code: ErrorCode.PRODUCER_FENCED,
  message: 'another producer with this transactional.id has taken over',
};

export function errorOf(code: number, context: string): ClientError {
  return { code, message: `${errorName(code)} ${context}` };
}

export function withClass(error: ClientError, errorClass: TransactionErrorClass): TransactionError {
  return { code: error.code, message: error.message, errorClass };
}

/** A call that may not be made now; nothing has changed. */
export function illegalState(message: string): TransactionError {
  return { code: ErrorCode.INVALID_TXN_STATE, message, errorClass: 'illegal state' };
}
