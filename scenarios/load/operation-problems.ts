import { brokersOf, controllersOf, knownFeatures, logDirectoriesOf } from '../../sim/cluster/index.ts';
import { durationUs, type Operation, type Scenario, transactionalIdsOf } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { configProblems } from './config-problems.ts';
import { knownConfig } from './known-config.ts';
import type { Problem } from './problem.ts';

/** What is known of a topic at the time of an operation: operations before it may have made or enlarged it. */
type Partitions = Map<string, number>;

/** Operations on what is not there, or that ask for what cannot be. They are judged in the order of their times. */
export function operationProblems(scenario: Scenario, problems: Problem[]): void {
  const partitions: Partitions = new Map(
    scenario.cluster.topics.map(({ name, partitions: count }) => [name, count]),
  );
  const inOrder = scenario.operations
    .map((operation, i) => ({ operation, path: `operations.${i}` }))
    .toSorted((a, b) => durationUs(a.operation.at) - durationUs(b.operation.at));
  for (const { operation, path } of inOrder) {
    if (durationUs(operation.at) >= durationUs(scenario.duration)) {
      const message = `found "${operation.at}", but the run lasts ${scenario.duration}`;
      problems.push({ path: `${path}.at`, message });
    }
    if (operation.do !== 'create-topic' && 'topic' in operation)
      topicProblems(operation, path, partitions, problems);
    nodeProblems(scenario, operation, path, problems);
    specificProblems(scenario, operation, path, partitions, problems);
  }
}

function topicProblems(
  operation: Extract<Operation, { topic: string | null }>,
  path: string,
  partitions: Partitions,
  problems: Problem[],
): void {
  const { topic } = operation;
  const partition = 'partition' in operation ? operation.partition : null;
  if (topic === null) {
    if (partition !== null) {
      const message = `found ${partition}, but no topic; without a topic it is everywhere`;
      problems.push({ path: `${path}.partition`, message });
    }
    return;
  }
  const count = partitions.get(topic);
  if (count === undefined) {
    const message = `no such topic at ${operation.at}: "${topic}"${didYouMean(topic, [...partitions.keys()])}`;
    problems.push({ path: `${path}.topic`, message });
  } else if (partition !== null && partition >= count) {
    const message = `found ${partition}, but ${topic} has partitions 0 to ${count - 1} at ${operation.at}`;
    problems.push({ path: `${path}.partition`, message });
  }
}

/** Brokers and controllers that are not there. */
function nodeProblems(scenario: Scenario, operation: Operation, path: string, problems: Problem[]): void {
  const brokers = brokersOf(scenario).map(({ id }) => id);
  const controllers = controllersOf(scenario).map(({ id }) => id);
  if (operation.do === 'reassign') replicaProblems(`${path}.replicas`, operation.replicas, brokers, problems);
  if ('broker' in operation && operation.broker !== null && !brokers.includes(operation.broker)) {
    const message = `found ${operation.broker}; brokers are 1 to ${brokers.length}`;
    problems.push({ path: `${path}.broker`, message });
  }
  if ('controller' in operation && scenario.cluster.quorum === 'static') {
    const message = 'the voters are in everybody’s configuration; only those of a dynamic quorum change';
    problems.push({ path: 'cluster.quorum', message: `found "static"; ${message} (${path})` });
  }
  if ('controller' in operation && !controllers.includes(operation.controller)) {
    const message = `found ${operation.controller}; controllers are ${controllers[0]} to ${controllers.at(-1)}`;
    problems.push({ path: `${path}.controller`, message });
  }
}

/** A list of replicas that no partition can have. */
function replicaProblems(
  path: string,
  replicas: readonly number[],
  brokers: readonly number[],
  problems: Problem[],
): void {
  replicas.forEach((id, i) => {
    if (!brokers.includes(id))
      problems.push({ path: `${path}.${i}`, message: `found ${id}; brokers are 1 to ${brokers.length}` });
    else if (replicas.indexOf(id) !== i)
      problems.push({
        path: `${path}.${i}`,
        message: `found ${id} a second time; a broker holds one replica`,
      });
  });
}

