import type { KnownConfig } from '../../sim/cluster/index.ts';
import { durationUs, type Fault, type Scenario } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { knownConfig } from './known-config.ts';
import type { Problem } from './problem.ts';

/** What a schema cannot say: that names refer to something, that times are in order, that numbers fit each other. */
export function semanticProblems(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  const topics = new Map(scenario.cluster.topics.map((topic) => [topic.name, topic]));
  scenario.cluster.topics.forEach((topic, i) => {
    const path = `cluster.topics.${i}`;
    if (topic.replicationFactor > scenario.cluster.brokers) {
      problems.push({
        path: `${path}.replicationFactor`,
        message: `found ${topic.replicationFactor}, but the cluster has ${scenario.cluster.brokers} brokers`,
      });
    }
    configProblems(`${path}.config`, topic.config, 'topic', problems);
  });
  configProblems('cluster.brokerConfig', scenario.cluster.brokerConfig, 'broker', problems);
  configProblems('cluster.controllerConfig', scenario.cluster.controllerConfig, 'controller', problems);
  clientProblems(scenario, [...topics.keys()], problems);
  scenario.faults.forEach((fault, i) => {
    faultProblems(scenario, fault, `faults.${i}`, problems);
  });
  randomFaultProblems(scenario, problems);
  return problems;
}

function clientProblems(scenario: Scenario, topics: readonly string[], problems: Problem[]): void {
  const names = new Set<string>();
  for (const kind of ['producers', 'consumers'] as const) {
    scenario.traffic[kind].forEach((client, i) => {
      const path = `traffic.${kind}.${i}`;
      if (names.has(client.name))
        problems.push({ path: `${path}.name`, message: `"${client.name}" is taken by another client` });
      names.add(client.name);
      if (!topics.includes(client.topic)) {
        problems.push({
          path: `${path}.topic`,
          message: `no such topic: "${client.topic}"${didYouMean(client.topic, topics)}`,
        });
      }
      if (client.rack !== null && !racksOf(scenario).includes(client.rack)) {
        problems.push({
          path: `${path}.rack`,
          message: `no such rack: "${client.rack}"${didYouMean(client.rack, racksOf(scenario))}`,
        });
      }
      configProblems(
        `${path}.config`,
        client.config,
        kind === 'producers' ? 'producer' : 'consumer',
        problems,
      );
    });
  }
}

function configProblems(
  path: string,
  config: object,
  of: Parameters<typeof knownConfig>[0],
  problems: Problem[],
): void {
  const known = knownConfig(of);
  for (const [key, value] of Object.entries(config)) {
    const definition = known.get(key);
    const message =
      definition === undefined
        ? `not a ${of} configuration that is simulated${didYouMean(key, [...known.keys()])}`
        : valueProblem(value, definition);
    if (message !== null) problems.push({ path: `${path}.${key}`, message });
  }
}

function valueProblem(value: unknown, { default: fallback, values }: KnownConfig): string | null {
  if (values !== null) {
    return values.includes(String(value))
      ? null
      : `found ${JSON.stringify(value)}${didYouMean(String(value), values)}`;
  }
  if (typeof value === typeof fallback) {
    return typeof value === 'number' && value < Math.min(0, Number(fallback))
      ? `found ${value}; it cannot be negative`
      : null;
  }
  return `found ${JSON.stringify(value)}; it is a ${typeof fallback}, by default ${JSON.stringify(fallback)}`;
}

function racksOf(scenario: Scenario): string[] {
  return Array.from({ length: scenario.cluster.racks }, (_, i) => String.fromCharCode(97 + i));
}

/** Every target that names something in this scenario. */
export function knownTargets(scenario: Scenario): string[] {
  const { brokers, controllers, topics } = scenario.cluster;
  const targets = ['brokers', 'controllers', 'clients', 'controller-leader'];
  for (let i = 1; i <= brokers; i++) targets.push(`b${i}`);
  for (let i = 1; i <= controllers; i++) targets.push(`c${100 + i}`);
  for (const rack of racksOf(scenario)) targets.push(`rack:${rack}`);
  for (const client of [...scenario.traffic.producers, ...scenario.traffic.consumers])
    targets.push(client.name);
  for (const topic of topics) {
    for (let i = 0; i < topic.partitions; i++)
      targets.push(`leader:${topic.name}-${i}`, `follower:${topic.name}-${i}`);
  }
  return targets;
}

function faultProblems(scenario: Scenario, fault: Fault, path: string, problems: Problem[]): void {
  const targets = knownTargets(scenario);
  const named: readonly (readonly [string, string])[] =
    'target' in fault
      ? [['target', fault.target]]
      : [
          ['from', fault.from],
          ['to', fault.to],
        ];
  for (const [field, target] of named) {
    if (targets.includes(target)) continue;
    problems.push({
      path: `${path}.${field}`,
      message: `nothing here is called "${target}"; targets are b1..b${scenario.cluster.brokers}, c101..c${100 + scenario.cluster.controllers}, rack:a…, leader:TOPIC-N, follower:TOPIC-N, controller-leader, brokers, controllers, clients, or a client's name`,
    });
  }
  const at = durationUs(fault.at);
  if (fault.until !== undefined && durationUs(fault.until) <= at) {
    problems.push({
      path: `${path}.until`,
      message: `found "${fault.until}", which is not after at "${fault.at}"`,
    });
  }
  if (at >= durationUs(scenario.duration)) {
    problems.push({
      path: `${path}.at`,
      message: `found "${fault.at}", but the run lasts ${scenario.duration}`,
    });
  }
}

function randomFaultProblems(scenario: Scenario, problems: Problem[]): void {
  const random = scenario.randomFaults;
  if (random === null || durationUs(random.durationMin) <= durationUs(random.durationMax)) return;
  problems.push({
    path: 'randomFaults.durationMin',
    message: `found "${random.durationMin}", which is longer than durationMax "${random.durationMax}"`,
  });
}
