import type { Duration } from './duration.ts';
import type { Fault, RandomFaults } from './fault.ts';
import type { Operation } from './operation.ts';

/** Values of Kafka configurations: Kafka's names, plain values. */
export type ConfigValue = string | number | boolean;
export type Config = Readonly<Record<string, ConfigValue>>;

/** One trial as data. Plain JSON; everything has a default but the name, the cluster and the traffic. */
export interface Scenario {
  readonly name: string;
  /** One line: what happens here. */
  readonly title: string;
  /** Why anybody should care, and what to look for in the report: shown on its page. */
  readonly why: string;
  readonly lookFor: string;
  readonly cluster: ClusterSpec;
  readonly traffic: TrafficSpec;
  /** Explicit faults; times count from the start of the traffic. */
  readonly faults: readonly Fault[];
  /** Faults drawn from the seed: the schedule is generated first, printed whole, then run. */
  readonly randomFaults: RandomFaults | null;
  /** What an administrator does; times count from the start of the traffic. */
  readonly operations: readonly Operation[];
  /** How long traffic and faults last. After it everything is healed and the cluster must converge. */
  readonly duration: Duration;
  /** How long convergence may take before the verdict is `stuck`. */
  readonly settle: Duration;
  readonly expect: Expectations;
}

export interface ClusterSpec {
  readonly brokers: number;
  readonly controllers: number;
  /**
   * Whether the voters of the quorum are in everybody's configuration, for good, or in the metadata log, where
   * operations change them (KIP-853).
   */
  readonly quorum: 'static' | 'dynamic';
  /** Controllers of a dynamic quorum that do not vote until they are added; numbered after the others. */
  readonly spareControllers: number;
  /** Racks named a, b, c…; brokers and controllers are dealt to them in turn. */
  readonly racks: number;
  readonly topics: readonly TopicSpec[];
  /** Static configuration of every broker, Kafka's names. */
  readonly brokerConfig: Config;
  readonly controllerConfig: Config;
  /** Name of a hardware profile. */
  readonly hardware: string;
  /**
   * Log directories of each broker (`log.dirs`): one at `/data`, or several at `/data1`, `/data2`… of which the first
   * holds the metadata log.
   */
  readonly logDirs: number;
  /** Bytes that each server's disk holds; 0 is unlimited. */
  readonly diskCapacityBytes: number;
  readonly network: NetworkSpec;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Config;
}

export interface NetworkSpec {
  /** One-way latency inside a rack and between racks. */
  readonly sameRack: Duration;
  readonly crossRack: Duration;
  /** One-way latency between regions. */
  readonly crossRegion: Duration;
  /** Regions named 1, 2…; racks are dealt to them in stretches. */
  readonly regions: number;
  /** Extra one-way delay, drawn uniformly. */
  readonly jitter: Duration;
  /** Of 10,000 packets how many are lost: a loss is a retransmission, so it shows as delay. */
  readonly lossPer10k: number;
}

export interface TrafficSpec {
  readonly producers: readonly ProducerSpec[];
  readonly consumers: readonly ConsumerSpec[];
}

export interface ProducerSpec {
  readonly name: string;
  readonly topic: string;
  readonly rack: string | null;
  readonly config: Config;
  readonly workload: Workload;
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

export interface ConsumerSpec {
  readonly name: string;
  readonly topic: string;
  /** Partitions assigned; all when null. */
  readonly partitions: readonly number[] | null;
  readonly rack: string | null;
  readonly config: Config;
}

export interface Expectations {
  /** Losing acknowledged records is what this scenario shows: losses are reported, and classed as allowed. */
  readonly mayLoseAcknowledged: boolean;
  /**
   * More replicas lose what they had not synced at once than Kafka promises to survive: even replicated records may
   * be gone.
   */
  readonly mayLoseReplicated: boolean;
  /**
   * Probes that must have fired at least once over a run: a run that injected no crash proves nothing about crashes.
   */
  readonly probes: readonly string[];
  /** Every consumer must have read every acknowledged record by the end. */
  readonly consumersReadAll: boolean;
}
