/** Committed positions of groups: one table of what counts, one of what open transactions would make of it. */
export type { CommittedOffset } from './committed-offset.ts';
export { type FetchedGroup, fetchOffsets, type OffsetFetch } from './fetch-offsets.ts';
export {
  type CommitTopic,
  type GroupJudge,
  GroupOffsets,
  type OffsetCommit,
  type OffsetCommitPlan,
} from './group-offsets.ts';
