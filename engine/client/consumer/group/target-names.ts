import type { Uuid } from '../../../wire/index.ts';
import type { TopicPartition } from '../../ports.ts';
import type { GroupContext } from './group-context.ts';
import type { PartitionsById } from './local-assignment.ts';
import { sorted } from './partition-list.ts';

/** How topics of the target assignment are called; a topic that is gone from metadata is remembered. */
export class TargetNames {
  readonly #context: GroupContext;
  readonly #names = new Map<Uuid, string>();

  constructor(context: GroupContext) {
    this.#context = context;
  }

  clear(): void {
    this.#names.clear();
  }

  /** A pattern that brokers match gives topics that nobody has named: metadata is asked for by id. */
  follow(target: PartitionsById): void {
    const { subscription, network } = this.#context;
    const ids = subscription.kind === 'broker pattern' ? target.keys() : [];
    if (network.topics.setIds(ids)) network.requestUpdate();
  }

  /** What can be named of it; for the rest metadata is asked for. */
  resolve(target: PartitionsById): {
    readonly resolved: PartitionsById;
    readonly partitions: readonly TopicPartition[];
  } {
    const { metadata } = this.#context.network;
    const resolved = new Map<Uuid, readonly number[]>();
    const partitions: TopicPartition[] = [];
    for (const [id, numbers] of target) {
      const topic = metadata.nameOf(id) ?? this.#names.get(id);
      if (topic === undefined) {
        this.#context.network.requestUpdate();
        continue;
      }
      this.#names.set(id, topic);
      resolved.set(id, numbers);
      for (const partition of numbers) partitions.push({ topic, partition });
    }
    return { resolved, partitions: sorted(partitions) };
  }

  /** Only these are assigned now. */
  keep(partitions: readonly TopicPartition[]): void {
    const topics = new Set(partitions.map(({ topic }) => topic));
    for (const [id, topic] of [...this.#names]) if (!topics.has(topic)) this.#names.delete(id);
  }
}
