import type { Us } from '../../../machine/index.ts';
import type { ClientNetwork } from '../../client-network.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { Subscription } from '../subscription.ts';
import { isSameSnapshot, snapshotOf, type TopicsSnapshot } from './topics-snapshot.ts';

/** Topics that Kafka keeps for itself (`Topic.isInternal`). */
const INTERNAL: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** Keeps metadata about what is subscribed to, and patterns resolved against it (`ConsumerMetadata`). */
export class SubscribedTopics {
  readonly #network: ClientNetwork;
  readonly #subscription: Subscription;
  readonly #hasRack: boolean;
  readonly #excludesInternal: boolean;
  #followed = -1;
  #snapshotVersion = -1;
  #snapshot: TopicsSnapshot = { version: -1, topics: new Map() };

  constructor(config: ConsumerConfig, network: ClientNetwork, subscription: Subscription) {
    this.#network = network;
    this.#subscription = subscription;
    this.#hasRack = config['client.rack'] !== '';
    this.#excludesInternal = config['exclude.internal.topics'];
  }

  /** As metadata was when it was last looked at. */
  get snapshot(): TopicsSnapshot {
    return this.#snapshot;
  }

  /** Asks about what is of interest now. */
  follow(now: Us): void {
    const { topics } = this.#network;
    const { kind, metadataTopics, version } = this.#subscription;
    if (version === this.#followed || kind === 'assigned') return;
    this.#followed = version;
    const matches = (topic: string): boolean => this.#matches(topic);
    topics.match(kind === 'pattern' ? matches : null);
    for (const topic of topics.names()) if (!metadataTopics.has(topic)) topics.remove(topic);
    for (const topic of metadataTopics) this.#network.addTopic(topic, now);
    this.#snapshotVersion = -1;
  }

  /** Takes over metadata that is news (`maybeUpdateSubscriptionMetadata`). */
  update(now: Us): void {
    this.follow(now);
    const { metadata } = this.#network;
    if (metadata.version === this.#snapshotVersion) return;
    if (this.#subscription.kind === 'pattern') {
      const matched: string[] = [];
      for (const { name } of metadata.topics()) if (this.#matches(name)) matched.push(name);
      this.#subscription.setMatched(matched.sort());
      this.follow(now);
    }
    this.#snapshotVersion = metadata.version;
    this.#snapshot = snapshotOf(metadata, this.#subscription.metadataTopics, this.#hasRack, metadata.version);
  }

  /** What an assignment was made of is not what there is now. */
  hasChangedSince(snapshot: TopicsSnapshot): boolean {
    return !isSameSnapshot(snapshot, this.#snapshot);
  }

  /** Everything that is of interest has been asked about, and nothing hints at news. */
  get isFresh(): boolean {
    const { topics } = this.#network;
    for (const topic of this.#subscription.metadataTopics) if (topics.isUnanswered(topic)) return false;
    return true;
  }

  #matches(topic: string): boolean {
    if (this.#excludesInternal && INTERNAL.has(topic)) return false;
    return this.#subscription.matches(topic);
  }
}
