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
