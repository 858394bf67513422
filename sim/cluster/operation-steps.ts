import {
  type AdminCall,
  addRaftVoter,
  alterPartitionReassignments,
  alterReplicaLogDirs,
  type ConfigChange,
  type ConfigResource,
  createPartitions,
  createTopics,
  deleteRecords,
  deleteTopics,
  describeLogDirs,
  describeQuorum,
  describeTopics,
  electLeaders,
  fenceProducers,
  incrementalAlterConfigs,
  removeRaftVoter,
  unregisterBroker,
  updateFeatures,
} from '../../engine/client/index.ts';
import { unreachable } from '../../engine/machine/index.ts';
import {
  type DescribeLogDirsResponse,
  type DescribeQuorumResponse,
  type DescribeTopicPartitionsResponse,
  ErrorCode,
} from '../../engine/wire/index.ts';
import type { Config, Operation } from '../scenario/index.ts';
import { NO_SUCH_TOPIC, type Step, type Verdict } from './operation-step.ts';
import { reassignmentSteps } from './reassignment-steps.ts';
import { CONTROLLER_PORT, controllerName } from './topology.ts';

/** An operation as the calls that an administrator's tool would make, in order. */
export function stepsOf(operation: Operation): readonly Step[] {
  switch (operation.do) {
    case 'reassign':
      return reassignmentSteps(operation);
    case 'cancel-reassignment': {
      const { topic, partition } = operation;
      const call = (): AdminCall => alterPartitionReassignments([{ topic, partition, replicas: null }]);
      const fineAfterDoubt = [ErrorCode.NO_REASSIGNMENT_IN_PROGRESS];
      return [{ call, fineAfterDoubt, final: NO_SUCH_TOPIC }];
    }
    case 'elect-preferred':
    case 'elect-unclean':
      return electionSteps(operation);
    case 'alter-topic-config': {
      const resource = { kind: 'topic', name: operation.topic } as const;
      return [{ call: () => alter(resource, operation), final: NO_SUCH_TOPIC }];
    }
    case 'alter-broker-config': {
      const resource = { kind: 'broker', id: operation.broker } as const;
      return [{ call: () => alter(resource, operation) }];
    }
    case 'create-topic': {
      const { topic: name, partitions, replicationFactor } = operation;
      const topic = { name, partitions, replicationFactor, configs: worded(operation.config) };
      return [{ call: () => createTopics([topic]), fineAfterDoubt: [ErrorCode.TOPIC_ALREADY_EXISTS] }];
    }
    case 'delete-topic':
      return [
        { call: () => deleteTopics([operation.topic]), fineAfterDoubt: NO_SUCH_TOPIC, final: NO_SUCH_TOPIC },
      ];
    case 'create-partitions': {
      const { topic: name, count } = operation;
      const assignments = operation.assignments ?? undefined;
      const call = (): AdminCall => createPartitions([{ name, count, assignments }]);
      return [{ call, fineAfterDoubt: [ErrorCode.INVALID_PARTITIONS], final: NO_SUCH_TOPIC }];
    }
    case 'delete-records': {
      const { topic, partition, before } = operation;
      return [{ call: () => deleteRecords(topic, partition, before) }];
    }
    case 'move-log-dir':
      return moveSteps(operation);
    case 'add-voter':
    case 'remove-voter':
      return voterSteps(operation);
    case 'unregister-broker': {
      const call = (): AdminCall => unregisterBroker(operation.broker);
      return [{ call, fineAfterDoubt: [ErrorCode.BROKER_ID_NOT_REGISTERED] }];
    }
    case 'update-feature': {
      const { feature, level } = operation;
      const kind = UPDATE_KINDS[operation.kind];
      return [{ call: () => updateFeatures([{ feature, level, kind }]) }];
    }
    case 'fence-producers': {
      let left = operation.times;
      const judge = (): Verdict => (--left > 0 ? 'more' : 'next');
      return [{ call: () => fenceProducers(operation.transactionalId), judge, isRepeated: true }];
    }
    default:
      return unreachable(operation);
  }
}

const UPDATE_KINDS = {
  upgrade: 'upgrade',
  'safe-downgrade': 'safe downgrade',
  'unsafe-downgrade': 'unsafe downgrade',
} as const;

