import type { Responder, Rpc } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import type { ClusterImage } from '../metadata/index.ts';
import type { HostedPartitions } from './hosted-partitions.ts';
import type { IsrChanges } from './isr-changes.ts';
import type { ReplicationConfig } from './replication-config.ts';
import type { Throttles } from './throttles.ts';

/** Who this broker is to the controller at the moment (`BrokerLifecycleManager`). */
export interface BrokerIdentity {
  /** -1 before the first registration. */
  readonly brokerEpoch: number;
}

/** What the parts of replication share. One object per broker. */
export interface ReplicationContext {
  readonly nodeId: number;
  readonly config: ReplicationConfig;
  readonly lagMaxUs: Us;
  readonly rpc: Rpc;
  readonly responder: Responder;
  readonly identity: BrokerIdentity;
  readonly hosted: HostedPartitions;
  readonly isrChanges: IsrChanges;
  readonly throttles: Throttles;
  /** The metadata that this broker has applied; replaced with every delta. */
  image: ClusterImage;
  /** The disk failed under some partition: the whole log directory goes offline. */
  storageFailed(now: Us, out: Outbox): void;
  /** Hands out tokens for requests to other nodes. */
  nextToken(): number;
}
