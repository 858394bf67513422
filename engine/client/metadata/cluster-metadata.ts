import { assert, type Endpoint } from '../../machine/index.ts';
import { ErrorCode, type MetadataResponse, type Uuid, ZERO_UUID } from '../../wire/index.ts';
import { isInvalidMetadata } from './invalid-metadata.ts';

export interface Broker extends Endpoint {
  readonly id: number;
  readonly rack: string | null;
}

export interface PartitionMetadata {
  readonly partition: number;
  readonly errorCode: number;
  /** -1: none. */
  readonly leader: number;
  /** -1: not known. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offline: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  /** ZERO_UUID when the broker did not tell. */
  readonly id: Uuid;
  readonly errorCode: number;
  /** By partition, dense; empty when there is an error. */
  readonly partitions: readonly PartitionMetadata[];
}

/** What a response or an error told about a partition's leader (KIP-951). */
export interface LeaderHint {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  readonly leaderEpoch: number;
}

type TopicResponse = MetadataResponse['topics'][number];
type PartitionResponse = TopicResponse['partitions'][number];

/**
 * What a client knows of the cluster (`MetadataSnapshot`, and the ordering rules of `Metadata`). A leader
 * epoch never goes back while the topic id stays: a broker that lags behind must not send a client to a
 * leader of the past.
 */
export class ClusterMetadata {
  clusterId: string | null = null;
  /** Only bootstrap servers are known, and nobody's id. */
  isBootstrap = true;
  /** A broker that admin requests go to, -1 when none is known. */
  controllerId = -1;
  /** Grows with every change of what is known here. */
  version = 0;
  #brokers = new Map<number, Broker>();
  #brokerIds: readonly number[] = [];
  #topics = new Map<string, TopicMetadata>();
  #names = new Map<Uuid, string>();
  /** The highest leader epoch seen, by topic and partition; outlives what was known of the topic. */
  readonly #lastSeenEpochs = new Map<string, Map<number, number>>();
  #ledBy = new Map<number, readonly { readonly topic: string; readonly partition: number }[]>();
  #ledByVersion = -1;

  /** Ids in rising order; before the first response those of the bootstrap servers. */
  brokerIds(): readonly number[] {
    return this.#brokerIds;
  }