function alter(
  resource: ConfigResource,
  { set, delete: gone }: { readonly set: Config; readonly delete: readonly string[] },
): AdminCall {
  const changes: ConfigChange[] = Object.entries(set).map(([key, value]) => ({
    key,
    operation: 'set',
    value: String(value),
  }));
  for (const key of gone) changes.push({ key, operation: 'delete', value: null });
  return incrementalAlterConfigs(resource, changes);
}

/** Kafka's configurations travel as text. */
export function worded(config: Config): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)]));
}

function electionSteps(
  operation: Extract<Operation, { do: 'elect-preferred' | 'elect-unclean' }>,
): readonly Step[] {
  const { topic, partition } = operation;
  const kind = operation.do === 'elect-preferred' ? 'preferred' : 'unclean';
  const fine = [ErrorCode.ELECTION_NOT_NEEDED];
  if (topic === null) return [{ call: () => electLeaders(kind, null), fine }];
  if (partition !== null)
    return [{ call: () => electLeaders(kind, [{ topic, partition }]), fine, final: NO_SUCH_TOPIC }];
  const partitions: { readonly topic: string; readonly partition: number }[] = [];
  const learn: Step = {
    call: () => describeTopics([topic], { topic, partition: partitions.length }),
    judgesErrors: true,
    judge: (body) => {
      const described = (body as DescribeTopicPartitionsResponse).topics[0];
      if (described === undefined || described.errorCode !== ErrorCode.NONE) return 'again';
      for (const { partitionIndex } of described.partitions)
        if (partitionIndex >= partitions.length) partitions.push({ topic, partition: partitionIndex });
      return (body as DescribeTopicPartitionsResponse).nextCursor === null ? 'next' : 'more';
    },
    awaits: 'brokers to know the topic',
  };
  return [learn, { call: () => electLeaders(kind, partitions), fine, final: NO_SUCH_TOPIC }];
}

function moveSteps({
  topic,
  partition,
  broker,
  directory,
}: Extract<Operation, { do: 'move-log-dir' }>): readonly Step[] {
  const moved = (body: object): Verdict => {
    for (const { logDir, topics } of (body as DescribeLogDirsResponse).results) {
      if (logDir !== directory) continue;
      for (const { name, partitions } of topics) {
        if (name !== topic) continue;
        for (const { partitionIndex, isFutureKey } of partitions)
          if (partitionIndex === partition && !isFutureKey) return 'next';
      }
    }
    return 'again';
  };
  const here = [{ topic, partition }];
  return [
    { call: () => alterReplicaLogDirs(broker, directory, here) },
    {
      call: () => describeLogDirs(broker, here),
      judge: moved,
      judgesErrors: true,
      awaits: 'the replica to catch up there',
    },
  ];
}

/** The quorum's leader tells who follows it and with which directory: that is what a vote is bound to. */
function voterSteps({ do: what, controller }: Extract<Operation, { controller: number }>): readonly Step[] {
  let directoryId = '';
  const joins = what === 'add-voter';
  const learn: Step = {
    call: describeQuorum,
    judge: (body) => {
      const partition = (body as DescribeQuorumResponse).topics[0]?.partitions[0];
      if (partition === undefined) return 'again';
      // Who votes already is refused as a new voter, and who does not as an old one: Kafka shall say so.
      const known = [...partition.observers, ...partition.currentVoters];
      const found = known.find(({ replicaId }) => replicaId === controller);
      if (found === undefined) return 'again';
      directoryId = found.replicaDirectoryId;
      return 'next';
    },
    awaits: 'the controller to follow the quorum',
  };
  const listeners = [{ name: 'CONTROLLER', host: controllerName(controller), port: CONTROLLER_PORT }];
  const change: Step = joins
    ? {
        call: () => addRaftVoter(controller, directoryId, listeners),
        fineAfterDoubt: [ErrorCode.DUPLICATE_VOTER],
      }
    : { call: () => removeRaftVoter(controller, directoryId), fineAfterDoubt: [ErrorCode.VOTER_NOT_FOUND] };
  return [learn, change];
}
