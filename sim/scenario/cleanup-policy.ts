import type { Scenario } from './scenario.ts';

/** What may be taken out of a topic: by its own configuration, or, where that says nothing, its brokers'. */
export function cleanupPolicyOf(
  topic: string,
  { cluster }: Pick<Scenario, 'cluster'>,
): readonly ('compact' | 'delete')[] {
  const own = cluster.topics.find(({ name }) => name === topic)?.config['cleanup.policy'];
  const words = String(own ?? cluster.brokerConfig['log.cleanup.policy'] ?? 'delete').split(',');
  return (['compact', 'delete'] as const).filter((policy) => words.some((word) => word.trim() === policy));
}

export function isCompacted(topic: string, scenario: Pick<Scenario, 'cluster'>): boolean {
  return cleanupPolicyOf(topic, scenario).includes('compact');
}
