import { errorName } from '../../../wire/index.ts';
import type { CommitVerdict } from './group-identity.ts';

export function retriable(code: number): CommitVerdict {
  return { isRetriable: true, error: { code, message: errorName(code), errorClass: 'retriable' } };
}

export function fatal(code: number): CommitVerdict {
  return { isRetriable: false, error: { code, message: errorName(code), errorClass: 'fatal' } };
}

export function commitFailed(code: number): CommitVerdict {
  return { isRetriable: false, error: { code, message: errorName(code), errorClass: 'commit failed' } };
}

export function rebalancing(code: number): CommitVerdict {
  return {
    isRetriable: false,
    error: { code, message: errorName(code), errorClass: 'rebalance in progress' },
  };
}
