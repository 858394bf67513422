import type { Uuid } from '../../../../wire/index.ts';
import type { Assignment } from '../assignment.ts';
import { type GroupAssignment, type GroupSpec, noSuchTopic } from './group-spec.ts';
import { LoadBalancer } from './load-balancer.ts';

/** Rounds over all topics; each one that moves nothing ends it (`MAX_ITERATION_COUNT`). */
const MAX_ROUNDS = 16;
const NOBODY = -1;

interface Topic {
  readonly topicId: Uuid;
  /** Members by number, ascending. */
  readonly subscribers: number[];
  /** By partition: the member that has it. */
  readonly owners: number[];
}

/**
 * Members subscribe to different topics: what is free goes to the least loaded subscriber, then partitions move from
 * the most to the least loaded ones of each topic until nothing gets better (`UniformHeterogeneousAssignmentBuilder`).
 */
export function assignUniformHeterogeneous(spec: GroupSpec): GroupAssignment {
  const topics = new Map<Uuid, Topic>();
  for (let member = 0; member < spec.members.length; member += 1) {
    for (const topicId of spec.members[member]!.topicIds) {
      let topic = topics.get(topicId);
      if (topic === undefined) {
        const partitionCount = spec.partitionCount(topicId);
        if (partitionCount === -1) return noSuchTopic(topicId);
        topic = { topicId, subscribers: [], owners: new Array<number>(partitionCount).fill(NOBODY) };
        topics.set(topicId, topic);
      }
      topic.subscribers.push(member);
    }
  }
  if (topics.size === 0) return new Map();
  const loads = keepSubscribed(spec, topics);
  const inOrder = [...topics.values()].sort(byScarcity);
  const balancer = new LoadBalancer(loads);
  for (const topic of inOrder) giveUnassigned(topic, loads, balancer);
  balance(
    inOrder.filter(({ subscribers }) => subscribers.length >= 2),
    loads,
    balancer,
  );
  return toAssignments(spec, topics);
}

/** Partitions a subscriber most first, then fewest subscribers. Integers, since quotients differ in their last bits. */
function byScarcity(one: Topic, other: Topic): number {
  const oneSubscribers = one.subscribers.length;
  const otherSubscribers = other.subscribers.length;
  const order = other.owners.length * oneSubscribers - one.owners.length * otherSubscribers;
  if (order !== 0) return order;
  if (oneSubscribers !== otherSubscribers) return oneSubscribers - otherSubscribers;
  return one.topicId < other.topicId ? -1 : 1;
}

function keepSubscribed(spec: GroupSpec, topics: ReadonlyMap<Uuid, Topic>): number[] {
  const loads: number[] = [];
  for (let member = 0; member < spec.members.length; member += 1) {
    const { assignment, topicIds } = spec.members[member]!;
    const subscribed = new Set(topicIds);
    let load = 0;
    for (const [topicId, partitions] of assignment) {
      if (!subscribed.has(topicId)) continue;
      const { owners } = topics.get(topicId)!;
      for (const partition of partitions) {
        if (owners[partition] !== NOBODY) continue;
        owners[partition] = member;
        load += 1;
      }
    }
    loads.push(load);
  }
  return loads;
}

function giveUnassigned(topic: Topic, loads: number[], balancer: LoadBalancer): void {
  if (!topic.owners.includes(NOBODY)) return;
  balancer.begin(topic.subscribers);
  for (let partition = 0; partition < topic.owners.length; partition += 1) {
    if (topic.owners[partition] === NOBODY) give(topic, partition, balancer.nextLeastLoaded(), loads);
  }
}

function balance(topics: readonly Topic[], loads: number[], balancer: LoadBalancer): void {
  let lastMoved = -1;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (let at = 0; at < topics.length; at += 1) {
      // Once around since the last topic that moved anything: nothing will.
      if (at === lastMoved) return;
      const moved = balanceTopic(topics[at]!, loads, balancer);
      if (moved > 0 || lastMoved === -1) lastMoved = at;
    }
  }
}

/** Answers how many partitions moved. */
function balanceTopic(topic: Topic, loads: number[], balancer: LoadBalancer): number {
  if (balancer.begin(topic.subscribers) <= 1) return 0;
  /** By member: what it may give, the last first. */
  const owned = new Map<number, number[]>();
  for (let partition = 0; partition < topic.owners.length; partition += 1) {
    const owner = topic.owners[partition]!;
    const there = owned.get(owner);
    if (there === undefined) owned.set(owner, [partition]);
    else there.push(partition);
  }
  let moved = 0;
  while (!balancer.isBalanced) {
    const from = nextGiver(balancer, owned);
    if (from === NOBODY) break;
    const partition = owned.get(from)!.pop()!;
    const to = balancer.nextLeastLoaded();
    if (balancer.isBalanced) break;
    give(topic, partition, to, loads);
    moved += 1;
  }
  return moved;
}

function nextGiver(balancer: LoadBalancer, owned: ReadonlyMap<number, readonly number[]>): number {
  for (;;) {
    const member = balancer.nextMostLoaded();
    if (member === NOBODY || (owned.get(member)?.length ?? 0) > 0) return member;
    balancer.excludeMostLoaded();
  }
}

function give(topic: Topic, partition: number, to: number, loads: number[]): void {
  const from = topic.owners[partition]!;
  if (from !== NOBODY) loads[from]! -= 1;
  topic.owners[partition] = to;
  loads[to]! += 1;
}

function toAssignments(spec: GroupSpec, topics: ReadonlyMap<Uuid, Topic>): Map<string, Assignment> {
  const assignments = spec.members.map(() => new Map<Uuid, number[]>());
  for (const { owners, topicId } of topics.values()) {
    for (let partition = 0; partition < owners.length; partition += 1) {
      const owner = owners[partition]!;
      if (owner === NOBODY) continue;
      const assignment = assignments[owner]!;
      const there = assignment.get(topicId);
      if (there === undefined) assignment.set(topicId, [partition]);
      else there.push(partition);
    }
  }
  return new Map(spec.members.map(({ memberId }, member) => [memberId, assignments[member]!]));
}
