import type { Config } from './config.ts';
import type { Duration } from './duration.ts';

export interface TrafficSpec {
  readonly producers: readonly ProducerSpec[];
  readonly consumers: readonly ConsumerSpec[];
  /** Applications that read, transform and write in transactions. */
  readonly pipelines: readonly PipelineSpec[];
}

export interface ProducerSpec {
  readonly name: string;
  readonly topic: string;
  readonly rack: string | null;
  readonly config: Config;
  readonly workload: Workload;
  /** How the application groups its records into transactions; it needs a `transactional.id` then. Null: it has none. */
  readonly transactions: TransactionsSpec | null;
}

export interface TransactionsSpec {
  /** Records of one transaction. */
  readonly records: number;
  /** Of a hundred transactions, how many the application takes back. */
  readonly abortPercent: number;
  /**
   * Its place in the data set is committed with the records, and after an abort or a crash it goes on from there.
   * Otherwise what came to nothing is not sent again.
   */
  readonly resumes: boolean;
}

/** Where records come from. */
export type Workload =
  | {
      readonly kind: 'synthetic';
      /** Records per second; 0 is as fast as the client accepts them. */
      readonly rate: number;
      readonly arrivals: 'poisson' | 'uniform';
      readonly valueBytes: number;
      /** 0: no keys. Otherwise how many distinct keys, and how their popularity falls off. */
      readonly keys: number;
      readonly skew: 'none' | 'zipf';
      /** Of a hundred records, how many say that their key is gone: they have no value. */
      readonly tombstonePercent: number;
    }
  | {
      readonly kind: 'dataset';
      /** `us-flights`: events keyed by origin airport, with the data's own skew. */
      readonly dataset: string;
      /** Events to replay, from the first. */
      readonly events: number;
      /** Records per second, on average; the data's own spacing is kept in proportion. */
      readonly rate: number;
    };

/**
 * An application that reads: partitions that it assigns itself, or, with a `group.id` in its configuration, what the
 * group gives it.
 */
export interface ConsumerSpec {
  readonly name: string;
  readonly topic: string;
  /**
   * A member of a group that subscribes to every topic whose whole name matches, `topic` among them: an RE2 expression
   * that the coordinator resolves in the consumer protocol, one that each client matches itself in the classic.
   */
  readonly pattern: string | null;
  /** Partitions that it assigns itself; all when null, and in a group. */
  readonly partitions: readonly number[] | null;
  readonly rack: string | null;
  readonly config: Config;
  /** Processes of this kind; several are called NAME-1, NAME-2… */
  readonly members: number;
  /** How a member of a group commits: as it is configured, after each poll, or not at all. */
  readonly commit: 'auto' | 'sync' | 'async' | 'none';
  /** What the application does with one record before it looks at the next. */
  readonly workPerRecord: Duration;
}

/** Reads one topic as a group, writes what it made of each record to another, and commits both in one transaction. */
export interface PipelineSpec {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly rack: string | null;
  /** Processes of this kind; several are called NAME-1, NAME-2… */
  readonly members: number;
  /** `group.id` is NAME unless it is said here. */
  readonly consumerConfig: Config;
  /** `transactional.id` is the process's name unless it is said here. */
  readonly producerConfig: Config;
  readonly workPerRecord: Duration;
  /** Of a hundred transactions, how many the application takes back and does again. */
  readonly abortPercent: number;
}

/** One process of a client. */
export interface ClientPlace {
  readonly name: string;
  /** The client's name in the scenario. */
  readonly client: string;
  readonly kind: 'producer' | 'consumer' | 'pipeline';
  /** Which of its kind in the scenario, and which of its members. */
  readonly spec: number;
  readonly member: number;
  readonly rack: string | null;
}

/** Every client process, in the order in which they are started. */
export function clientPlaces({ producers, consumers, pipelines }: TrafficSpec): ClientPlace[] {
  return [
    ...producers.flatMap((spec, i) => placesOf('producer', i, { ...spec, members: 1 })),
    ...consumers.flatMap((spec, i) => placesOf('consumer', i, spec)),
    ...pipelines.flatMap((spec, i) => placesOf('pipeline', i, spec)),
  ];
}

function placesOf(
  kind: ClientPlace['kind'],
  spec: number,
  { name, members, rack }: { readonly name: string; readonly members: number; readonly rack: string | null },
): ClientPlace[] {
  return Array.from({ length: members }, (_, member) => ({
    name: members === 1 ? name : `${name}-${member + 1}`,
    client: name,
    kind,
    spec,
    member,
    rack,
  }));
}

/** Every group that somebody joins, each once. */
export function groupsOf({ consumers, pipelines }: TrafficSpec): string[] {
  const groups = [...consumers.map(groupOf), ...pipelines.map(groupOfPipeline)];
  return [...new Set(groups.filter((group) => group !== null))];
}

/** The `transactional.id` of each process that has one, in the order in which they are started. */
export function transactionalIdsOf(traffic: TrafficSpec): string[] {
  return clientPlaces(traffic)
    .map((place) => transactionalIdOf(traffic, place))
    .filter((id) => id !== null);
}

/** Of several members each has its own: the configured one is followed by the member's number. */
export function transactionalIdOf(traffic: TrafficSpec, place: ClientPlace): string | null {
  if (place.kind === 'consumer') return null;
  const { members, config } =
    place.kind === 'producer'
      ? { members: 1, config: traffic.producers[place.spec]!.config }
      : {
          members: traffic.pipelines[place.spec]!.members,
          config: traffic.pipelines[place.spec]!.producerConfig,
        };
  const id = config['transactional.id'];
  if (id === undefined || id === '') return place.kind === 'producer' ? null : place.name;
  return members === 1 ? String(id) : `${id}-${place.member + 1}`;
}

/** The group that a consumer joins; null when it assigns itself its partitions. */
export function groupOf({ config }: ConsumerSpec): string | null {
  const id = config['group.id'];
  return id === undefined || id === '' ? null : String(id);
}

export function groupOfPipeline({ name, consumerConfig }: PipelineSpec): string {
  return String(consumerConfig['group.id'] ?? name);
}
