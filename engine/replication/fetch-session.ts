import type { Us } from '../machine/index.ts';
import type { FetchGroup } from './fetch-group.ts';

/** Epochs of a fetch session on the wire (`FetchMetadata`). */
export const SessionEpoch = { Initial: 0, Final: -1 } as const;
export const NO_SESSION = 0;
const MAX_EPOCH = 0x7fffffff;

/** After the greatest epoch comes 1: 0 would open a session anew. */
export function nextSessionEpoch(epoch: number): number {
  if (epoch < 0) return SessionEpoch.Final;
  return epoch === MAX_EPOCH ? 1 : epoch + 1;
}

/** An incremental fetch session (KIP-227). The partitions are its group's. */
export interface FetchSession {
  readonly id: number;
  /** A follower's. */
  readonly privileged: boolean;
  readonly replicaId: number;
  readonly group: FetchGroup;
  readonly createdAt: Us;
  /** The epoch that the next request must carry. */
  epoch: number;
  lastUsedAt: Us;
  /** Partitions when it was last used: eviction goes by this. */
  cachedSize: number;
  /** Old enough at its last use to be evicted for anybody, or for a follower. */
  evictableByAll: boolean;
  evictableByPrivileged: boolean;
}
