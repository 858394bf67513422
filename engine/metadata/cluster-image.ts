import { assert, unreachable } from '../machine/index.ts';
import { brokerChange, brokerFromRecord, controllerFromRecord } from './broker-replay.ts';
import { imageToRecords } from './image-records.ts';
import type { MetadataDelta } from './metadata-delta.ts';
import { mergePartition, partitionFromRecord } from './partition-replay.ts';
import {
  type BrokerChanges,
  type ClearElrRecord,
  type ConfigRecord,
  ConfigResource,
  type MetadataRecord,
  type PartitionChangeRecord,
  type PartitionRecord,
  type ProducerIdsRecord,
  partitionChangeRecord,
  type RegisterBrokerRecord,
  type RemoveTopicRecord,
  type TopicRecord,
} from './record.ts';
import type {
  BrokerRegistration,
  ControllerRegistration,
  PartitionRegistration,
  TopicImage,
} from './registration.ts';

const NO_CONFIGS: ReadonlyMap<string, string> = new Map();

/**
 * The state of the cluster that a prefix of the metadata log describes. Mutable itself, made of immutable values, so
 * that `clone` copies maps and nothing else. A record that does not fit is an impossible state: the log is written by
 * one controller at a time that replayed it first (`fatalFaultHandler` in `QuorumController.replay`).
 */
export class ClusterImage {
  readonly #brokers = new Map<number, BrokerRegistration>();
  readonly #registrationOffsets = new Map<number, number>();
  readonly #controllers = new Map<number, ControllerRegistration>();
  readonly #topicsById = new Map<string, TopicImage>();
  readonly #topicsByName = new Map<string, TopicImage>();
  readonly #configs = new Map<number, Map<string, ReadonlyMap<string, string>>>();
  readonly #features = new Map<string, number>();
  /**
   * The topic that the last record changed, for as long as nobody has looked at topics since: the records of one topic
   * come in a row, and a list copied for each of them would cost a thousand partitions a million steps.
   */
  #unseen: TopicImage | null = null;
  #configVersion = 0;
  #nextProducerId = 0;
  #producerIdsBroker = -1;
  #producerIdsBrokerEpoch = -1;

  get brokers(): ReadonlyMap<number, BrokerRegistration> {
    return this.#brokers;
  }

  get controllers(): ReadonlyMap<number, ControllerRegistration> {
    return this.#controllers;
  }

  get topicsById(): ReadonlyMap<string, TopicImage> {
    this.#unseen = null;
    return this.#topicsById;
  }

  get topicsByName(): ReadonlyMap<string, TopicImage> {
    this.#unseen = null;
    return this.#topicsByName;
  }

  /** Finalized feature levels; a feature at level 0 is absent. */
  get features(): ReadonlyMap<string, number> {
    return this.#features;
  }

  /** First producer id that no block holds. */
  get nextProducerId(): number {
    return this.#nextProducerId;
  }

