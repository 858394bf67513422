import type {
  BrokerRegistration,
  ControllerRegistration,
  PartitionRegistration,
  TopicImage,
} from './registration.ts';

/** One partition before and after: created when there is no previous, deleted when there is no next. */
export interface PartitionDelta {
  readonly topicId: string;
  readonly topic: string;
  readonly partition: number;
  readonly previous: PartitionRegistration | null;
  readonly next: PartitionRegistration | null;
}

export interface BrokerDelta {
  readonly id: number;
  readonly previous: BrokerRegistration | null;
  readonly next: BrokerRegistration | null;
}

export interface ControllerDelta {
  readonly id: number;
  readonly previous: ControllerRegistration | null;
  readonly next: ControllerRegistration | null;
}

/** A resource of which some configuration changed. */
export interface ConfigDelta {
  readonly resourceType: number;
  readonly resourceName: string;
}

interface TopicChanges {
  readonly id: string;
  readonly name: string;
  readonly partitions: Map<number, PartitionDelta>;
}

/**
 * What a range of records changed in an image (Kafka's `MetadataDelta`): every thing once, from its state before the
 * range to its state after it, in the order in which it first changed. A topic that was created and deleted within the
 * range shows as deleted only.
 */
export class MetadataDelta {
  readonly #topics = new Map<string, TopicChanges>();
  readonly #created = new Map<string, string>();
  readonly #deleted = new Map<string, TopicImage>();
  readonly #brokers = new Map<number, BrokerDelta>();
  readonly #controllers = new Map<number, ControllerDelta>();
  readonly #configs: ConfigDelta[] = [];
  #featuresChanged = false;
  #records = 0;

  /** Partitions of topics that exist after the range, and of those deleted in it (with `next` null). */
  partitions(): PartitionDelta[] {
    const all: PartitionDelta[] = [];
    for (const topic of this.#topics.values()) {
      for (const change of topic.partitions.values()) all.push(change);
    }
    return all;
  }

  /** Ids of topics created in the range, with their names. */
  get topicsCreated(): ReadonlyMap<string, string> {
    return this.#created;
  }

  /** Topics deleted in the range, as they were last, by id. */
  get topicsDeleted(): ReadonlyMap<string, TopicImage> {
    return this.#deleted;
  }

  brokers(): BrokerDelta[] {
    return [...this.#brokers.values()];
  }

  controllers(): ControllerDelta[] {
    return [...this.#controllers.values()];
  }

  get configs(): readonly ConfigDelta[] {
    return this.#configs;
  }

  get featuresChanged(): boolean {
    return this.#featuresChanged;
  }

  /** How many records it is made of; zero means that nothing was replayed. */
  get records(): number {
    return this.#records;
  }

  noteRecord(): void {
    this.#records += 1;
  }

  notePartition(
    topic: TopicImage,
    partition: number,
    previous: PartitionRegistration | null,
    next: PartitionRegistration | null,
  ): void {
    let changes = this.#topics.get(topic.id);
    if (changes === undefined) {
      changes = { id: topic.id, name: topic.name, partitions: new Map() };
      this.#topics.set(topic.id, changes);
    }
    const first = changes.partitions.get(partition);
    const before = first === undefined ? previous : first.previous;
    if (before === null && next === null) {
      changes.partitions.delete(partition);
      return;
    }
    changes.partitions.set(partition, {
      topicId: topic.id,
      topic: topic.name,
      partition,
      previous: before,
      next,
    });
  }

  noteTopicCreated(topic: TopicImage): void {
    this.#created.set(topic.id, topic.name);
  }

  noteTopicDeleted(topic: TopicImage): void {
    this.#created.delete(topic.id);
    this.#deleted.set(topic.id, topic);
    for (let index = 0; index < topic.partitions.length; index += 1) {
      this.notePartition(topic, index, topic.partitions[index] ?? null, null);
    }
  }

  noteBroker(id: number, previous: BrokerRegistration | null, next: BrokerRegistration | null): void {
    const first = this.#brokers.get(id);
    this.#brokers.set(id, { id, previous: first === undefined ? previous : first.previous, next });
  }

  noteController(
    id: number,
    previous: ControllerRegistration | null,
    next: ControllerRegistration | null,
  ): void {
    const first = this.#controllers.get(id);
    this.#controllers.set(id, { id, previous: first === undefined ? previous : first.previous, next });
  }

  noteConfig(resourceType: number, resourceName: string): void {
    const known = this.#configs.some(
      (config) => config.resourceType === resourceType && config.resourceName === resourceName,
    );
    if (!known) this.#configs.push({ resourceType, resourceName });
  }

  noteFeatures(): void {
    this.#featuresChanged = true;
  }
}
