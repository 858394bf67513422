/** What exists only while another broker leads. The position in the leader's log is the fetcher's (`fetcher.ts`). */
export interface FollowerRole {
  readonly kind: 'follower';
  /** -1 while the partition has no leader. */
  readonly leader: number;
}