  broker(id: number): Broker | undefined {
    return this.#brokers.get(id);
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  topics(): Iterable<TopicMetadata> {
    return this.#topics.values();
  }

  nameOf(id: Uuid): string | undefined {
    return this.#names.get(id);
  }

  /** ZERO_UUID when not known. */
  idOf(topic: string): Uuid {
    return this.#topics.get(topic)?.id ?? ZERO_UUID;
  }

  /** 0 when the topic is not known (or in error). */
  partitionCount(topic: string): number {
    return this.#topics.get(topic)?.partitions.length ?? 0;
  }

  partition(topic: string, partition: number): PartitionMetadata | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /** The leader as cached, if its broker is known; else -1. */
  leaderOf(topic: string, partition: number): number {
    const leader = this.partition(topic, partition)?.leader ?? -1;
    return leader >= 0 && this.#brokers.has(leader) ? leader : -1;
  }

  /**
   * Like `leaderOf`, but -1 when a newer leader epoch has been seen than the cached one (`currentLeader`).
   */
  currentLeader(topic: string, partition: number): number {
    const metadata = this.partition(topic, partition);
    if (metadata === undefined) return -1;
    const lastSeen = this.lastSeenEpoch(topic, partition);
    return lastSeen >= 0 && metadata.leaderEpoch !== lastSeen ? -1 : this.leaderOf(topic, partition);
  }

  /** -1 when none was seen. */
  lastSeenEpoch(topic: string, partition: number): number {
    return this.#lastSeenEpochs.get(topic)?.get(partition) ?? -1;
  }

  /** True when this epoch is news, and so metadata is stale (`updateLastSeenEpochIfNewer`). */
  advanceLastSeenEpoch(topic: string, partition: number, leaderEpoch: number): boolean {
    assert(leaderEpoch >= 0, 'a leader epoch is not negative');
    const lastSeen = this.lastSeenEpoch(topic, partition);
    if (lastSeen < 0 || leaderEpoch <= lastSeen) return false;
    this.#see(topic, partition, leaderEpoch);
    return true;
  }

  /** Partitions whose leader is this broker, in the order of topics and partitions. */
  partitionsLedBy(broker: number): readonly { readonly topic: string; readonly partition: number }[] {
    if (this.#ledByVersion !== this.version) {
      const ledBy = new Map<number, { topic: string; partition: number }[]>();
      for (const topic of this.#topics.values()) {
        for (const { partition, leader } of topic.partitions) {
          const led = ledBy.get(leader);
          if (led === undefined) ledBy.set(leader, [{ topic: topic.name, partition }]);
          else led.push({ topic: topic.name, partition });
        }
      }
      this.#ledBy = ledBy;
      this.#ledByVersion = this.version;
    }
    return this.#ledBy.get(broker) ?? [];
  }

  /** Forgets all but the epochs and knows the bootstrap servers only. */
  bootstrap(servers: readonly Broker[]): void {
    this.#setBrokers(servers);
    this.#topics.clear();
    this.#names.clear();
    this.clusterId = null;
    this.controllerId = -1;
    this.isBootstrap = true;
    this.version++;
  }

  /**
   * Replaces what is known by a response about all topics of interest. Answers what it showed: whether
   * anything moved (`equivalent` responses make a client back off) and whether it must be asked again.
   */
  apply(
    response: MetadataResponse,
    retain: (topic: string, id: Uuid) => boolean,
  ): { changed: boolean; stale: boolean } {
    const topics = new Map<string, TopicMetadata>();
    const names = new Map<Uuid, string>();
    const seen = { changed: false, stale: false };
    for (const topic of response.topics) {
      const { name, topicId } = topic;
      if (name === null) continue;
      if (!retain(name, topicId)) continue;
      if (topicId !== ZERO_UUID) names.set(topicId, name);
      if (isInvalidMetadata(topic.errorCode)) seen.stale = true;
      const partitions = topic.errorCode === ErrorCode.NONE ? this.#partitionsOf(name, topic, seen) : [];
      topics.set(name, { name, id: topicId, errorCode: topic.errorCode, partitions });
    }
    for (const name of [...this.#lastSeenEpochs.keys()]) {
      if (!topics.has(name) && !retain(name, ZERO_UUID)) this.#lastSeenEpochs.delete(name);
    }
    this.#topics = topics;
    this.#names = names;
    this.#setBrokers(
      response.brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack })),
    );
    this.clusterId = response.clusterId;
    this.isBootstrap = false;
    this.controllerId = response.controllerId;
    this.version++;
    return seen;
  }

  /** Takes over newer leaders that came with an error; answers those that were news. */
  applyHints(hints: readonly LeaderHint[], brokers: readonly Broker[]): readonly LeaderHint[] {
    const applied: LeaderHint[] = [];
    const known = new Map(this.#brokers);
    for (const broker of brokers) known.set(broker.id, broker);
    for (const hint of hints) {
      const { topic, partition, leader, leaderEpoch } = hint;
      const current = this.partition(topic, partition);
      if (current === undefined || leader < 0 || leaderEpoch < 0 || !known.has(leader)) continue;
      if (leaderEpoch <= this.lastSeenEpoch(topic, partition)) continue;
      const metadata = this.#topics.get(topic)!;
      const partitions = metadata.partitions.with(partition, { ...current, leader, leaderEpoch });
      this.#topics.set(topic, { ...metadata, partitions });
      this.#see(topic, partition, leaderEpoch);
      applied.push(hint);
    }
    if (applied.length > 0) {
      this.#setBrokers([...known.values()]);
      this.version++;
    }
    return applied;
  }

  #partitionsOf(
    name: string,
    topic: TopicResponse,
    seen: { changed: boolean; stale: boolean },
  ): readonly PartitionMetadata[] {
    const partitions: PartitionMetadata[] = [];
    const known = this.#topics.get(name);
    const isNewTopic = topic.topicId !== ZERO_UUID && topic.topicId !== known?.id;
    for (const partition of topic.partitions) {
      if (isInvalidMetadata(partition.errorCode)) seen.stale = true;
      partitions.push(this.#newest(name, partition, isNewTopic, seen));
    }
    partitions.sort((a, b) => a.partition - b.partition);
    assert(
      partitions.every(({ partition }, index) => partition === index),
      () => `the partitions of ${name} are numbered from zero without a gap`,
    );
    return partitions;
  }

  /** Orders what came against what is known, by leader epoch within one topic id (`updateLatestMetadata`). */
  #newest(
    topic: string,
    response: PartitionResponse,
    isNewTopic: boolean,
    seen: { changed: boolean },
  ): PartitionMetadata {
    const { partitionIndex, leaderEpoch } = response;
    const partition: PartitionMetadata = {
      partition: partitionIndex,
      errorCode: response.errorCode,
      leader: response.leaderId,
      leaderEpoch,
      replicas: response.replicaNodes,
      isr: response.isrNodes,
      offline: response.offlineReplicas,
    };
    const lastSeen = this.lastSeenEpoch(topic, partitionIndex);
    if (leaderEpoch < 0) {
      this.#lastSeenEpochs.get(topic)?.delete(partitionIndex);
      seen.changed = true;
      return partition;
    }
    if (lastSeen < 0 || isNewTopic || leaderEpoch > lastSeen) seen.changed = true;
    else if (leaderEpoch < lastSeen) {
      // A broker that is behind: what is known stays.
      return this.partition(topic, partitionIndex) ?? { ...partition, leader: -1 };
    }
    this.#see(topic, partitionIndex, leaderEpoch);
    return partition;
  }

  #see(topic: string, partition: number, leaderEpoch: number): void {
    const epochs = this.#lastSeenEpochs.get(topic);
    if (epochs === undefined) this.#lastSeenEpochs.set(topic, new Map([[partition, leaderEpoch]]));
    else epochs.set(partition, leaderEpoch);
  }

  #setBrokers(brokers: readonly Broker[]): void {
    const sorted = brokers.toSorted((a, b) => a.id - b.id);
    this.#brokers = new Map(sorted.map((broker) => [broker.id, broker]));
    this.#brokerIds = sorted.map(({ id }) => id);
  }
}
