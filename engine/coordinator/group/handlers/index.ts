/** One file an API of groups: what a request must be at least, the partition it falls into, how it is answered. */
export { handleConsumerGroupDescribe } from './consumer-group-describe.ts';
export { handleConsumerGroupHeartbeat } from './consumer-group-heartbeat.ts';
export { handleDeleteGroups } from './delete-groups.ts';
export { handleDescribeGroups } from './describe-groups.ts';
export type { GroupContext } from './group-context.ts';
export { handleHeartbeat } from './heartbeat.ts';
export { handleJoinGroup } from './join-group.ts';
export { handleLeaveGroup } from './leave-group.ts';
export { handleListGroups } from './list-groups.ts';
export { handleOffsetCommit } from './offset-commit.ts';
export { handleOffsetDelete } from './offset-delete.ts';
export { handleOffsetFetch } from './offset-fetch.ts';
export { handleSyncGroup } from './sync-group.ts';
export { handleTxnOffsetCommit } from './txn-offset-commit.ts';
