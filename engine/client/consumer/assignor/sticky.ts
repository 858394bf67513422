import type { AssignedMember, Assignments, TopicRacks } from './assignor.ts';
import { ConstrainedSticky } from './constrained-sticky.ts';
import { GeneralSticky } from './general-sticky.ts';
import { type Claim, previousOwners } from './previous-owners.ts';
import { RackInfo } from './rack-info.ts';
import { decodeStickyUserData } from './sticky-user-data.ts';

export interface StickyResult {
  readonly assignments: Assignments;
  /** What goes from one member to another, with who shall have it; null: not known. */
  readonly transferring: ReadonlyMap<string, string> | null;
}

/** As balanced as can be, and as much as before as that allows (`AbstractStickyAssignor`). */
export function assignByClaims(
  topics: ReadonlyMap<string, TopicRacks>,
  claims: readonly Claim[],
): StickyResult {
  const members = claims.map(({ member }) => member);
  const racks = new RackInfo(topics, members);
  const previous = previousOwners(topics, claims);
  if (previous.isUniform) {
    const builder = new ConstrainedSticky(topics, racks, previous);
    const assignments = builder.build();
    return { assignments, transferring: builder.transferring };
  }
  const builder = new GeneralSticky(topics, racks, claims, previous);
  return { assignments: builder.build(), transferring: null };
}

/** Members tell in their user data what they had: an eager member owns nothing when it joins (`StickyAssignor`). */
export function assignSticky(
  topics: ReadonlyMap<string, TopicRacks>,
  members: readonly AssignedMember[],
): Assignments {
  const claims = members.map((member) => ({ member, ...decodeStickyUserData(member.userData) }));
  return assignByClaims(topics, claims).assignments;
}
