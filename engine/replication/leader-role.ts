import type { IsrState } from './isr-state.ts';
import type { RemoteReplica } from './remote-replica.ts';

/** What exists only while this broker leads a partition. */
export interface LeaderRole {
  readonly kind: 'leader';
  /**
   * Where the log ended when this leader epoch began. A follower below it may lack replicated records (KAFKA-7128).
   */
  readonly leaderEpochStartOffset: number;
  /** Every other replica of the assignment, by id. */
  readonly remotes: readonly RemoteReplica[];
  /** Replaced whole by `isr-change.ts`; compared by identity to tell a late answer. */
  isrState: IsrState;
}

export function remoteOf(leading: LeaderRole, replicaId: number): RemoteReplica | null {
  for (const remote of leading.remotes) if (remote.id === replicaId) return remote;
  return null;
}
