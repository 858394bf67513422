import { removedFacts } from '../controller/index.ts';
import type { Fact, Outbox } from '../machine/index.ts';
import {
  type BrokerImage,
  type ClusterImage,
  type ConfigNode,
  type MetadataDelta,
  type PartitionRegistration,
  type TopicImage,
  topicMinIsr,
} from '../metadata/index.ts';

/**
 * What a new active controller tells the world of the cluster that it takes over. The one before may have died between
 * the commit of its last records and telling of them:
 *
 *     101 appends ISR [2,3] -> 102 and 103 have it -> 101 dies -> 102 leads; nobody said that the ISR is [2,3]
 */
export class AuthorityFacts {
  readonly #node: ConfigNode;
  /** By log: the leader epoch that began with an unclean election, where the latest did. */
  readonly #uncleanEpochs = new Map<string, number>();
  readonly #removed: Fact[] = [];

  constructor(node: ConfigNode) {
    this.#node = node;
  }

  /** Every controller follows the log, active or not, and remembers how leaders came about. */
  onMetadata(delta: MetadataDelta): void {
    for (const topic of delta.topicsDeleted.values()) this.#removed.push(...removedFacts(topic));
    for (const { topic, partition, previous, next } of delta.partitions()) {
      const log = `${topic}-${partition}`;
      if (next === null || previous === null) this.#uncleanEpochs.delete(log);
      else if (next.leaderEpoch !== previous.leaderEpoch) {
        if (isUnclean(previous, next.leader)) this.#uncleanEpochs.set(log, next.leaderEpoch);
        else this.#uncleanEpochs.delete(log);
      }
    }
  }

  /**
   * Brokers that serve come first and fenced ones last, so that no ISR holds a fenced broker at any point in between.
   */
  tell(image: ClusterImage, out: Outbox): void {
    for (const removed of this.#removed) out.fact(removed);
    const brokers = image.brokerIds().map((id) => image.broker(id)!);
    for (const broker of brokers) if (isServing(broker)) out.fact(brokerFact(broker));
    for (const name of image.topicNames()) {
      const topic = image.topicsByName.get(name)!;
      for (const [index, partition] of topic.partitions.entries()) {
        out.fact(this.#partitionFact(image, topic, index, partition));
      }
    }
    for (const broker of brokers) if (!isServing(broker)) out.fact(brokerFact(broker));
  }

  #partitionFact(
    image: ClusterImage,
    topic: TopicImage,
    index: number,
    partition: PartitionRegistration,
  ): Fact {
    const log = `${topic.name}-${index}`;
    return {
      fact: 'partition changed',
      log,
      topicId: topic.id,
      leader: partition.leader,
      leaderEpoch: partition.leaderEpoch,
      partitionEpoch: partition.partitionEpoch,
      replicas: partition.replicas,
      isr: partition.isr,
      elr: partition.elr,
      lastKnownElr: partition.lastKnownElr,
      minIsr: topicMinIsr(image, topic.name, this.#node),
      unclean: this.#uncleanEpochs.get(log) === partition.leaderEpoch,
    };
  }
}

function isServing(broker: BrokerImage): boolean {
  return !broker.fenced && !broker.inControlledShutdown;
}

/** A leader from outside ISR and ELR may lack what was committed. */
function isUnclean(previous: PartitionRegistration, leader: number): boolean {
  if (leader < 0 || leader === previous.leader) return false;
  return !previous.isr.includes(leader) && !previous.elr.includes(leader);
}

function brokerFact(broker: BrokerImage): Fact {
  return {
    fact: 'broker changed',
    broker: broker.id,
    brokerEpoch: broker.epoch,
    fenced: broker.fenced,
    shuttingDown: broker.inControlledShutdown,
  };
}
