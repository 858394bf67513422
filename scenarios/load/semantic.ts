import { hardwareNames } from '../../sim/cluster/index.ts';
import { durationUs, type Scenario } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { clientProblems } from './client-problems.ts';
import { compactionProblems } from './compaction-problems.ts';
import { configProblems } from './config-problems.ts';
import { coordinatorTopicProblems } from './coordinator-problems.ts';
import { faultProblems } from './fault-problems.ts';
import { groupProblems } from './group-problems.ts';
import { operationProblems } from './operation-problems.ts';
import type { Problem } from './problem.ts';
import { transactionProblems } from './transaction-problems.ts';

/** What a schema cannot say: that names refer to something, that times are in order, that numbers fit each other. */
export function semanticProblems(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  if (durationUs(scenario.duration) === 0)
    problems.push({
      path: 'duration',
      message: `found "${scenario.duration}"; the traffic must last a while`,
    });
  clusterProblems(scenario, problems);
  clientProblems(scenario, problems);
  groupProblems(scenario, problems);
  transactionProblems(scenario, problems);
  coordinatorTopicProblems(scenario, problems);
  compactionProblems(scenario, problems);
  faultProblems(scenario, problems);
  operationProblems(scenario, problems);
  return problems;
}

function clusterProblems({ cluster }: Scenario, problems: Problem[]): void {
  if (!hardwareNames().includes(cluster.hardware)) {
    problems.push({
      path: 'cluster.hardware',
      message: `no such profile: "${cluster.hardware}"${didYouMean(cluster.hardware, hardwareNames())}`,
    });
  }
  if (cluster.spareControllers > 0 && cluster.quorum === 'static') {
    problems.push({
      path: 'cluster.spareControllers',
      message: `found ${cluster.spareControllers}, but in a static quorum every controller votes; say quorum: "dynamic"`,
    });
  }
  const names = new Set<string>();
  cluster.topics.forEach((topic, i) => {
    const path = `cluster.topics.${i}`;
    if (names.has(topic.name))
      problems.push({ path: `${path}.name`, message: `"${topic.name}" is taken by another topic` });
    names.add(topic.name);
    if (topic.replicationFactor > cluster.brokers) {
      problems.push({
        path: `${path}.replicationFactor`,
        message: `found ${topic.replicationFactor}, but the cluster has ${cluster.brokers} brokers`,
      });
    }
    configProblems(`${path}.config`, topic.config, 'topic', problems);
  });
  configProblems('cluster.brokerConfig', cluster.brokerConfig, 'broker', problems);
  configProblems('cluster.controllerConfig', cluster.controllerConfig, 'controller', problems);
}
