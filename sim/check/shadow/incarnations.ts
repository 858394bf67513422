import { partitionOfLog, topicOfLog } from '../../../engine/log/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';

/** No topic has it in its name. */
const NTH = '#';

/**
 * A topic that is made again under the name of a deleted one is another topic (KIP-516): its offsets and its epochs
 * begin anew, while a broker that was away still has the old one on its disk. Every check knows a log by its name, so
 * that the logs of later ones get names of their own here, which no topic can have: `orders#2-0`.
 */
export class Incarnations {
  /** By the topic's name, in the order in which they were first told of. */
  readonly #ids = new Map<string, string[]>();
  /** By node, by log: what it has, where that is not the first of its name. */
  readonly #held = new Map<string, Map<string, string>>();
  readonly #deleted = new Set<string>();

  get isAnyDeleted(): boolean {
    return this.#deleted.size > 0;
  }

  /**
   * What clients say of such a topic is not judged: they know it by its name, and what they heard of the old one may
   * reach them when there is a new one.
   */
  wasDeleted(topic: string): boolean {
    return this.#deleted.has(topic);
  }

  /** The same fact, of the log that it is about. */
  identified(node: string, fact: Fact): Fact {
    switch (fact.fact) {
      case 'partition changed':
        return withLog(fact, this.#nameOf(fact.log, fact.topicId));
      case 'partition removed':
        this.#deleted.add(topicOfLog(fact.log));
        return withLog(fact, this.#nameOf(fact.log, fact.topicId));
      case 'log opened':
        if (fact.topicId !== null) this.#hold(node, fact.log, this.#nameOf(fact.log, fact.topicId));
        break;
      default:
        break;
    }
    if (this.#held.size === 0 || !('log' in fact)) return fact;
    return withLog(fact, this.#held.get(node)?.get(fact.log) ?? fact.log);
  }

  #hold(node: string, log: string, name: string): void {
    const held = this.#held.get(node);
    if (name === log) held?.delete(log);
    else if (held === undefined) this.#held.set(node, new Map([[log, name]]));
    else held.set(log, name);
  }

  #nameOf(log: string, topicId: string): string {
    const topic = topicOfLog(log);
    let ids = this.#ids.get(topic);
    if (ids === undefined) this.#ids.set(topic, (ids = []));
    if (!ids.includes(topicId)) ids.push(topicId);
    const nth = ids.indexOf(topicId) + 1;
    if (nth === 1) return log;
    this.#deleted.add(topic);
    return `${topic}${NTH}${nth}-${partitionOfLog(log)}`;
  }
}

/** What clients and coordinators call the topic of a log that has its own name. */
export function calledTopic(log: string): string {
  return topicOfLog(log).split(NTH)[0]!;
}

function withLog(fact: Extract<Fact, { readonly log: string }>, log: string): Fact {
  return fact.log === log ? fact : { ...fact, log };
}
