import type { Log } from '../log/index.ts';

/**
 * Where a follower cuts its log when the leader says where their histories part (`getOffsetTruncationState`).
 *
 * The leader names an epoch and where it ends there. If this log knows that epoch, both ends bound what is shared:
 *
 *   leader    | e1 e1 e1 | e3          epoch 1 ends at 3
 *   follower  | e1 e1 e1 e1 | e2 e2    epoch 1 ends at 4   -> cut at 3
 *
 * If it does not, the cut goes to the end of the largest epoch below, and the next fetch finds out more: the epochs of
 * several short leaderships are walked back one by one (KIP-279).
 */
export function decideTruncation(
  log: Log,
  diverging: { readonly epoch: number; readonly endOffset: number },
  fetchOffset: number,
): number {
  const { epoch, endOffset } = diverging;
  if (endOffset === -1) return fetchOffset;
  const logEndOffset = log.logEndOffset;
  const own = epoch === -1 ? null : log.endOffsetFor(epoch);
  if (own === null || own.endOffset === -1) return Math.min(endOffset, logEndOffset);
  if (own.leaderEpoch !== epoch) return Math.min(own.endOffset, logEndOffset);
  return Math.min(own.endOffset, endOffset, logEndOffset);
}
