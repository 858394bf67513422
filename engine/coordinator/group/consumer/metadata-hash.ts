import type { ClusterImage, TopicImage } from '../../../metadata/index.ts';
import { type Hash64, hash64Of, ZERO_HASH } from '../../../wire/index.ts';

const MAGIC = 0;

/**
 * A number that changes when topics that a group subscribes to come, go, grow, are made anew, or have replicas in other
 * racks (`Utils.computeTopicHash`, `computeGroupHash`, KIP-1101). Kafka takes 64 bits of XXH3, this two FNV-1a hashes
 * of 32. Nobody compares it with anything but a former value of itself: a group that is taken over from Kafka is looked
 * at once more, and that is all.
 */
export class MetadataHashes {
  /** By topic name: the hash, and of which image of the topic it is. */
  readonly #topics = new Map<string, { readonly topic: TopicImage; readonly hash: Hash64 }>();

  groupHash(topics: Iterable<string>, image: ClusterImage): Hash64 {
    const hash = new Hash();
    let known = 0;
    for (const name of [...topics].sort()) {
      const topic = image.topicsByName.get(name);
      if (topic === undefined) continue;
      known += 1;
      hash.addText(this.#topicHash(topic, image));
    }
    return known === 0 ? ZERO_HASH : hash.value;
  }

  forget(topic: string): void {
    this.#topics.delete(topic);
  }

  #topicHash(topic: TopicImage, image: ClusterImage): Hash64 {
    const cached = this.#topics.get(topic.name);
    if (cached?.topic === topic) return cached.hash;
    const hash = topicHash(topic, image);
    this.#topics.set(topic.name, { topic, hash });
    return hash;
  }
}

export function topicHash(topic: TopicImage, image: ClusterImage): Hash64 {
  const hash = new Hash();
  hash.addByte(MAGIC);
  hash.addText(topic.id);
  hash.addText(topic.name);
  hash.addNumber(topic.partitions.length);
  for (const [partition, { replicas }] of topic.partitions.entries()) {
    hash.addNumber(partition);
    const racks = new Set<string>();
    for (const replica of replicas) {
      const rack = image.broker(replica)?.rack ?? null;
      if (rack !== null) racks.add(rack);
    }
    for (const rack of [...racks].sort()) hash.addText(rack);
  }
  return hash.value;
}

class Hash {
  #low = 0x811c9dc5;
  #high = 0x01000193;

  addByte(byte: number): void {
    this.#low = Math.imul(this.#low ^ byte, 0x01000193);
    this.#high = Math.imul(this.#high ^ byte ^ (this.#low >>> 24), 0x85ebca6b);
  }

  /** A safe integer that is not negative. */
  addNumber(value: number): void {
    let low = value >>> 0;
    let high = Math.floor(value / 2 ** 32) >>> 0;
    for (let at = 0; at < 4; at += 1) {
      this.addByte(low & 255);
      this.addByte(high & 255);
      low >>>= 8;
      high >>>= 8;
    }
  }

  /** With its length in front, so that no two lists of texts look alike. */
  addText(text: string): void {
    this.addNumber(text.length);
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      this.addByte(unit & 255);
      this.addByte(unit >>> 8);
    }
  }

  get value(): Hash64 {
    return hash64Of(this.#high >>> 0, this.#low >>> 0);
  }
}
