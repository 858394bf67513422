import type { TopicPartition } from '../../ports.ts';
import type { AssignedMember, TopicRacks } from './assignor.ts';

/** What a member says that it had, and in which generation. */
export interface Claim {
  readonly member: AssignedMember;
  readonly partitions: readonly TopicPartition[];
  /** Null: not told. */
  readonly generation: number | null;
}

export interface PreviousOwners {
  /** By member id; what two members claim in the same generation belongs to none of them. */
  readonly owned: Map<string, TopicPartition[]>;
  /** Claimed by several in one generation. */
  readonly contested: ReadonlySet<string>;
  /** Everybody subscribes to the same topics. */
  readonly isUniform: boolean;
  readonly maxGeneration: number;
}

export function idOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/**
 * Whose claims hold (`allSubscriptionsEqual`): the newer generation's. A member that missed a rebalance claims what
 * somebody else has by now (KAFKA-12984, KAFKA-13419).
 *
 * Where it differs: partitions that a topic of this name had before it was deleted and made again with fewer count for
 * nobody. Kafka's assignor takes them for a member's share, finds no room for one that exists, and throws.
 */
export function previousOwners(
  topics: ReadonlyMap<string, TopicRacks>,
  claims: readonly Claim[],
): PreviousOwners {
  const owned = new Map<string, TopicPartition[]>();
  const owners = new Map<string, Claim>();
  const contested = new Set<string>();
  let maxGeneration = -1;
  for (const claim of claims) {
    const generation = claim.generation ?? -1;
    maxGeneration = Math.max(maxGeneration, generation);
    const kept: TopicPartition[] = [];
    owned.set(claim.member.memberId, kept);
    for (const each of claim.partitions) {
      if (each.partition >= (topics.get(each.topic)?.length ?? 0)) continue;
      const id = idOf(each);
      const other = owners.get(id);
      if (other !== undefined) {
        const otherGeneration = other.generation ?? -1;
        if (generation < otherGeneration) continue;
        remove(owned.get(other.member.memberId)!, id);
        if (generation === otherGeneration) contested.add(id);
        else kept.push(each);
      } else kept.push(each);
      owners.set(id, claim);
    }
  }
  return { owned, contested, isUniform: areUniform(claims), maxGeneration };
}

function areUniform(claims: readonly Claim[]): boolean {
  const first = new Set(claims[0]?.member.topics ?? []);
  return claims.every(({ member }) => {
    const own = new Set(member.topics);
    return own.size === first.size && [...own].every((topic) => first.has(topic));
  });
}

function remove(partitions: TopicPartition[], id: string): void {
  const index = partitions.findIndex((each) => idOf(each) === id);
  if (index >= 0) partitions.splice(index, 1);
}
