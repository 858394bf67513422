import { groupsOf, type Scenario, transactionalIdsOf } from '../../sim/scenario/index.ts';
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
