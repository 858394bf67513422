import type { LogConfig } from '../log/index.ts';
import { type ClusterImage, type ConfigNode, topicConfigNumber } from '../metadata/index.ts';
import type { ReplicaView } from './replica-view.ts';
import { topicLogConfig } from './topic-log-config.ts';

/**
 * What a node's replicas go by that an image does not say, in words, or null when they agree: once a broker has applied
 * all metadata there is nothing. A replica without a log, and one of another topic by the name, has nothing to compare.
 */
export function configDivergence(
  views: Iterable<ReplicaView>,
  image: ClusterImage,
  node: ConfigNode,
): string | null {
  const expectations = new Map<string, Expectation>();
  for (const view of views) {
    const { log, minInsyncReplicas, name, topic } = view;
    if (log === null || image.topicsByName.get(topic)?.id !== view.topicId) continue;
    let expected = expectations.get(topic);
    if (expected === undefined) expectations.set(topic, (expected = expectationOf(image, topic, node)));
    if (minInsyncReplicas !== expected.minIsr)
      return `${name} on ${node.nodeId}: min.insync.replicas is ${minInsyncReplicas}, not ${expected.minIsr}`;
    for (const [key, should] of expected.log) {
      const is = log.config[key];
      if (is === should || String(is) === String(should)) continue;
      return `${name} on ${node.nodeId}: ${key} is ${is}, not ${should}`;
    }
  }
  return null;
}

interface Expectation {
  readonly minIsr: number;
  readonly log: readonly (readonly [key: keyof LogConfig, value: LogConfig[keyof LogConfig]])[];
}

function expectationOf(image: ClusterImage, topic: string, node: ConfigNode): Expectation {
  const config = topicLogConfig(image, topic, node);
  return {
    minIsr: topicConfigNumber(image, topic, 'min.insync.replicas', node),
    log: (Object.keys(config) as (keyof LogConfig)[]).map((key) => [key, config[key]] as const),
  };
}
