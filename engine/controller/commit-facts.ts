import type { Fact } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import {
  type ClusterImage,
  MetadataDelta,
  type MetadataRecord,
  type PartitionChangeRecord,
  type PartitionRegistration,
  RecoveryState,
  type TopicConfigs,
  type TopicImage,
} from '../metadata/index.ts';

/**
 * Replays a record on the latest image and notes what the world will be told of it once it is committed, in the
 * order of the records: at every point in between, too, no fenced broker is in an ISR.
 */
export function replayForFacts(
  image: ClusterImage,
  record: MetadataRecord,
  offset: number,
  configs: TopicConfigs,
  facts: Fact[],
): void {
  switch (record.type) {
    case 'PartitionRecord': {
      image.replay(record, offset);
      facts.push(partitionFact(image, record.topicId, record.partitionId, false, configs));
      return;
    }
    case 'PartitionChangeRecord': {
      const previous = image.partition(record.topicId, record.partitionId);
      image.replay(record, offset);
      const unclean = isUnclean(previous, record);
      facts.push(partitionFact(image, record.topicId, record.partitionId, unclean, configs));
      return;
    }
    case 'ClearElrRecord': {
      const delta = new MetadataDelta();
      image.replay(record, offset, delta);
      for (const change of delta.partitions()) {
        facts.push(partitionFact(image, change.topicId, change.partition, false, configs));
      }
      return;
    }
    case 'RemoveTopicRecord': {
      facts.push(...removedFacts(image.topicsById.get(record.topicId)!));
      image.replay(record, offset);
      return;
    }
    case 'RegisterBrokerRecord':
    case 'BrokerRegistrationChangeRecord':
      image.replay(record, offset);
      facts.push(brokerFact(image, record.brokerId));
      return;
    default:
      image.replay(record, offset);
  }
}

/** What the world is told of a topic that is deleted. */
export function removedFacts({ id, name, partitions }: TopicImage): Fact[] {
  return Array.from(partitions.keys(), (index) => ({
    fact: 'partition removed',
    log: `${name}-${index}`,
    topicId: id,
  }));
}

/** A leader from outside ISR and ELR, which now recovers: it may lack what was committed. */
function isUnclean(previous: PartitionRegistration | undefined, record: PartitionChangeRecord): boolean {
  const { leader, leaderRecoveryState } = record;
  if (previous === undefined || leader < 0 || leader === previous.leader) return false;
  if (previous.isr.includes(leader) || previous.elr.includes(leader)) return false;
  return leaderRecoveryState === RecoveryState.RECOVERING || previous.leaderRecoveryState === 'RECOVERING';
}

function partitionFact(
  image: ClusterImage,
  topicId: string,
  index: number,
  unclean: boolean,
  configs: TopicConfigs,
): Fact {
  const topic = image.topicsById.get(topicId);
  const partition = topic?.partitions[index];
  assert(topic !== undefined && partition !== undefined, 'a fact is about a partition that exists');
  return {
    fact: 'partition changed',
    log: `${topic.name}-${index}`,
    topicId,
    leader: partition.leader,
    leaderEpoch: partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch,
    replicas: partition.replicas,
    isr: partition.isr,
    elr: partition.elr,
    lastKnownElr: partition.lastKnownElr,
    minIsr: configs.minIsr(image, topic.name),
    unclean,
  };
}

function brokerFact(image: ClusterImage, id: number): Fact {
  const broker = image.broker(id);
  assert(broker !== undefined, 'a fact is about a broker that is registered');
  return {
    fact: 'broker changed',
    broker: id,
    brokerEpoch: broker.epoch,
    fenced: broker.fenced,
    shuttingDown: broker.inControlledShutdown,
  };
}
