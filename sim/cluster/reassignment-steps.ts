import {
  type AdminCall,
  alterPartitionReassignments,
  type ConfigChange,
  describeTopics,
  incrementalAlterConfigs,
  listPartitionReassignments,
} from '../../engine/client/index.ts';
import {
  type DescribeTopicPartitionsResponse,
  ErrorCode,
  type ListPartitionReassignmentsResponse,
} from '../../engine/wire/index.ts';
import type { Operation } from '../scenario/index.ts';
import { NO_SUCH_TOPIC, type Step, type Verdict } from './operation-step.ts';

type Reassign = Extract<Operation, { do: 'reassign' }>;

/** Looks at the replicas after a reassignment has ended: brokers learn of it a little later. */
const MAX_LOOKS = 20;

const RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'] as const;

/**
 * A reassignment as `kafka-reassign-partitions` runs it: throttle (KIP-73), reassign, wait until nothing is left to
 * add or remove, verify, take the throttle away.
 */
export function reassignmentSteps(operation: Reassign): readonly Step[] {
  const { topic, partition, replicas, throttle } = operation;
  const here = { topic, partition };
  let looks = 0;
  const main: Step[] = [
    { call: () => alterPartitionReassignments([{ ...here, replicas }]), final: NO_SUCH_TOPIC },
    {
      call: () => listPartitionReassignments([here]),
      judge: (body) => (isOngoing(body as ListPartitionReassignmentsResponse, partition) ? 'again' : 'next'),
      awaits: 'the new replicas to catch up',
    },
    {
      call: () => describeTopics([topic], here),
      judgesErrors: true,
      judge: (body) => {
        const found = replicasOf(body, partition);
        if (found !== null && isSame(found, replicas)) return 'next';
        looks++;
        return looks < MAX_LOOKS ? 'again' : 'cancelled';
      },
      awaits: 'brokers to know the new replicas',
    },
  ];
  return throttle === undefined ? main : throttled(operation, throttle, main);
}

function throttled({ topic, partition, replicas }: Reassign, rate: number, main: readonly Step[]): Step[] {
  const here = { topic, partition };
  let before: readonly number[] = [];
  const learn: Step = {
    call: () => describeTopics([topic], here),
    judgesErrors: true,
    judge: (body): Verdict => {
      const found = replicasOf(body, partition);
      if (found === null) return 'again';
      before = found;
      return 'next';
    },
    awaits: 'brokers to know the topic',
  };
  /** Replicas that are there serve, those to come read: each side is throttled at its own end. */
  const lists = (operation: 'append' | 'subtract'): AdminCall => {
    const added = replicas.filter((id) => !before.includes(id));
    const changes = [
      { key: 'leader.replication.throttled.replicas', operation, value: pairs(partition, before) },
      { key: 'follower.replication.throttled.replicas', operation, value: pairs(partition, added) },
    ];
    return incrementalAlterConfigs(
      { kind: 'topic', name: topic },
      changes.filter(({ value }) => value !== ''),
    );
  };
  const involved = (): number[] => [...new Set([...before, ...replicas])].toSorted((a, b) => a - b);
  return [
    learn,
    { call: () => lists('append'), final: NO_SUCH_TOPIC },
    ...perBroker(involved, rate),
    ...main,
    ...perBroker(involved, null),
    { call: () => lists('subtract'), final: NO_SUCH_TOPIC, isCleanUp: true },
  ];
}

/** Who is involved is known only when the steps run: one step walks over all of them. */
function perBroker(involved: () => readonly number[], rate: number | null): Step[] {
  let next = 0;
  const changes: ConfigChange[] = RATES.map((key) =>
    rate === null
      ? { key, operation: 'delete', value: null }
      : { key, operation: 'set', value: String(rate) },
  );
  return [
    {
      call: () => incrementalAlterConfigs({ kind: 'broker', id: involved()[next]! }, changes),
      judge: () => {
        next++;
        return next < involved().length ? 'more' : 'next';
      },
      isCleanUp: rate === null,
    },
  ];
}

function pairs(partition: number, brokers: readonly number[]): string {
  return brokers.map((id) => `${partition}:${id}`).join(',');
}

function isOngoing({ topics }: ListPartitionReassignmentsResponse, partition: number): boolean {
  return topics.some(({ partitions }) => partitions.some((each) => each.partitionIndex === partition));
}

function replicasOf(body: object, partition: number): readonly number[] | null {
  const topic = (body as DescribeTopicPartitionsResponse).topics[0];
  if (topic === undefined || topic.errorCode !== ErrorCode.NONE) return null;
  return topic.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.replicaNodes ?? null;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
