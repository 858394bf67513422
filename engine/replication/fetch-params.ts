import { MS, type Us } from '../machine/index.ts';
import type { FetchRequest } from '../wire/index.ts';

/** How far a reader may see. */
export type Isolation = 'log end' | 'high watermark' | 'txn committed';

/** What one fetch request asks of all its partitions (`FetchParams`). */
export interface FetchParams {
  readonly version: number;
  /** The follower's broker id, or below 0 for a consumer. */
  readonly replicaId: number;
  /** The follower's broker epoch, -1 when it does not say. */
  readonly replicaEpoch: number;
  readonly isFollower: boolean;
  readonly isolation: Isolation;
  /** Followers, and consumers from before KIP-392, read from the leader only. */
  readonly leaderOnly: boolean;
  /** The consumer's rack; empty when it has none or is too old to say. */
  readonly rackId: string;
  readonly maxWaitUs: Us;
  readonly minBytes: number;
  readonly maxBytes: number;
}

const READ_COMMITTED = 1;
/** Fetch v11 brought the rack, v15 moved the replica's id into a tag. */
const RACK_VERSION = 11;
const REPLICA_STATE_VERSION = 15;

/** `fetchMaxBytes` is this broker's `fetch.max.bytes`. */
export function fetchParams(version: number, body: FetchRequest, fetchMaxBytes: number): FetchParams {
  const replicaId = version < REPLICA_STATE_VERSION ? body.replicaId : body.replicaState.replicaId;
  const isFollower = replicaId >= 0;
  const maxBytes = Math.min(body.maxBytes, fetchMaxBytes);
  const consumerIsolation: Isolation =
    body.isolationLevel === READ_COMMITTED ? 'txn committed' : 'high watermark';
  return {
    version,
    replicaId,
    replicaEpoch: version < REPLICA_STATE_VERSION ? -1 : body.replicaState.replicaEpoch,
    isFollower,
    isolation: isFollower ? 'log end' : consumerIsolation,
    leaderOnly: isFollower || version < RACK_VERSION,
    rackId: body.rackId,
    maxWaitUs: body.maxWaitMs * MS,
    minBytes: Math.min(body.minBytes, maxBytes),
    maxBytes,
  };
}
