import type { LogConfig } from '../log/index.ts';
import { type ClusterImage, type ConfigNode, topicConfigNumber } from '../metadata/index.ts';
import type { ReplicaView } from './replica-view.ts';
import { topicLogConfig } from './topic-log-config.ts';

/**
 * What a replica goes by that an image does not say, in words, or null when they agree: once a broker has applied all
 * metadata there is nothing. A replica without a log, and one of another topic by the name, has nothing to compare.
 */
export function configDivergence(view: ReplicaView, image: ClusterImage, node: ConfigNode): string | null {
  const { log, minInsyncReplicas, name, topic } = view;
  if (log === null || image.topicsByName.get(topic)?.id !== view.topicId) return null;
  const minIsr = topicConfigNumber(image, topic, 'min.insync.replicas', node);
  if (minInsyncReplicas !== minIsr) {
    return `${name} on ${node.nodeId}: min.insync.replicas is ${minInsyncReplicas}, not ${minIsr}`;
  }
  const expected = topicLogConfig(image, topic, node);
  for (const key of Object.keys(expected) as (keyof LogConfig)[]) {
    const [is, should] = [String(log.config[key]), String(expected[key])];
    if (is !== should) return `${name} on ${node.nodeId}: ${key} is ${is}, not ${should}`;
  }
  return null;
}
