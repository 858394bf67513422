import type { Outbox, Us } from '../../../machine/index.ts';
import type { TimelineMap } from '../../../timeline/index.ts';
import type { ShardContext } from '../../runtime/index.ts';
import type { GroupSeed } from '../classic/index.ts';
import type { Group } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type { GroupRecord } from '../records/index.ts';
import type { PartitionAssignor } from './assignor/index.ts';
import type { MemberTimers } from './member-timers.ts';
import type { MetadataHashes } from './metadata-hash.ts';

/** What the decisions of a shard's consumer groups share. */
export interface Room {
  readonly context: ShardContext<GroupRecord>;
  readonly groups: TimelineMap<string, Group>;
  readonly config: GroupConfig;
  /** The first is the default. */
  readonly assignors: readonly PartitionAssignor[];
  readonly hashes: MetadataHashes;
  readonly timers: MemberTimers;
  readonly classic: ClassicSide;
  /** Rises with every image that has new topics; soft, so that a shard that is loaded resolves patterns anew. */
  topicsVersion: number;
  /** By group: the version with which its patterns were resolved last, in this shard's life. */
  readonly resolvedVersions: Map<string, number>;
}

/** What the room of classic groups does when a group changes its kind. */
export interface ClassicSide {
  /** Null: it is not of consumers (`usesConsumerGroupProtocol`). */
  seedOf(group: Group): GroupSeed | null;
  /** Parked joins and syncs are answered REBALANCE_IN_PROGRESS: their members come back to a consumer group. */
  turnAway(now: Us, group: Group, out: Outbox): void;
  /**
   * Puts a stable classic group into the map in place of a consumer group, adds its record, and starts its members'
   * sessions and, if it has to, a rebalance. The records are not replayed.
   */
  adopt(now: Us, seed: GroupSeed, needsRebalance: boolean, records: GroupRecord[], out: Outbox): void;
}
