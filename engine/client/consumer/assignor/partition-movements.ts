import type { TopicPartition } from '../../ports.ts';
import { idOf } from './previous-owners.ts';

interface Movement {
  readonly from: string;
  readonly to: string;
}

/**
 * What was moved from whom to whom while balancing (`PartitionMovements`). When a partition is to go from A to B and
 * another one of its topic went from B to A, that one goes back instead: nothing moves without need.
 */
export class PartitionMovements {
  readonly #byPartition = new Map<string, Movement>();
  /** By topic, then by pair. */
  readonly #byTopic = new Map<string, Map<string, Map<string, TopicPartition>>>();

  move(partition: TopicPartition, from: string, to: string): void {
    const existing = this.#byPartition.get(idOf(partition));
    if (existing === undefined) {
      this.#add(partition, { from, to });
      return;
    }
    this.#remove(partition, existing);
    if (existing.from !== to) this.#add(partition, { from: existing.from, to });
  }

  /** What to move instead of this. */
  actual(partition: TopicPartition, from: string, to: string): TopicPartition {
    const pairs = this.#byTopic.get(partition.topic);
    if (pairs === undefined) return partition;
    const origin = this.#byPartition.get(idOf(partition))?.from ?? from;
    const back = pairs.get(pairOf({ from: to, to: origin }));
    return back?.values().next().value ?? partition;
  }

  #add(partition: TopicPartition, movement: Movement): void {
    this.#byPartition.set(idOf(partition), movement);
    let pairs = this.#byTopic.get(partition.topic);
    if (pairs === undefined) {
      pairs = new Map();
      this.#byTopic.set(partition.topic, pairs);
    }
    const moved = pairs.get(pairOf(movement));
    if (moved === undefined) pairs.set(pairOf(movement), new Map([[idOf(partition), partition]]));
    else moved.set(idOf(partition), partition);
  }

  #remove(partition: TopicPartition, movement: Movement): void {
    this.#byPartition.delete(idOf(partition));
    const pairs = this.#byTopic.get(partition.topic)!;
    const moved = pairs.get(pairOf(movement))!;
    moved.delete(idOf(partition));
    if (moved.size === 0) pairs.delete(pairOf(movement));
  }
}

/** Member ids have no line breaks: a coordinator makes them of the client's id and a uuid. */
function pairOf({ from, to }: Movement): string {
  return `${from}\n${to}`;
}
