import { ErrorCode } from '../../wire/index.ts';

/**
 * Codes that a leader answers before it appends anything, whatever acks asks for. Every other failure leaves
 * open whether the batch is in the log: the answer may have been lost, the leader may have appended and lost
 * its office while it waited for the ISR (NOT_LEADER_OR_FOLLOWER from `DelayedProduce`), the disk may have
 * failed half-way.
 */
const refusedBeforeAppend: ReadonlySet<number> = new Set([
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.INVALID_TOPIC_EXCEPTION,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.RECORD_LIST_TOO_LARGE,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.INVALID_REQUIRED_ACKS,
  ErrorCode.TOPIC_AUTHORIZATION_FAILED,
  ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  ErrorCode.INVALID_TIMESTAMP,
  ErrorCode.UNSUPPORTED_VERSION,
  ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
  ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
  ErrorCode.INVALID_RECORD,
  ErrorCode.INVALID_REQUEST,
  ErrorCode.POLICY_VIOLATION,
  // What sequences and transactions are checked for comes before the append, too.
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.UNKNOWN_PRODUCER_ID,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.TRANSACTION_ABORTABLE,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
]);

/** Codes that come before the append when nobody waits for the ISR, and after it when acks=all does. */
const refusedWithoutWaiting: ReadonlySet<number> = new Set([
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.INCONSISTENT_TOPIC_ID,
]);

/** Whether an attempt that ended with this code may have put the batch into the log. */
export function mayHaveAppended(errorCode: number, acks: number): boolean {
  if (refusedBeforeAppend.has(errorCode)) return false;
  return acks === -1 || !refusedWithoutWaiting.has(errorCode);
}
