import type { Us } from '../../../machine/index.ts';
import type { CommitDone } from './commits.ts';

/** An auto commit that failed for the moment is tried again before the interval is over. */
export function autoCommitUs(backoffUs: Us, retryAt: (at: Us) => void): CommitDone {
  return (now, error, isRetriable) => {
    if (error !== null && isRetriable) retryAt(now + backoffUs);
  };
}