  /** Who took the last block of producer ids, and in which epoch; -1 when nobody did. */
  get producerIdsOwner(): { readonly brokerId: number; readonly brokerEpoch: number } {
    return { brokerId: this.#producerIdsBroker, brokerEpoch: this.#producerIdsBrokerEpoch };
  }

  /** Rises whenever any configuration changes: what was worked out from configurations is stale then. */
  get configVersion(): number {
    return this.#configVersion;
  }

  featureLevel(name: string): number {
    return this.#features.get(name) ?? 0;
  }

  broker(id: number): BrokerRegistration | undefined {
    return this.#brokers.get(id);
  }

  /** Sorted, so that a loop over brokers does not depend on the history. */
  brokerIds(): number[] {
    return [...this.#brokers.keys()].sort((a, b) => a - b);
  }

  /** Sorted by code unit, likewise. */
  topicNames(): string[] {
    return [...this.#topicsByName.keys()].sort();
  }

  /**
   * Offset of the broker's RegisterBrokerRecord, or of the snapshot that held it. A broker is unfenced when its
   * metadata has reached it (`ClusterControlManager.registerBrokerRecordOffset`).
   */
  registrationOffset(broker: number): number | undefined {
    return this.#registrationOffsets.get(broker);
  }

  partition(topicId: string, partition: number): PartitionRegistration | undefined {
    return this.#topicsById.get(topicId)?.partitions[partition];
  }

  /** Dynamic configuration of one resource; empty when there is none. Topics, brokers (name '' is the cluster), … */
  configs(resourceType: number, resourceName: string): ReadonlyMap<string, string> {
    return this.#configs.get(resourceType)?.get(resourceName) ?? NO_CONFIGS;
  }

  /** Resources of a type that have any configuration, sorted. */
  configuredResources(resourceType: number): string[] {
    const resources = this.#configs.get(resourceType);
    return resources === undefined ? [] : [...resources.keys()].sort();
  }

  clone(): ClusterImage {
    this.#unseen = null;
    const copy = new ClusterImage();
    for (const [id, broker] of this.#brokers) copy.#brokers.set(id, broker);
    for (const [id, offset] of this.#registrationOffsets) copy.#registrationOffsets.set(id, offset);
    for (const [id, controller] of this.#controllers) copy.#controllers.set(id, controller);
    for (const [id, topic] of this.#topicsById) copy.#topicsById.set(id, topic);
    for (const [name, topic] of this.#topicsByName) copy.#topicsByName.set(name, topic);
    for (const [type, resources] of this.#configs) copy.#configs.set(type, new Map(resources));
    for (const [name, level] of this.#features) copy.#features.set(name, level);
    copy.#nextProducerId = this.#nextProducerId;
    copy.#producerIdsBroker = this.#producerIdsBroker;
    copy.#producerIdsBrokerEpoch = this.#producerIdsBrokerEpoch;
    return copy;
  }

  /** The records of a snapshot of this image: replayed on an empty image they give an equal one. */
  toRecords(): MetadataRecord[] {
    return imageToRecords(this);
  }

  /** Applies one record. `offset` is the record's own, or the snapshot's last when it comes from one. */
  replay(record: MetadataRecord, offset: number, delta?: MetadataDelta): void {
    delta?.noteRecord();
    switch (record.type) {
      case 'RegisterBrokerRecord':
        this.#registerBroker(record, offset, delta);
        break;
      case 'UnregisterBrokerRecord':
        this.#unregisterBroker(record.brokerId, record.brokerEpoch, delta);
        break;
      case 'BrokerRegistrationChangeRecord':
        this.#changeBroker(record.brokerId, record.brokerEpoch, record, delta);
        break;
      case 'FenceBrokerRecord':
        this.#changeBroker(record.id, record.epoch, { fenced: 1 }, delta);
        break;
      case 'UnfenceBrokerRecord':
        this.#changeBroker(record.id, record.epoch, { fenced: -1 }, delta);
        break;
      case 'TopicRecord':
        this.#createTopic(record, delta);
        break;
      case 'PartitionRecord':
        this.#createPartition(record, delta);
        break;
      case 'PartitionChangeRecord':
        this.#changePartition(record, delta);
        break;
      case 'RemoveTopicRecord':
        this.#removeTopic(record, delta);
        break;
      case 'ConfigRecord':
        this.#changeConfig(record, delta);
        break;
      case 'ClearElrRecord':
        this.#clearElr(record, delta);
        break;
      case 'FeatureLevelRecord':
        this.#changeFeature(record.name, record.featureLevel, delta);
        break;
      case 'RegisterControllerRecord':
        this.#putController(record.controllerId, controllerFromRecord(record), delta);
        break;
      case 'UnregisterControllerRecord':
        this.#putController(record.controllerId, null, delta);
        break;
      case 'ProducerIdsRecord':
        this.#takeProducerIds(record);
        break;
      case 'NoOpRecord':
      case 'BeginTransactionRecord':
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord':
        break;
      default:
        unreachable(record);
    }
  }

  #changeFeature(name: string, level: number, delta: MetadataDelta | undefined): void {
    if (level === 0) this.#features.delete(name);
    else this.#features.set(name, level);
    delta?.noteFeatures();
  }

  #putController(id: number, next: ControllerRegistration | null, delta: MetadataDelta | undefined): void {
    delta?.noteController(id, this.#controllers.get(id) ?? null, next);
    if (next === null) this.#controllers.delete(id);
    else this.#controllers.set(id, next);
  }

  #takeProducerIds(record: ProducerIdsRecord): void {
    assert(record.nextProducerId > this.#nextProducerId, 'producer id blocks only move forward');
    this.#nextProducerId = record.nextProducerId;
    this.#producerIdsBroker = record.brokerId;
    this.#producerIdsBrokerEpoch = record.brokerEpoch;
  }

  #registerBroker(record: RegisterBrokerRecord, offset: number, delta: MetadataDelta | undefined): void {
    const next = brokerFromRecord(record);
    delta?.noteBroker(next.id, this.#brokers.get(next.id) ?? null, next);
    this.#brokers.set(next.id, next);
    this.#registrationOffsets.set(next.id, offset);
  }

  #unregisterBroker(id: number, epoch: number, delta: MetadataDelta | undefined): void {
    delta?.noteBroker(id, this.#knownBroker(id, epoch), null);
    this.#brokers.delete(id);
    this.#registrationOffsets.delete(id);
  }

  #changeBroker(id: number, epoch: number, changes: BrokerChanges, delta: MetadataDelta | undefined): void {
    const previous = this.#knownBroker(id, epoch);
    const next = brokerChange(previous, changes);
    delta?.noteBroker(id, previous, next);
    this.#brokers.set(id, next);
  }

  #knownBroker(id: number, epoch: number): BrokerRegistration {
    const broker = this.#brokers.get(id);
    assert(broker !== undefined, () => `a record names broker ${id}, which is not registered`);
    assert(
      broker.epoch === epoch,
      () => `a record names broker ${id} in epoch ${epoch}, not ${broker.epoch}`,
    );
    return broker;
  }

  #createTopic(record: TopicRecord, delta: MetadataDelta | undefined): void {
    assert(!this.#topicsByName.has(record.name), () => `topic ${record.name} is created twice`);
    const topic: TopicImage = { name: record.name, id: record.topicId, partitions: [] };
    delta?.noteTopicCreated(topic);
    this.#putTopic(topic);
  }

  #createPartition(record: PartitionRecord, delta: MetadataDelta | undefined): void {
    const topic = this.#knownTopic(record.topicId);
    assert(record.partitionId <= topic.partitions.length, 'partitions are created in order');
    this.#putPartition(topic, record.partitionId, partitionFromRecord(record), delta);
  }

  #changePartition(record: PartitionChangeRecord, delta: MetadataDelta | undefined): void {
    const topic = this.#knownTopic(record.topicId);
    const previous = topic.partitions[record.partitionId];
    assert(previous !== undefined, () => `${topic.name}-${record.partitionId} changes, but does not exist`);
    this.#putPartition(topic, record.partitionId, mergePartition(previous, record), delta);
  }

  #removeTopic(record: RemoveTopicRecord, delta: MetadataDelta | undefined): void {
    const topic = this.#knownTopic(record.topicId);
    delta?.noteTopicDeleted(topic);
    this.#topicsById.delete(topic.id);
    this.#topicsByName.delete(topic.name);
    if (this.#configs.get(ConfigResource.TOPIC)?.delete(topic.name) === true) this.#configVersion += 1;
  }

  #clearElr(record: ClearElrRecord, delta: MetadataDelta | undefined): void {
    const names = record.topicName === '' ? this.topicNames() : [record.topicName];
    for (const name of names) {
      const topic = this.#topicsByName.get(name);
      assert(topic !== undefined, () => `the ELR of topic ${name} is cleared, but it does not exist`);
      for (let index = 0; index < topic.partitions.length; index += 1) {
        const partition = topic.partitions[index];
        if (partition === undefined || partition.elr.length + partition.lastKnownElr.length === 0) continue;
        const change = partitionChangeRecord(topic.id, index, {
          eligibleLeaderReplicas: [],
          lastKnownElr: [],
        });
        this.#changePartition(change, delta);
      }
    }
  }

  #changeConfig(record: ConfigRecord, delta: MetadataDelta | undefined): void {
    let resources = this.#configs.get(record.resourceType);
    if (resources === undefined) {
      resources = new Map();
      this.#configs.set(record.resourceType, resources);
    }
    const next = new Map(resources.get(record.resourceName));
    if (record.value === null) next.delete(record.name);
    else next.set(record.name, record.value);
    if (next.size === 0) resources.delete(record.resourceName);
    else resources.set(record.resourceName, next);
    this.#configVersion += 1;
    delta?.noteConfig(record.resourceType, record.resourceName);
  }

  #putPartition(
    topic: TopicImage,
    index: number,
    next: PartitionRegistration,
    delta: MetadataDelta | undefined,
  ): void {
    delta?.notePartition(topic, index, topic.partitions[index] ?? null, next);
    if (topic === this.#unseen) {
      (topic.partitions as PartitionRegistration[])[index] = next;
      return;
    }
    const partitions = topic.partitions.slice();
    partitions[index] = next;
    this.#unseen = { name: topic.name, id: topic.id, partitions };
    this.#putTopic(this.#unseen);
  }

  #putTopic(topic: TopicImage): void {
    this.#topicsById.set(topic.id, topic);
    this.#topicsByName.set(topic.name, topic);
  }

  #knownTopic(id: string): TopicImage {
    const topic = this.#topicsById.get(id);
    assert(topic !== undefined, () => `a record names topic ${id}, which does not exist`);
    return topic;
  }
}
