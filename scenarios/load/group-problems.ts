import {
  type Config,
  type ConsumerSpec,
  groupOf,
  groupOfPipeline,
  readsTopic,
  type Scenario,
} from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { numberIn, textIn } from './known-config.ts';
import type { Problem } from './problem.ts';

/** The client's assignors (`partition.assignment.strategy`). */
const ASSIGNORS = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const;
/** The coordinator's assignors (`group.consumer.assignors`). */
const REMOTE_ASSIGNORS = ['uniform', 'range'] as const;
/** What the coordinator decides in KIP-848's protocol; Kafka's client refuses them there (`ConsumerConfig`). */
const CLASSIC_ONLY = [
  'partition.assignment.strategy',
  'session.timeout.ms',
  'heartbeat.interval.ms',
] as const;

/** Whoever reads: a consumer, or the reading half of a pipeline. */
interface Reader {
  /** Where its Kafka configuration stands in the file. */
  readonly path: string;
  readonly config: Config;
  readonly group: string | null;
  readonly members: number;
}

/** Fields that need a group, settings that a coordinator would refuse, members that cannot agree. */
export function groupProblems(scenario: Scenario, problems: Problem[]): void {
  consumerProblems(scenario, problems);
  pipelineProblems(scenario, problems);
  const readers = readersOf(scenario);
  for (const reader of readers) {
    protocolProblems(reader, scenario.cluster.brokerConfig, problems);
    timeoutProblems(reader, scenario.cluster.brokerConfig, problems);
  }
  assignorProblems(readers, problems);
  sizeProblems(readers, scenario.cluster.brokerConfig, problems);
  coordinatorProblems(scenario.cluster.brokerConfig, problems);
}

function readersOf({ traffic }: Scenario): Reader[] {
  return [
    ...traffic.consumers.map((spec, i) => ({
      path: `traffic.consumers.${i}.config`,
      config: spec.config,
      group: groupOf(spec),
      members: spec.members,
    })),
    ...traffic.pipelines.map((spec, i) => ({
      path: `traffic.pipelines.${i}.consumerConfig`,
      config: spec.consumerConfig,
      group: groupOfPipeline(spec),
      members: spec.members,
    })),
  ];
}

function consumerProblems({ traffic }: Scenario, problems: Problem[]): void {
  traffic.consumers.forEach((spec, i) => {
    const path = `traffic.consumers.${i}`;
    const say = (field: string, message: string): void =>
      void problems.push({ path: `${path}.${field}`, message });
    if (spec.commit !== 'auto' && spec.config['enable.auto.commit'] === true)
      say('config.enable.auto.commit', `found true, but commit is "${spec.commit}"; leave one of them out`);
    patternProblem(spec, say);
    if (groupOf(spec) !== null) {
      if (spec.partitions !== null)
        say('partitions', 'found a list, but the group assigns partitions; remove it, or remove group.id');
      return;
    }
    const mend = 'but the consumer is in no group; set config.group.id';
    if (spec.members > 1) say('members', `found ${spec.members}, ${mend}`);
    if (spec.commit === 'sync' || spec.commit === 'async') say('commit', `found "${spec.commit}", ${mend}`);
    for (const key of ['group.instance.id', 'group.remote.assignor', 'enable.auto.commit']) {
      const value = spec.config[key];
      if (value !== undefined && value !== '' && value !== false)
        say(`config.${key}`, `found ${JSON.stringify(value)}, ${mend}`);
    }
  });
}

/** A pattern that is none, or that leaves the consumer's own topic out. */
function patternProblem(spec: ConsumerSpec, say: (field: string, message: string) => void): void {
  const { pattern, topic } = spec;
  if (pattern === null) return;
  if (groupOf(spec) === null)
    say('pattern', `found "${pattern}", but the consumer is in no group; set config.group.id`);
  try {
    if (!readsTopic(spec, topic))
      say(
        'pattern',
        `found "${pattern}", which "${topic}" does not match: it is matched against whole names`,
      );
  } catch {
    say('pattern', `found "${pattern}", which is no regular expression`);
  }
}

function pipelineProblems({ traffic }: Scenario, problems: Problem[]): void {
  traffic.pipelines.forEach((spec, i) => {
    const path = `traffic.pipelines.${i}.consumerConfig`;
    if (groupOfPipeline(spec) === '')
      problems.push({
        path: `${path}.group.id`,
        message:
          'found "", but a pipeline reads as a group; leave it out and the group has the pipeline’s name',
      });
    if (spec.consumerConfig['enable.auto.commit'] === true)
      problems.push({
        path: `${path}.enable.auto.commit`,
        message: 'found true, but a pipeline commits positions in its transactions; remove it',
      });
    if (spec.consumerConfig['group.instance.id'] !== undefined && spec.members > 1)
      problems.push({
        path: `${path}.group.instance.id`,
        message: `found one name for ${spec.members} members; write a pipeline for each static member`,
      });
  });
}

