import {
  type Config,
  groupOf,
  groupOfPipeline,
  groupsOf,
  type Scenario,
  transactionalIdsOf,
} from '../../sim/scenario/index.ts';
import { numberIn } from './known-config.ts';
import type { Problem } from './problem.ts';

/**
 * The topic in which a coordinator keeps its state is made when somebody first asks for one, and never with fewer
 * replicas than configured (`ReplicationControlManager`: INVALID_REPLICATION_FACTOR): who asks would wait for ever.
 */
export function coordinatorTopicProblems(scenario: Scenario, problems: Problem[]): void {
  const { brokerConfig, brokers } = scenario.cluster;
  const need = (key: string, whose: string): void => {
    const replicas = numberIn(brokerConfig, 'broker', key);
    if (replicas <= brokers) return;
    problems.push({
      path: `cluster.brokerConfig.${key}`,
      message: `${whose} need ${replicas} brokers by this, and there are ${brokers}; set it to ${brokers} or less, or start ${replicas} brokers`,
    });
  };
  if (groupsOf(scenario.traffic).length > 0) need('offsets.topic.replication.factor', 'groups');
  if (transactionalIdsOf(scenario.traffic).length > 0)
    need('transaction.state.log.replication.factor', 'transactions');
}

/** Whoever comes when the group is full is refused for good (GROUP_MAX_SIZE_REACHED), and its application ends. */
export function groupSizeProblems({ cluster, traffic }: Scenario, problems: Problem[]): void {
  const groups = new Map<string, { members: number; isConsumer: boolean }>();
  const add = (id: string | null, members: number, config: Config): void => {
    if (id === null) return;
    const group = groups.get(id) ?? { members: 0, isConsumer: false };
    group.members += members;
    group.isConsumer ||= config['group.protocol'] === 'consumer';
    groups.set(id, group);
  };
  for (const spec of traffic.consumers) add(groupOf(spec), spec.members, spec.config);
  for (const spec of traffic.pipelines) add(groupOfPipeline(spec), spec.members, spec.consumerConfig);
  for (const [id, { members, isConsumer }] of groups) {
    const key = isConsumer ? 'group.consumer.max.size' : 'group.max.size';
    const most = numberIn(cluster.brokerConfig, 'broker', key);
    if (members <= most) continue;
    problems.push({
      path: `cluster.brokerConfig.${key}`,
      message: `found ${most}, but "${id}" has ${members} members, and those that come last are refused; raise it to ${members}`,
    });
  }
}
