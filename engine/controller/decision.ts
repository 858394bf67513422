import type { MetadataRecord } from '../metadata/index.ts';
import { ErrorCode } from '../wire/index.ts';
import { MAX_RECORDS_PER_BATCH } from './limits.ts';

/**
 * What an operation on the cluster comes to: records for the metadata log and the answer for when they are committed.
 * Without records it is a read of state that may not be committed yet, so its answer waits for that state. A rejection
 * rests on the request alone and is answered at once.
 */
export type Decision =
  | { readonly kind: 'decided'; readonly records: readonly MetadataRecord[]; readonly body: object }
  | { readonly kind: 'rejected'; readonly body: object };

export function decided(body: object, records: readonly MetadataRecord[] = []): Decision {
  return { kind: 'decided', records, body };
}

export function rejected(body: object): Decision {
  return { kind: 'rejected', body };
}

/** An error with a sentence for people (`ApiError`). */
export interface ApiError {
  readonly code: number;
  readonly message: string | null;
}

export function apiError(code: number, message: string | null = null): ApiError {
  return { code, message };
}

/** A user's operation is one batch, all or nothing, and so no longer than a batch. */
export function isTooLarge(records: readonly MetadataRecord[]): boolean {
  return records.length > MAX_RECORDS_PER_BATCH;
}

export const TOO_LARGE: ApiError = {
  code: ErrorCode.POLICY_VIOLATION,
  message: 'The request would change more than one batch of the metadata log holds.',
};
