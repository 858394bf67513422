/**
 * `corrupt`: the bytes cannot be what was written (CORRUPT_MESSAGE). `invalid`: they are, and break a rule
 * (INVALID_RECORD). `truncated`: the bytes end inside a batch. `unsupported`: an old magic or a codec that
 * nobody injected.
 */
export type RecordsErrorCode = 'corrupt' | 'invalid' | 'truncated' | 'unsupported';

/** Why bytes are not records. A value: readers answer it, they never throw. */
export class RecordsError {
  readonly code: RecordsErrorCode;
  readonly message: string;
  constructor(code: RecordsErrorCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

export function isRecordsError(answer: unknown): answer is RecordsError {
  return answer instanceof RecordsError;
}
