import type { TopicPartition } from '../ports.ts';
import { PartitionState } from './partition-state.ts';

/** The partitions that were assigned, in the order in which they take turns (`PartitionStates`). */
export class Subscription {
  readonly #known = new Map<string, PartitionState[]>();
  #assigned: PartitionState[] = [];

  /** Not to be changed, nor kept over a call that moves one to the end. */
  get assigned(): readonly PartitionState[] {
    return this.#assigned;
  }

  /** Replaces the assignment; a partition that stays keeps its position. */
  assign(partitions: readonly TopicPartition[]): void {
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
