import type { TrafficSpec } from './client.ts';
import type { Config } from './config.ts';
import type { Duration } from './duration.ts';
import type { Fault, RandomFaults } from './fault.ts';
import type { Operation } from './operation.ts';

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

export interface Expectations {
  /** Losing acknowledged records is what this scenario shows: losses are reported, and classed as allowed. */
  readonly mayLoseAcknowledged: boolean;
  /**
   * More replicas lose what they had not synced at once than Kafka promises to survive: even replicated records may
   * be gone.
   */
  readonly mayLoseReplicated: boolean;
  /**
   * Checks whose findings are what this scenario shows: they are told, and classed as allowed by its configuration.
   */
  readonly allowed: readonly string[];
  /**
   * Probes that must have fired at least once over a run: a run that injected no crash proves nothing about crashes.
   */
  readonly probes: readonly string[];
  /** Every consumer must have read every acknowledged record by the end. */
  readonly consumersReadAll: boolean;
}
