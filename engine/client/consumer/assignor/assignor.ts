import type { TopicPartition } from '../../ports.ts';

/** One member as the group's leader sees it. */
export interface AssignedMember {
  readonly memberId: string;
  /** Null: not a static member. */
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  readonly ownedPartitions: readonly TopicPartition[];
  /** Of what it owns; -1: not told. */
  readonly generationId: number;
  /** Null or empty: it stands in none. */
  readonly rackId: string | null;
  readonly userData: Uint8Array | null;
}

/** A topic that exists: for each of its partitions the racks of the replicas. */
export type TopicRacks = readonly (readonly string[])[];

/** Partitions by member id; every member has an entry. */
export type Assignments = Map<string, TopicPartition[]>;

export type Assign = (
  topics: ReadonlyMap<string, TopicRacks>,
  members: readonly AssignedMember[],
) => Assignments;

/** Static members first, by their names, then the others by their ids: a restart changes nothing (`MemberInfo`). */
export function byIdentity(a: AssignedMember, b: AssignedMember): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null) {
    return compareText(a.groupInstanceId, b.groupInstanceId);
  }
  if (a.groupInstanceId !== null) return -1;
  if (b.groupInstanceId !== null) return 1;
  return compareText(a.memberId, b.memberId);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Racks matter when some member stands where some replica stands, and not all partitions are in all of those racks
 * anyway (KIP-881).
 */
export function racksMatter(
  memberRacks: ReadonlySet<string>,
  partitions: readonly (readonly string[])[],
): boolean {
  const all = new Set(partitions.flat());
  if (![...memberRacks].some((rack) => all.has(rack))) return false;
  return !partitions.every((racks) => new Set(racks).size === all.size);
}
