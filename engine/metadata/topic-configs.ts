import type { ClusterImage } from './cluster-image.ts';
import { type ConfigNode, topicConfig, topicConfigNumber } from './topic-config.ts';

/**
 * Effective topic configurations as one node sees them, each worked out once until some configuration changes: what
 * asks per request asks here. A value is kept as long as the image is the same object in the same `configVersion`.
 */
export class TopicConfigs {
  readonly #node: ConfigNode;
  readonly #values = new Map<string, Map<string, string | number>>();
  #image: ClusterImage | null = null;
  #version = -1;

  constructor(node: ConfigNode) {
    this.#node = node;
  }

  number(image: ClusterImage, topic: string, name: string): number {
    const known = this.#of(image, topic).get(name);
    if (typeof known === 'number') return known;
    const value = topicConfigNumber(image, topic, name, this.#node);
    this.#of(image, topic).set(name, value);
    return value;
  }

  /** min.insync.replicas, but never more than there are replicas (`getTopicEffectiveMinIsr`). */
  minIsr(image: ClusterImage, topic: string): number {
    const configured = this.number(image, topic, 'min.insync.replicas');
    const first = image.topicsByName.get(topic)?.partitions[0];
    return Math.min(configured, first?.replicas.length ?? configured);
  }

  boolean(image: ClusterImage, topic: string, name: string): boolean {
    return this.text(image, topic, name).toLowerCase() === 'true';
  }

  text(image: ClusterImage, topic: string, name: string): string {
    const known = this.#of(image, topic).get(name);
    if (typeof known === 'string') return known;
    const value = topicConfig(image, topic, name, this.#node);
    this.#of(image, topic).set(name, value);
    return value;
  }

  #of(image: ClusterImage, topic: string): Map<string, string | number> {
    if (this.#image !== image || this.#version !== image.configVersion) {
      this.#image = image;
      this.#version = image.configVersion;
      this.#values.clear();
    }
    let values = this.#values.get(topic);
    if (values === undefined) {
      values = new Map();
      this.#values.set(topic, values);
    }
    return values;
  }
}
