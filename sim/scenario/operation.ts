import type { Duration } from './duration.ts';

/** What an administrator does while traffic runs. Numbers and names are Kafka's. */
interface Planned {
  /** From the start of the traffic. */
  readonly at: Duration;
  /** An error that cannot be mended by asking again is what this scenario shows, not a violation. */
  readonly mayFail: boolean;
}

interface OnPartition extends Planned {
  readonly topic: string;
  readonly partition: number;
}

/** A partition moves to these replicas, the preferred leader first. Done when nothing is left to add or remove. */
export interface Reassign extends OnPartition {
  readonly do: 'reassign';
  readonly replicas: readonly number[];
  /** Bytes per second that each broker may move meanwhile, as `kafka-reassign-partitions --throttle`. */
  readonly throttle?: number | undefined;
}

export interface CancelReassignment extends OnPartition {
  readonly do: 'cancel-reassignment';
}

export interface ElectLeader extends Planned {
  readonly do: 'elect-preferred' | 'elect-unclean';
  /** Null: wherever one is due. */
  readonly topic: string | null;
  /** Null: all of the topic. */
  readonly partition: number | null;
}

export interface AlterTopicConfig extends Planned {
  readonly do: 'alter-topic-config';
  readonly topic: string;
  readonly set: Readonly<Record<string, string | number | boolean>>;
  readonly delete: readonly string[];
}

export interface AlterBrokerConfig extends Planned {
  readonly do: 'alter-broker-config';
  /** Null: the default of all brokers. */
  readonly broker: number | null;
  readonly set: Readonly<Record<string, string | number | boolean>>;
  readonly delete: readonly string[];
}

export interface CreatePartitions extends Planned {
  readonly do: 'create-partitions';
  readonly topic: string;
  /** How many there are afterwards. */
  readonly count: number;
  /** Placement of each new one by hand; null lets the controller place. */
  readonly assignments: readonly (readonly number[])[] | null;
}

export interface DeleteRecords extends OnPartition {
  readonly do: 'delete-records';
  /** The first offset to keep; -1 for the high watermark. */
  readonly before: number;
}

export interface CreateTopic extends Planned {
  readonly do: 'create-topic';
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string | number | boolean>>;
}

export interface DeleteTopic extends Planned {
  readonly do: 'delete-topic';
  readonly topic: string;
}

/** A replica moves between the directories of its broker. Done when it serves from there. */
export interface MoveLogDir extends OnPartition {
  readonly do: 'move-log-dir';
  readonly broker: number;
  readonly directory: string;
}

/** A controller joins or leaves the voters of the quorum. */
export interface ChangeVoter extends Planned {
  readonly do: 'add-voter' | 'remove-voter';
  readonly controller: number;
}

export interface UnregisterBroker extends Planned {
  readonly do: 'unregister-broker';
  readonly broker: number;
}

export interface UpdateFeature extends Planned {
  readonly do: 'update-feature';
  readonly feature: string;
  readonly level: number;
  readonly kind: 'upgrade' | 'safe-downgrade' | 'unsafe-downgrade';
}

/** `Admin.fenceProducers`: whoever uses the id is kept out from then on, and its epoch is one higher. */
export interface FenceProducers extends Planned {
  readonly do: 'fence-producers';
  readonly transactionalId: string;
  /** How often, one after the other: 32,766 times, and the id needs another producer id. */
  readonly times: number;
}

export type Operation =
  | Reassign
  | CancelReassignment
  | ElectLeader
  | AlterTopicConfig
  | AlterBrokerConfig
  | CreatePartitions
  | DeleteRecords
  | CreateTopic
  | DeleteTopic
  | MoveLogDir
  | ChangeVoter
  | UnregisterBroker
  | UpdateFeature
  | FenceProducers;

export type OperationKind = Operation['do'];

/** One line: `reassign t-0 to [1,2,4]`. */
export function describeOperation(operation: Operation): string {
  switch (operation.do) {
    case 'reassign': {
      const throttle = operation.throttle === undefined ? '' : ` at ${operation.throttle} bytes/s`;
      return `reassign ${logOf(operation)} to [${operation.replicas}]${throttle}`;
    }
    case 'cancel-reassignment':
      return `cancel-reassignment of ${logOf(operation)}`;
    case 'elect-preferred':
    case 'elect-unclean':
      if (operation.topic === null) return `${operation.do} everywhere`;
      return `${operation.do} ${operation.topic}${operation.partition === null ? '' : `-${operation.partition}`}`;
    case 'alter-topic-config':
      return `alter-topic-config ${operation.topic} ${changesOf(operation)}`;
    case 'alter-broker-config':
      return `alter-broker-config ${operation.broker ?? 'of all'} ${changesOf(operation)}`;
    case 'create-partitions':
      return `create-partitions ${operation.topic} up to ${operation.count}`;
    case 'delete-records':
      return `delete-records of ${logOf(operation)} before ${operation.before === -1 ? 'the high watermark' : operation.before}`;
    case 'create-topic':
      return `create-topic ${operation.topic} (${operation.partitions} x ${operation.replicationFactor})`;
    case 'delete-topic':
      return `delete-topic ${operation.topic}`;
    case 'move-log-dir':
      return `move-log-dir ${logOf(operation)} of b${operation.broker} to ${operation.directory}`;
    case 'add-voter':
    case 'remove-voter':
      return `${operation.do} ${operation.controller}`;
    case 'unregister-broker':
      return `unregister-broker ${operation.broker}`;
    case 'update-feature':
      return `update-feature ${operation.feature} to ${operation.level}`;
    case 'fence-producers':
      return `fence-producers of ${operation.transactionalId}, ${operation.times} times`;
  }
}

function logOf({ topic, partition }: OnPartition): string {
  return `${topic}-${partition}`;
}

function changesOf({ set, delete: gone }: AlterTopicConfig | AlterBrokerConfig): string {
  return [
    ...Object.entries(set).map(([key, value]) => `${key}=${value}`),
    ...gone.map((key) => `-${key}`),
  ].join(' ');
}