/** Which settings belong to which protocol (`ConsumerConfig.checkUnsupportedConfigs`). */
function protocolProblems({ path, config, group }: Reader, broker: Config, problems: Problem[]): void {
  const remote = config['group.remote.assignor'];
  if (!isConsumerProtocol(config)) {
    if (remote !== undefined && remote !== '' && group !== null)
      problems.push({
        path: `${path}.group.remote.assignor`,
        message: `found "${remote}", but the group is classic; set group.protocol to "consumer", or name it in partition.assignment.strategy`,
      });
    return;
  }
  for (const key of CLASSIC_ONLY) {
    if (config[key] === undefined) continue;
    const instead =
      key === 'partition.assignment.strategy'
        ? 'set group.remote.assignor instead'
        : `set group.consumer.${key} in cluster.brokerConfig instead`;
    problems.push({
      path: `${path}.${key}`,
      message: `found ${JSON.stringify(config[key])}, but group.protocol is "consumer": the coordinator decides; ${instead}`,
    });
  }
  const offered = namesIn(textIn(broker, 'broker', 'group.consumer.assignors'));
  if (remote !== undefined && remote !== '' && !offered.includes(String(remote)))
    problems.push({
      path: `${path}.group.remote.assignor`,
      message: `found "${remote}", which no broker offers${didYouMean(String(remote), offered)}`,
    });
}

/** What `JoinGroup` is refused for, and what a client refuses itself (`Heartbeat`). */
function timeoutProblems({ path, config, group }: Reader, broker: Config, problems: Problem[]): void {
  if (config['max.poll.interval.ms'] === 0)
    problems.push({ path: `${path}.max.poll.interval.ms`, message: 'found 0; it is at least 1' });
  if (group === null || isConsumerProtocol(config)) return;
  const session = numberIn(config, 'consumer', 'session.timeout.ms');
  const heartbeat = numberIn(config, 'consumer', 'heartbeat.interval.ms');
  const shortest = numberIn(broker, 'broker', 'group.min.session.timeout.ms');
  const longest = numberIn(broker, 'broker', 'group.max.session.timeout.ms');
  if (session < shortest || session > longest)
    problems.push({
      path: `${path}.session.timeout.ms`,
      message: `it is ${session}, but brokers take ${shortest} to ${longest}; change it, or group.min.session.timeout.ms and group.max.session.timeout.ms in cluster.brokerConfig`,
    });
  if (heartbeat >= session)
    problems.push({
      path: `${path}.heartbeat.interval.ms`,
      message: `it is ${heartbeat}, but session.timeout.ms is ${session}; let at least two heartbeats fit a session`,
    });
}

/** A classic group needs an assignor that every member knows (`INCONSISTENT_GROUP_PROTOCOL`). */
function assignorProblems(readers: readonly Reader[], problems: Problem[]): void {
  const key = 'partition.assignment.strategy';
  const shared = new Map<string, readonly string[]>();
  for (const { path, config, group } of readers) {
    const names = namesIn(textIn(config, 'consumer', key));
    const unknown = names.filter((name) => !(ASSIGNORS as readonly string[]).includes(name));
    for (const name of unknown)
      problems.push({
        path: `${path}.${key}`,
        message: `no such assignor: "${name}"${didYouMean(name, ASSIGNORS)}`,
      });
    if (unknown.length > 0 || group === null || isConsumerProtocol(config)) continue;
    const others = shared.get(group);
    const both = others === undefined ? names : others.filter((name) => names.includes(name));
    if (both.length > 0) shared.set(group, both);
    else
      problems.push({
        path: `${path}.${key}`,
        message: `found "${names.join(',')}", but the other members of "${group}" know only ${others!.join(', ')}; name one of those too`,
      });
  }
}

/** Whoever comes when the group is full is refused for good (GROUP_MAX_SIZE_REACHED), and its application ends. */
function sizeProblems(readers: readonly Reader[], broker: Config, problems: Problem[]): void {
  for (const id of new Set(readers.map(({ group }) => group))) {
    if (id === null) continue;
    const own = readers.filter(({ group }) => group === id);
    const members = own.reduce((sum, each) => sum + each.members, 0);
    const isConsumer = own.some(({ config }) => isConsumerProtocol(config));
    const key = isConsumer ? 'group.consumer.max.size' : 'group.max.size';
    const most = numberIn(broker, 'broker', key);
    if (members <= most) continue;
    problems.push({
      path: `cluster.brokerConfig.${key}`,
      message: `found ${most}, but "${id}" has ${members} members, and those that come last are refused; raise it to ${members}`,
    });
  }
}

/** Bounds of a coordinator that exclude each other (`GroupCoordinatorConfig`). */
function coordinatorProblems(broker: Config, problems: Problem[]): void {
  const at = (key: string): number => numberIn(broker, 'broker', key);
  const order = (low: string, high: string): void => {
    if (at(low) <= at(high)) return;
    const wrong = broker[high] === undefined ? low : high;
    const than = wrong === high ? `less than ${low}` : `more than ${high}`;
    problems.push({
      path: `cluster.brokerConfig.${wrong}`,
      message: `found ${at(wrong)}, ${than}, which is ${at(wrong === high ? low : high)}; set both`,
    });
  };
  order('group.min.session.timeout.ms', 'group.max.session.timeout.ms');
  for (const what of ['session.timeout.ms', 'heartbeat.interval.ms'] as const) {
    order(`group.consumer.min.${what}`, `group.consumer.${what}`);
    order(`group.consumer.${what}`, `group.consumer.max.${what}`);
  }
  for (const name of namesIn(textIn(broker, 'broker', 'group.consumer.assignors'))) {
    if ((REMOTE_ASSIGNORS as readonly string[]).includes(name)) continue;
    problems.push({
      path: 'cluster.brokerConfig.group.consumer.assignors',
      message: `no such assignor: "${name}"${didYouMean(name, REMOTE_ASSIGNORS)}`,
    });
  }
}

function isConsumerProtocol(config: Config): boolean {
  return config['group.protocol'] === 'consumer';
}

function namesIn(list: string): string[] {
  return list.split(',').map((name) => name.trim());
}
