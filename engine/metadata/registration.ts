/** A partition as the metadata log has it (`PartitionRegistration`). Values: a change makes a new one. */
export interface PartitionRegistration {
  readonly replicas: readonly number[];
  /** Directory ids, one a replica, in the order of `replicas`. */
  readonly directories: readonly string[];
  /** Sorted. May be empty with ELR. */
  readonly isr: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly elr: readonly number[];
  readonly lastKnownElr: readonly number[];
  /** -1: none. */
  readonly leader: number;
  readonly leaderRecoveryState: 'RECOVERED' | 'RECOVERING';
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
}

export interface TopicImage {
  readonly name: string;
  readonly id: string;
  /** By partition index, dense from 0. */
  readonly partitions: readonly PartitionRegistration[];
}

/** A broker as the metadata log has it (`BrokerRegistration`). */
export interface BrokerImage {
  readonly id: number;
  readonly epoch: number;
  readonly incarnationId: string;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  readonly directories: readonly string[];
}

export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: number;
}

export interface FeatureRange {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

/** All that a broker registered, as the image keeps it. `host` and `port` are those of its first listener. */
export interface BrokerRegistration extends BrokerImage {
  readonly listeners: readonly Listener[];
  readonly features: readonly FeatureRange[];
  /** Directories that take no new replicas (KIP-1066); null before the broker told. */
  readonly cordonedDirectories: readonly string[] | null;
}

/** A controller as it registered itself (KIP-919). */
export interface ControllerRegistration {
  readonly id: number;
  readonly incarnationId: string;
  readonly host: string;
  readonly port: number;
  readonly listeners: readonly Listener[];
  readonly features: readonly FeatureRange[];
}

/** Active: neither fenced nor shutting down. Only such brokers may lead, or join an ISR. */
export function isActive(broker: BrokerImage | undefined): boolean {
  return broker !== undefined && !broker.fenced && !broker.inControlledShutdown;
}

/** The directory of a replica, or undefined when the broker holds none. */
export function directoryOf(partition: PartitionRegistration, broker: number): string | undefined {
  const at = partition.replicas.indexOf(broker);
  return at < 0 ? undefined : partition.directories[at];
}

/**
 * A broker that can take a new replica has a directory that is not cordoned (`BrokerRegistration.hasUncordonedDirs`).
 */
export function hasUncordonedDirectory(broker: BrokerRegistration): boolean {
  const cordoned = broker.cordonedDirectories;
  if (cordoned === null || cordoned.length === 0 || broker.directories.length === 0) return true;
  return broker.directories.some((directory) => !cordoned.includes(directory));
}

/** `t-0 leader 1 e5/7 isr 1,2 elr 3` */
export function describePartition(name: string, index: number, partition: PartitionRegistration): string {
  const elr = partition.elr.length > 0 ? ` elr ${partition.elr.join(',')}` : '';
  const last = partition.lastKnownElr.length > 0 ? ` last ${partition.lastKnownElr.join(',')}` : '';
  const recovering = partition.leaderRecoveryState === 'RECOVERING' ? ' recovering' : '';
  const epochs = `e${partition.leaderEpoch}/${partition.partitionEpoch}`;
  return `${name}-${index} leader ${partition.leader} ${epochs} isr ${partition.isr.join(',')}${elr}${last}${recovering}`;
}
