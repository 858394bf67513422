import { RpcOwner, type TransactionVerifier } from '../broker/index.ts';
import {
  GroupCoordinator,
  groupConfigDefaults,
  makeRooms,
  TransactionCoordinator,
  transactionConfigDefaults,
} from '../coordinator/index.ts';
import type { Exchange, Inbound } from '../exchange/index.ts';
import { CONSUMER_OFFSETS, TRANSACTION_STATE } from '../metadata/index.ts';
import { Acks, type BrokerIdentity, type Replicas } from '../replication/index.ts';
import { CoordinatorPartitions } from './coordinator-partitions.ts';
import { Coordinators } from './coordinators.ts';
import type { MetadataFeed } from './metadata-feed.ts';
import { OffsetsVerifier } from './offsets-verifier.ts';
import type { BrokerServerOptions } from './server-options.ts';
import { settings } from './settings.ts';

/** What coordinators are built on. */
export interface CoordinatorPorts {
  readonly replicas: Replicas;
  readonly feed: MetadataFeed;
  readonly exchange: Exchange;
  readonly inbound: Inbound;
  readonly identity: BrokerIdentity;
  readonly requestTimeoutMs: number;
  readonly verifier: TransactionVerifier;
}

/** The coordinators of a broker, over its replicas of their topics. */
export function openCoordinators(options: BrokerServerOptions, ports: CoordinatorPorts): Coordinators {
  return new Coordinators(options.nodeId, openGroups(options, ports), openTransactions(options, ports));
}

function openGroups(
  options: BrokerServerOptions,
  { feed, inbound, replicas, verifier }: CoordinatorPorts,
): GroupCoordinator {
  return new GroupCoordinator({
    config: settings(groupConfigDefaults, options.config),
    log: new CoordinatorPartitions(CONSUMER_OFFSETS, Acks.Leader, replicas),
    compression: options.compression,
    verifier: new OffsetsVerifier(verifier, replicas),
    responder: inbound,
    makeRooms: makeRooms,
    wall: options.wall,
    random: options.random.stream('group member ids'),
    image: () => feed.image,
  });
}

function openTransactions(options: BrokerServerOptions, ports: CoordinatorPorts): TransactionCoordinator {
  const { exchange, feed, identity, inbound, replicas, requestTimeoutMs } = ports;
  return new TransactionCoordinator({
    brokerId: options.nodeId,
    brokerEpoch: () => identity.brokerEpoch,
    config: settings(transactionConfigDefaults, options.config),
    requestTimeoutMs,
    offsetsPartitions: settings(groupConfigDefaults, options.config)['offsets.topic.num.partitions'],
    log: new CoordinatorPartitions(TRANSACTION_STATE, Acks.All, replicas),
    rpc: exchange,
    responder: inbound,
    owners: { markers: RpcOwner.TRANSACTION_MARKERS, producerIds: RpcOwner.PRODUCER_IDS },
    wall: options.wall,
    random: options.random.stream('transaction coordinator'),
    image: () => feed.image,
  });
}
