/**
 * Classic groups: join, sync, heartbeat, leave (`GroupMetadataManager.classicGroup*`, `ClassicGroup`). KIP-62, KIP-134,
 * KIP-345 (static members), KIP-394 (member ids first), KIP-559, KIP-800, KIP-814.
 *
 *     Empty --join--> PreparingRebalance --all joined--> CompletingRebalance --leader's sync replicated--> Stable
 *       ^                 |    ^   ^                           |    join, leave, silence                     |
 *       '--- nobody left -'    |   '---------------------------'                                             |
 *                              '-----------------------------------------------------------------------------'
 *
 * Owns: members, their parked joins and syncs, generations, and the timers of sessions, joins and syncs.
 *
 * Invariants:
 * - Every parked join and sync is answered exactly once.
 * - A generation's assignment is handed out only when its record is replicated; a follower gets what the leader said.
 * - The generation rises by one when a join phase ends, and at no other time.
 *
 * As in Kafka only the map of groups is a timeline that can be taken back (`TimelineMap`); a group in it changes in
 * memory. What it consists of between two generations cannot be written: a parked join is a way back to a connection,
 * and a member that waits for its first generation exists only as long as it waits. Records are written where others
 * must be able to go on: when a group is made, when a generation is assigned, when it becomes empty, and when a static
 * member is replaced. They are not replayed, since the group is as they say already; what a failed write leaves behind
 * is mended by whoever decided it. So a read at an older offset sees the groups that were there, as they are now.
 */
export { ClassicGroup } from './classic-group.ts';
export { ClassicGroupMember, type ClassicProtocol } from './classic-group-member.ts';
export { ClassicGroupState } from './classic-group-state.ts';
export { ClassicGroups } from './classic-groups.ts';
export type { ClassicMemberSeed, GroupSeed } from './classic-seed.ts';
export type { ClassicAsk, ConsumerSide } from './consumer-side.ts';
