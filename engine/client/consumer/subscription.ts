import { assert } from '../../machine/index.ts';
import type { TopicPartition } from '../ports.ts';
import { PartitionState } from './partition-state.ts';

/** Who says which partitions are read: nobody yet, the application, or a group for topics of some kind. */
export type SubscriptionKind = 'none' | 'assigned' | 'topics' | 'pattern' | 'broker pattern';

/**
 * What is subscribed to (`SubscriptionState`), and the partitions that were assigned, in the order in which they take
 * turns (`PartitionStates`).
 */
export class Subscription {
  readonly #known = new Map<string, PartitionState[]>();
  #assigned: PartitionState[] = [];
  #kind: SubscriptionKind = 'none';
  #topics: ReadonlySet<string> = new Set();
  /** What the group's leader looks after besides: topics of all members. */
  #groupTopics: ReadonlySet<string> = new Set();
  #pattern: RegExp | null = null;
  #brokerPattern: string | null = null;
  #version = 0;

  get kind(): SubscriptionKind {
    return this.#kind;
  }

  /** The group says which partitions. */
  get isAutoAssigned(): boolean {
    return this.#kind !== 'none' && this.#kind !== 'assigned';
  }

  /** Topics by name; of a pattern those that it has been found to match. */
  get topics(): ReadonlySet<string> {
    return this.#topics;
  }

  /** Metadata is needed of these. */
  get metadataTopics(): ReadonlySet<string> {
    return this.#groupTopics.size === 0 ? this.#topics : new Set([...this.#topics, ...this.#groupTopics]);
  }

  get brokerPattern(): string | null {
    return this.#brokerPattern;
  }

  /** Grows with every change of the topics that are of interest. */
  get version(): number {
    return this.#version;
  }

  /** Not to be changed, nor kept over a call that moves one to the end. */
  get assigned(): readonly PartitionState[] {
    return this.#assigned;
  }

  /** The application's own choice: replaces the assignment; a partition that stays keeps its position. */
  assign(partitions: readonly TopicPartition[]): void {
    this.#become('assigned');
    this.assignFromGroup(partitions);
  }

  /** A partition that stays keeps its position. */
  assignFromGroup(partitions: readonly TopicPartition[]): void {
    const next = new Set<PartitionState>();
    for (const { topic, partition } of partitions) next.add(this.#stateOf(topic, partition));
    for (const state of this.#assigned) {
      if (!next.has(state)) state.isAssigned = false;
    }
    for (const state of next) {
      if (!state.isAssigned) state.initialize();
    }
    this.#assigned = [...next];
  }

  subscribe(topics: readonly string[]): void {
    this.#become('topics');
    this.#setTopics(new Set(topics));
  }

  subscribePattern(pattern: RegExp): void {
    this.#become('pattern');
    this.#pattern = pattern;
  }

  subscribeBrokerPattern(pattern: string): void {
    this.#become('broker pattern');
    this.#brokerPattern = pattern;
    this.#setTopics(new Set());
  }

  matches(topic: string): boolean {
    return this.#pattern?.test(topic) === true;
  }

  /** What the pattern matches now; true when that is news. */
  setMatched(topics: readonly string[]): boolean {
    if (this.#topics.size === topics.length && topics.every((topic) => this.#topics.has(topic))) return false;
    this.#setTopics(new Set(topics));
    return true;
  }

  /** As the group's leader; true when there are new topics among them. */
  addGroupTopics(topics: Iterable<string>): boolean {
    const known = this.metadataTopics;
    this.#groupTopics = new Set([...this.#groupTopics, ...topics]);
    this.#version++;
    return this.metadataTopics.size > known.size;
  }

  resetGroupTopics(): void {
    if (this.#groupTopics.size === 0) return;
    this.#groupTopics = new Set();
    this.#version++;
  }

  unsubscribe(): void {
    this.#kind = 'none';
    this.#pattern = null;
    this.#brokerPattern = null;
    this.#groupTopics = new Set();
    this.#setTopics(new Set());
    this.assignFromGroup([]);
  }

  /** Undefined when it is not assigned. */
  find(topic: string, partition: number): PartitionState | undefined {
    const state = this.#known.get(topic)?.[partition];
    return state?.isAssigned ? state : undefined;
  }

  /** Lets the others come first next time. */
  moveToEnd(state: PartitionState): void {
    const index = this.#assigned.indexOf(state);
    if (index < 0 || index === this.#assigned.length - 1) return;
    this.#assigned.splice(index, 1);
    this.#assigned.push(state);
  }

  #become(kind: SubscriptionKind): void {
    assert(
      this.#kind === 'none' || (this.#kind === 'assigned') === (kind === 'assigned'),
      'an application assigns partitions or subscribes to topics, not both: unsubscribe first',
    );
    this.#kind = kind;
    this.#pattern = null;
    this.#brokerPattern = null;
  }

  #setTopics(topics: ReadonlySet<string>): void {
    this.#topics = topics;
    this.#version++;
  }

  #stateOf(topic: string, partition: number): PartitionState {
    let partitions = this.#known.get(topic);
    if (partitions === undefined) {
      partitions = [];
      this.#known.set(topic, partitions);
    }
    const known = partitions[partition];
    if (known !== undefined) return known;
    const state = new PartitionState(topic, partition);
    partitions[partition] = state;
    return state;
  }
}
