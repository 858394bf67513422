import type { ConsumerSpec } from './client.ts';
import type { Scenario, TopicSpec } from './scenario.ts';

/** Topics that are there from the beginning, and those that an operation creates under way, each once. */
export function topicsOf({ cluster, operations }: Scenario): TopicSpec[] {
  const topics = [...cluster.topics];
  for (const operation of operations) {
    if (operation.do !== 'create-topic') continue;
    const { config, partitions, replicationFactor, topic: name } = operation;
    if (!topics.some((topic) => topic.name === name))
      topics.push({ name, partitions, replicationFactor, config });
  }
  return topics;
}

/** Whether a consumer subscribes to this topic: by its name, or by a pattern of the whole name. */
export function readsTopic(
  { pattern, topic }: Pick<ConsumerSpec, 'pattern' | 'topic'>,
  name: string,
): boolean {
  return pattern === null ? name === topic : new RegExp(`^(?:${pattern})$`, 'u').test(name);
}
