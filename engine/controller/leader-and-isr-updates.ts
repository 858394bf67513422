import {
  isActive,
  type MetadataRecord,
  type PartitionRegistration,
  type TopicImage,
} from '../metadata/index.ts';
import {
  bumpsEpochOnShrink,
  type ControllerState,
  effectiveMinIsr,
  hasOnlineReplica,
  isElrEnabled,
  isUncleanElectionEnabled,
} from './controller-state.ts';
import { decidePartitionChange } from './partition-change.ts';

/** What happened to a broker that its partitions have to follow. */
export interface BrokerMove {
  /** It leaves every ISR and leads nothing (fenced, shutting down). */
  readonly remove?: number;
  /** It may lead from now on, although the image still has it fenced. */
  readonly add?: number;
  /** It may have lost data: it leaves ISR and ELR and leads nothing. */
  readonly uncleanShutdown?: number;
}

/**
 * Appends the partition changes that follow from a broker's move, for the partitions that are chosen, by topic name
 * and index (`generateLeaderAndIsrUpdates`). The image still shows the broker as it was, so the move overrides it.
 */
export function appendLeaderAndIsrUpdates(
  state: ControllerState,
  move: BrokerMove,
  isAffected: (partition: PartitionRegistration) => boolean,
  records: MetadataRecord[],
): void {
  const { image } = state;
  for (const name of image.topicNames()) {
    const topic = image.topicsByName.get(name);
    if (topic === undefined) continue;
    for (let index = 0; index < topic.partitions.length; index += 1) {
      const partition = topic.partitions[index];
      if (partition === undefined || !isAffected(partition)) continue;
      const record = decideUpdate(state, move, topic, index, partition);
      if (record !== null) records.push(record);
    }
  }
}

function decideUpdate(
  state: ControllerState,
  move: BrokerMove,
  topic: TopicImage,
  index: number,
  partition: PartitionRegistration,
): MetadataRecord | null {
  const { image } = state;
  const gone = (broker: number) => broker === move.remove || broker === move.uncleanShutdown;
  return decidePartitionChange({
    topicId: topic.id,
    partitionId: index,
    partition,
    election: isUncleanElectionEnabled(state, topic.name) ? 'unclean' : 'online',
    targetIsr: partition.isr.filter((broker) => !gone(broker)),
    ...(move.uncleanShutdown === undefined ? {} : { uncleanShutdownReplica: move.uncleanShutdown }),
    minIsr: effectiveMinIsr(state, topic.name),
    elrEnabled: isElrEnabled(image),
    bumpEpochOnShrink: bumpsEpochOnShrink(image),
    canLead: (broker) =>
      !gone(broker) &&
      (broker === move.add || isActive(image.broker(broker))) &&
      hasOnlineReplica(image, partition, broker),
  });
}
