import type { Candidate } from './candidate.ts';
import type { Follower } from './follower.ts';
import type { Leader } from './leader.ts';
import type { Prospective } from './prospective.ts';
import type { Resigned } from './resigned.ts';
import type { Unattached } from './unattached.ts';

/**
 * What a replica is in its epoch. What exists only in a role lives in the role, and a transition replaces it whole.
 */
export type Role = Unattached | Prospective | Candidate | Leader | Resigned | Follower;

export type RoleKind = Role['kind'];

/**
 * Which role may follow which (the header of Kafka's `QuorumState`). Absent on purpose: into `leader` but from
 * `candidate`, and from `resigned` or `leader` straight to `candidate`. `resigned` to `prospective` is the only voter
 * at start-up. Observers use the two rows `unattached` and `follower` only.
 */
export const NEXT_ROLES: { readonly [kind in RoleKind]: readonly RoleKind[] } = {
  unattached: ['unattached', 'prospective', 'follower'],
  prospective: ['unattached', 'prospective', 'candidate', 'follower'],
  candidate: ['unattached', 'prospective', 'leader', 'follower'],
  leader: ['unattached', 'resigned', 'follower'],
  resigned: ['unattached', 'prospective', 'follower'],
  follower: ['unattached', 'prospective', 'follower'],
};
