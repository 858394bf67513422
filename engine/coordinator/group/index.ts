/**
 * Groups and their committed positions: what a broker that leads a partition of `__consumer_offsets` keeps for the
 * groups that fall into it (`GroupCoordinatorService`, `GroupCoordinatorShard`).
 *
 * `GroupCoordinator` is the public face: one `handleX` an API. `GroupShard` is one partition's state: `groups` by id,
 * `offsets/` what they have committed, `classic/` and `consumer/` how the two kinds of groups live. `records/` is what
 * they write.
 *
 * Invariants: a group has one kind at a time; a position counts when it is committed outside of a transaction or its
 * transaction has committed; a record of a type that this version does not know is passed over.
 *
 * KIPs: 211 (expiry), 229 (deletion), 345 (static members), 394, 429, 447 (stable positions), 496, 518, 699, 709, 814,
 * 848 (consumer groups), 915 (tolerance of newer records), 1251, 1319.
 */
export * from './classic/index.ts';
export { ConsumerGroup, type ConsumerGroupMember, MemberState } from './consumer/index.ts';
export * from './group.ts';
export * from './group-config.ts';
export { GROUP_APIS, GroupCoordinator, type GroupCoordinatorOptions } from './group-coordinator.ts';
export type * from './group-rooms.ts';
export { GroupShard, type MakeRooms } from './group-shard.ts';
export { GroupTimer } from './group-timer.ts';
export { makeRooms } from './make-rooms.ts';
export type { CommittedOffset } from './offsets/index.ts';
export { type GroupRecord, groupRecordCodec } from './records/index.ts';
