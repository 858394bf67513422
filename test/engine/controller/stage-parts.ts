import type { Controller } from '../../../engine/controller/index.ts';
import type { Request } from '../../../engine/exchange/index.ts';
import type { Outbox, Random, RandomSource, Us } from '../../../engine/machine/index.ts';
import type { ClusterImage } from '../../../engine/metadata/index.ts';
import {
  type AlterPartitionRequest,
  ApiKey,
  alterPartitionRequest,
  make,
} from '../../../engine/wire/index.ts';

/** A small deterministic generator: tests need luck, not quality. */
export function seededRandom(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const u32 = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state ^ (state >>> 13)) >>> 0;
  };
  return { u32, below: (bound) => u32() % bound };
}

export function seededRandoms(seed: number): RandomSource {
  return { stream: (name) => seededRandom(seed + name.length * 7_919) };
}

/** The id of a broker's only log directory, and of its n-th incarnation. */
export const directoryOf = (broker: number) => `dir-${String(broker).padStart(3, '0')}-aaaaaaaaaaaaaA`;
export const incarnationOf = (broker: number, life = 0) =>
  `inc-${String(broker).padStart(3, '0')}-${String(life).padStart(3, '0')}-aaaaaaaaaA`;

export interface BrokerOptions {
  readonly life?: number;
  readonly rack?: string | null;
  readonly previousBrokerEpoch?: number;
  readonly version?: number;
  readonly clusterId?: string;
  readonly logDirs?: readonly string[];
  readonly features?: readonly { name: string; minSupportedVersion: number; maxSupportedVersion: number }[];
}

export interface HeartbeatOptions {
  readonly wantFence?: boolean;
  readonly wantShutDown?: boolean;
  /** How far it has read; to the end of the log unless said otherwise. */
  readonly offset?: number;
  readonly epoch?: number;
  readonly offlineLogDirs?: readonly string[];
}

/** How a request for a change of an ISR differs from what the leader would ask. */
export interface IsrChangeOptions {
  readonly sender?: number;
  readonly senderEpoch?: number;
  readonly leaderEpoch?: number;
  readonly partitionEpoch?: number;
  readonly leaderRecoveryState?: number;
  readonly index?: number;
  readonly topicId?: string;
  readonly memberEpochs?: Readonly<Record<number, number>>;
}

export function isrChangeOf(
  image: ClusterImage,
  epochOf: (broker: number) => number,
  topicName: string,
  isr: readonly number[],
  change: IsrChangeOptions,
): AlterPartitionRequest {
  const topic = image.topicsByName.get(topicName);
  const partition = topic?.partitions[change.index ?? 0];
  const sender = change.sender ?? partition?.leader ?? -1;
  const members = isr.map((brokerId) => ({
    brokerId,
    brokerEpoch: change.memberEpochs?.[brokerId] ?? epochOf(brokerId),
  }));
  const asked = {
    partitionIndex: change.index ?? 0,
    leaderEpoch: change.leaderEpoch ?? partition?.leaderEpoch ?? 0,
    partitionEpoch: change.partitionEpoch ?? partition?.partitionEpoch ?? 0,
    leaderRecoveryState: change.leaderRecoveryState ?? 0,
    newIsrWithEpochs: members,
  };
  return make(alterPartitionRequest, {
    brokerId: sender,
    brokerEpoch: change.senderEpoch ?? epochOf(sender),
    topics: [{ topicId: change.topicId ?? topic?.id ?? '', partitions: [asked] }],
  });
}

/** Configuration, partitions, features, producer ids, brokers that go. */
export function askAdministration(
  controller: Controller,
  now: Us,
  request: Request<never>,
  forwarded: boolean,
  out: Outbox,
): void {
  const { apiKey } = request;
  if (apiKey === ApiKey.AlterPartitionReassignments)
    controller.handleAlterPartitionReassignments(request, out);
  else if (apiKey === ApiKey.ListPartitionReassignments)
    controller.handleListPartitionReassignments(request, out);
  else if (apiKey === ApiKey.CreatePartitions) controller.handleCreatePartitions(now, request, out);
  else if (apiKey === ApiKey.IncrementalAlterConfigs)
    controller.handleIncrementalAlterConfigs(request, forwarded, out);
  else if (apiKey === ApiKey.AlterConfigs) controller.handleAlterConfigs(request, forwarded, out);
  else if (apiKey === ApiKey.UnregisterBroker) controller.handleUnregisterBroker(now, request, out);
  else if (apiKey === ApiKey.UpdateFeatures) controller.handleUpdateFeatures(now, request, out);
  else if (apiKey === ApiKey.AllocateProducerIds) controller.handleAllocateProducerIds(now, request, out);
  else throw new Error(`no handler for ${apiKey}`);
}
