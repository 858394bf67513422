import {
  type ClientPlace,
  type Config,
  clientPlaces,
  type Scenario,
  type TopicSpec,
  topicsOf,
} from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { configProblems } from './config-problems.ts';
import { reservedNames } from './known-targets.ts';
import type { Problem } from './problem.ts';
import { racksOf } from './racks.ts';

/** Producers, consumers and pipelines: names that are free, topics, partitions and racks that are there. */
export function clientProblems(scenario: Scenario, problems: Problem[]): void {
  const { producers, consumers, pipelines } = scenario.traffic;
  nameProblems(scenario, problems);
  producers.forEach((spec, i) => {
    const path = `traffic.producers.${i}`;
    // It waits for its topic if that is created under way.
    topicProblem(topicsOf(scenario), `${path}.topic`, spec.topic, problems);
    rackProblem(scenario, path, spec.rack, problems);
    producerConfigProblems(scenario, `${path}.config`, spec.config, spec.rack, problems);
  });
  consumers.forEach((spec, i) => {
    const path = `traffic.consumers.${i}`;
    topicProblem(scenario.cluster.topics, `${path}.topic`, spec.topic, problems);
    rackProblem(scenario, path, spec.rack, problems);
    configProblems(`${path}.config`, spec.config, 'consumer', problems);
  });
  pipelines.forEach((spec, i) => {
    const path = `traffic.pipelines.${i}`;
    topicProblem(scenario.cluster.topics, `${path}.from`, spec.from, problems);
    topicProblem(scenario.cluster.topics, `${path}.to`, spec.to, problems);
    if (spec.from === spec.to)
      problems.push({
        path: `${path}.to`,
        message: `found "${spec.to}", which it reads from; it would never come to an end: name another topic`,
      });
    rackProblem(scenario, path, spec.rack, problems);
    configProblems(`${path}.consumerConfig`, spec.consumerConfig, 'consumer', problems);
    producerConfigProblems(scenario, `${path}.producerConfig`, spec.producerConfig, spec.rack, problems);
  });
  partitionProblems(scenario, problems);
}

const KINDS: Readonly<Record<ClientPlace['kind'], { readonly list: string; readonly letter: string }>> = {
  producer: { list: 'producers', letter: 'p' },
  consumer: { list: 'consumers', letter: 'k' },
  pipeline: { list: 'pipelines', letter: 'app' },
};

/** A client's name stands for all its members, and each member has its own: all of them must be free. */
function nameProblems(scenario: Scenario, problems: Problem[]): void {
  const taken = new Map(reservedNames(scenario).map((name) => [name, 'the cluster itself']));
  for (const place of clientPlaces(scenario.traffic)) {
    const { list, letter } = KINDS[place.kind];
    const path = `traffic.${list}.${place.spec}.name`;
    const isFirst = place.member === 0;
    const names = isFirst && place.name !== place.client ? [place.client, place.name] : [place.name];
    for (const name of names) {
      const owner = taken.get(name);
      if (owner !== undefined) {
        const what = name === place.client ? `"${name}"` : `"${name}", a member of ${place.client},`;
        const message = `${what} is taken by ${owner}; name it ${letter}${place.spec + 1}`;
        problems.push({ path, message });
      }
      taken.set(name, 'another client');
    }
  }
}

function topicProblem(known: readonly TopicSpec[], path: string, topic: string, problems: Problem[]): void {
  const topics = known.map(({ name }) => name);
  if (!topics.includes(topic))
    problems.push({ path, message: `no such topic: "${topic}"${didYouMean(topic, topics)}` });
}

function rackProblem(scenario: Scenario, path: string, rack: string | null, problems: Problem[]): void {
  const racks = racksOf(scenario);
  if (rack !== null && !racks.includes(rack))
    problems.push({ path: `${path}.rack`, message: `no such rack: "${rack}"${didYouMean(rack, racks)}` });
}

function producerConfigProblems(
  scenario: Scenario,
  path: string,
  config: Config,
  rack: string | null,
  problems: Problem[],
): void {
  configProblems(path, config, 'producer', problems);
  if (config['partitioner.rack.aware'] === true && rack === null)
    problems.push({
      path: `${path}.partitioner.rack.aware`,
      message: `found true, but the producer stands in no rack; give it one of ${racksOf(scenario).join(', ')}`,
    });
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
