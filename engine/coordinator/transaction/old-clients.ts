import { ErrorCode } from '../../wire/index.ts';

/** Clients of old versions do not know PRODUCER_FENCED. */
export function forOldClients(errorCode: number): number {
  return errorCode === ErrorCode.PRODUCER_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode;
}
