import type { Scenario } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { configProblems } from './config-problems.ts';
import { reservedNames } from './known-targets.ts';
import type { Problem } from './problem.ts';
import { racksOf } from './racks.ts';

/** Producers and consumers: names that are free, topics, partitions and racks that are there. */
export function clientProblems(scenario: Scenario, problems: Problem[]): void {
  const topics = scenario.cluster.topics.map((topic) => topic.name);
  const racks = racksOf(scenario);
  const taken = new Map(reservedNames(scenario).map((name) => [name, 'the cluster itself']));
  for (const kind of ['producers', 'consumers'] as const) {
    scenario.traffic[kind].forEach((client, i) => {
      const path = `traffic.${kind}.${i}`;
      const owner = taken.get(client.name);
      if (owner !== undefined)
        problems.push({
          path: `${path}.name`,
          message: `"${client.name}" is taken by ${owner}; name it ${kind === 'producers' ? 'p' : 'k'}${i + 1}`,
        });
      taken.set(client.name, 'another client');
      if (!topics.includes(client.topic)) {
        problems.push({
          path: `${path}.topic`,
          message: `no such topic: "${client.topic}"${didYouMean(client.topic, topics)}`,
        });
      }
      if (client.rack !== null && !racks.includes(client.rack)) {
        problems.push({
          path: `${path}.rack`,
          message: `no such rack: "${client.rack}"${didYouMean(client.rack, racks)}`,
        });
      }
      const owns = kind === 'producers' ? 'producer' : 'consumer';
      configProblems(`${path}.config`, client.config, owns, problems);
      if (client.config['partitioner.rack.aware'] === true && client.rack === null)
        problems.push({
          path: `${path}.config.partitioner.rack.aware`,
          message: `found true, but the producer stands in no rack; give it one of ${racks.join(', ')}`,
        });
    });
  }
  partitionProblems(scenario, problems);
}

function partitionProblems(scenario: Scenario, problems: Problem[]): void {
  scenario.traffic.consumers.forEach(({ topic, partitions }, i) => {
    const count = scenario.cluster.topics.find(({ name }) => name === topic)?.partitions;
    if (count === undefined || partitions === null) return;
    partitions.forEach((partition, at) => {
      const path = `traffic.consumers.${i}.partitions.${at}`;
      if (partition >= count)
        problems.push({ path, message: `found ${partition}, but ${topic} has partitions 0 to ${count - 1}` });
      else if (partitions.indexOf(partition) !== at)
        problems.push({ path, message: `found ${partition} a second time` });
    });
  });
}