function specificProblems(
  scenario: Scenario,
  operation: Operation,
  path: string,
  partitions: Partitions,
  problems: Problem[],
): void {
  switch (operation.do) {
    case 'create-topic':
      createTopicProblems(scenario, operation, path, partitions, problems);
      return;
    case 'delete-topic':
      partitions.delete(operation.topic);
      return;
    case 'create-partitions':
      createPartitionsProblems(scenario, operation, path, partitions, problems);
      return;
    case 'alter-topic-config':
      changeProblems(operation, path, 'topic', problems);
      return;
    case 'alter-broker-config':
      changeProblems(operation, path, 'running broker', problems);
      return;
    case 'move-log-dir':
      directoryProblems(scenario, operation.directory, `${path}.directory`, problems);
      return;
    case 'update-feature': {
      const { feature } = operation;
      const known = knownFeatures();
      if (!known.includes(feature))
        problems.push({
          path: `${path}.feature`,
          message: `no such feature: "${feature}"${didYouMean(feature, known)}`,
        });
      return;
    }
    case 'fence-producers': {
      const { transactionalId } = operation;
      const known = transactionalIdsOf(scenario.traffic);
      if (!known.includes(transactionalId))
        problems.push({
          path: `${path}.transactionalId`,
          message: `nobody has this id: "${transactionalId}"${didYouMean(transactionalId, known)}`,
        });
      return;
    }
    default:
      return;
  }
}

function directoryProblems(scenario: Scenario, directory: string, path: string, problems: Problem[]): void {
  const known = logDirectoriesOf(scenario);
  if (known.includes(directory)) return;
  const message =
    known.length === 1
      ? `found "${directory}", but brokers have only /data; set cluster.logDirs to give them more`
      : `found "${directory}"${didYouMean(directory, known)}`;
  problems.push({ path, message });
}

function createTopicProblems(
  { cluster }: Scenario,
  operation: Extract<Operation, { do: 'create-topic' }>,
  path: string,
  partitions: Partitions,
  problems: Problem[],
): void {
  if (partitions.has(operation.topic)) {
    const message = `"${operation.topic}" is there already at ${operation.at}`;
    problems.push({ path: `${path}.topic`, message });
  }
  partitions.set(operation.topic, operation.partitions);
  if (operation.replicationFactor > cluster.brokers) {
    const message = `found ${operation.replicationFactor}, but the cluster has ${cluster.brokers} brokers`;
    problems.push({ path: `${path}.replicationFactor`, message });
  }
  configProblems(`${path}.config`, operation.config, 'topic', problems);
}

function createPartitionsProblems(
  scenario: Scenario,
  operation: Extract<Operation, { do: 'create-partitions' }>,
  path: string,
  partitions: Partitions,
  problems: Problem[],
): void {
  const { topic, count, assignments } = operation;
  const before = partitions.get(topic);
  if (before === undefined) return;
  if (count <= before) {
    const message = `found ${count}, but ${topic} has ${before} partitions at ${operation.at}; they can only grow`;
    problems.push({ path: `${path}.count`, message });
    return;
  }
  partitions.set(topic, count);
  if (assignments === null) return;
  if (assignments.length !== count - before) {
    const message = `found ${assignments.length} placements for ${count - before} new partitions`;
    problems.push({ path: `${path}.assignments`, message });
  }
  const brokers = brokersOf(scenario).map(({ id }) => id);
  assignments.forEach((replicas, i) => {
    replicaProblems(`${path}.assignments.${i}`, replicas, brokers, problems);
    if (replicas.length === assignments[0]!.length) return;
    const message = `found ${replicas.length} replicas; the others have ${assignments[0]!.length}`;
    problems.push({ path: `${path}.assignments.${i}`, message });
  });
}

function changeProblems(
  operation: Extract<Operation, { set: object }>,
  path: string,
  owner: 'topic' | 'running broker',
  problems: Problem[],
): void {
  const { set, delete: deleted } = operation;
  if (Object.keys(set).length === 0 && deleted.length === 0) {
    problems.push({ path, message: 'changes nothing: say what to set or to delete' });
  }
  configProblems(`${path}.set`, set, owner, problems);
  const known = knownConfig(owner);
  deleted.forEach((key, i) => {
    if (known.has(key)) return;
    const advice = didYouMean(key, [...known.keys()]);
    problems.push({
      path: `${path}.delete.${i}`,
      message: `"${key}" is not a ${owner} configuration that is simulated${advice}`,
    });
  });
}
