import type { LogConfig } from '../log/index.ts';
import { type ClusterImage, type ConfigNode, topicConfig, topicConfigNumber } from '../metadata/index.ts';

/** A topic's effective configuration as its logs want it. */
export function topicLogConfig(image: ClusterImage, topic: string, node: ConfigNode): LogConfig {
  const number = (name: string) => topicConfigNumber(image, topic, name, node);
  const timestampType = topicConfig(image, topic, 'message.timestamp.type', node);
  return {
    'segment.bytes': number('segment.bytes'),
    'segment.ms': number('segment.ms'),
    'segment.jitter.ms': number('segment.jitter.ms'),
    'segment.index.bytes': number('segment.index.bytes'),
    'index.interval.bytes': number('index.interval.bytes'),
    'flush.messages': number('flush.messages'),
    'max.message.bytes': number('max.message.bytes'),
    'message.timestamp.type': timestampType === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    'message.timestamp.before.max.ms': number('message.timestamp.before.max.ms'),
    'message.timestamp.after.max.ms': number('message.timestamp.after.max.ms'),
    'retention.ms': number('retention.ms'),
    'retention.bytes': number('retention.bytes'),
    'file.delete.delay.ms': number('file.delete.delay.ms'),
    'cleanup.policy': cleanupPolicies(topicConfig(image, topic, 'cleanup.policy', node)),
    'min.cleanable.dirty.ratio': number('min.cleanable.dirty.ratio'),
    'min.compaction.lag.ms': number('min.compaction.lag.ms'),
    'max.compaction.lag.ms': number('max.compaction.lag.ms'),
    'delete.retention.ms': number('delete.retention.ms'),
  };
}

function cleanupPolicies(value: string): LogConfig['cleanup.policy'] {
  const given = value.split(',').map((policy) => policy.trim());
  return (['compact', 'delete'] as const).filter((policy) => given.includes(policy));
}
