import {
  type AssignedMember,
  type Assignments,
  byIdentity,
  compareText,
  racksMatter,
  type TopicRacks,
} from './assignor.ts';

/** One topic being shared out among those who want it. */
class TopicShare {
  readonly topic: string;
  readonly racks: TopicRacks;
  readonly members: readonly AssignedMember[];
  readonly needsRacks: boolean;
  readonly unassigned = new Set<number>();
  readonly #counts = new Map<string, number>();
  readonly #each: number;
  #withOneMore: number;

  constructor(topic: string, racks: TopicRacks, members: readonly AssignedMember[]) {
    this.topic = topic;
    this.racks = racks;
    this.members = members;
    for (let partition = 0; partition < racks.length; partition++) this.unassigned.add(partition);
    this.#each = members.length === 0 ? 0 : Math.floor(racks.length / members.length);
    this.#withOneMore = members.length === 0 ? 0 : racks.length % members.length;
    const memberRacks = new Set(members.flatMap(({ rackId }) => (rackId ? [rackId] : [])));
    this.needsRacks = memberRacks.size > 0 && racksMatter(memberRacks, racks);
  }

  isNear({ rackId }: AssignedMember, partition: number): boolean {
    return !rackId || this.racks[partition]!.includes(rackId);
  }

  roomOf({ memberId }: AssignedMember): number {
    const most = this.#each + (this.#withOneMore > 0 ? 1 : 0);
    return Math.max(0, most - (this.#counts.get(memberId) ?? 0));
  }

  give({ memberId }: AssignedMember, partitions: readonly number[], assignments: Assignments): void {
    for (const partition of partitions) {
      assignments.get(memberId)!.push({ topic: this.topic, partition });
      this.unassigned.delete(partition);
    }
    const count = (this.#counts.get(memberId) ?? 0) + partitions.length;
    this.#counts.set(memberId, count);
    if (count > this.#each) this.#withOneMore--;
  }

  giveRanges(
    mayHave: (member: AssignedMember, partition: number) => boolean,
    assignments: Assignments,
  ): void {
    for (const member of this.members) {
      if (this.unassigned.size === 0) return;
      const room = this.roomOf(member);
      const partitions = [...this.unassigned].filter((each) => mayHave(member, each)).slice(0, room);
      if (partitions.length > 0) this.give(member, partitions, assignments);
    }
  }
}

/**
 * Gives each member consecutive partitions of each topic, the first members one more; members near a replica first
 * when racks matter, the same for topics that are shared by the same members (`RangeAssignor`, KIP-881).
 */
export function assignRange(
  topics: ReadonlyMap<string, TopicRacks>,
  members: readonly AssignedMember[],
): Assignments {
  const assignments: Assignments = new Map(members.map(({ memberId }) => [memberId, []]));
  const ordered = members.toSorted(byIdentity);
  const shares: TopicShare[] = [];
  for (const topic of [...topics.keys()].sort()) {
    const racks = topics.get(topic)!;
    const wanting = ordered.filter((member) => member.topics.includes(topic));
    if (racks.length > 0) shares.push(new TopicShare(topic, racks, wanting));
  }
  const needsRacks = shares.some((share) => share.needsRacks);
  if (needsRacks) giveNear(shares, assignments);
  for (const share of shares) share.giveRanges(() => true, assignments);
  if (needsRacks) {
    for (const partitions of assignments.values()) {
      partitions.sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition);
    }
  }
  return assignments;
}

function giveNear(shares: readonly TopicShare[], assignments: Assignments): void {
  const alike = new Map<string, TopicShare[]>();
  for (const share of shares) {
    const key = `${share.racks.length} ${share.members.map(({ memberId }) => memberId).join()}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [share]);
    else known.push(share);
  }
  for (const group of alike.values()) {
    const first = group[0]!;
    if (group.length > 1) giveNearTogether(group, assignments);
    else if (first.needsRacks) {
      first.giveRanges((member, partition) => first.isNear(member, partition), assignments);
    }
  }
}

/** Partitions of the same number go to the same member, so that joins of topics stay possible. */
function giveNearTogether(shares: readonly TopicShare[], assignments: Assignments): void {
  const first = shares[0]!;
  const remaining = new Set(first.members);
  for (let partition = 0; partition < first.racks.length && remaining.size > 0; partition++) {
    for (const member of remaining) {
      if (!shares.every((share) => share.isNear(member, partition) && share.roomOf(member) > 0)) continue;
      for (const share of shares) share.give(member, [partition], assignments);
      if (shares.every((share) => share.roomOf(member) === 0)) remaining.delete(member);
      break;
    }
  }
}
