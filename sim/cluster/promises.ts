import { brokerConfigDefaults } from '../../engine/broker/index.ts';
import { isIdempotent, type ProducerConfig } from '../../engine/client/index.ts';
import { defaultControllerConfig } from '../../engine/controller/index.ts';
import { partitionOfLog, topicOfLog } from '../../engine/log/index.ts';
import { CONSUMER_OFFSETS, TRANSACTION_STATE } from '../../engine/metadata/index.ts';
import type { Promises } from '../check/index.ts';
import {
  type Config,
  type ConsumerSpec,
  clientPlaces,
  type PipelineSpec,
  type ProducerSpec,
  readsTopic,
  type Scenario,
  type TopicSpec,
  topicsOf,
} from '../scenario/index.ts';
import { isWeakened } from './operated.ts';

/** What a scenario's configuration promises its clients. */
export function promisesOf(scenario: Scenario, converged: boolean): Promises {
  const { producers } = scenario.traffic;
  const { mayLoseAcknowledged, mayLoseReplicated } = scenario.expect;
  const durable =
    !mayLoseAcknowledged &&
    !mayLoseReplicated &&
    producers.every((producer) => isDurable(producer, scenario));
  return {
    // A log that loses its tail forgets its producers with it.
    idempotence: durable && producers.every(({ config }) => isIdempotent(config as Partial<ProducerConfig>)),
    forgetsProducers: producers.some(({ config }) => isForgotten(config, scenario)),
    durable,
    readFromStart: (log) => isReadFromStart(log, scenario),
    // A run that did not converge says so itself; its late values would only repeat it.
    readAll: (log) =>
      converged &&
      scenario.expect.consumersReadAll &&
      isRead(log, scenario) &&
      isReadFromStart(log, scenario),
  };
}

/** Kafka's defaults, a day and two minutes, are far from it. */
const EXPIRATION_MS = 86_400_000;
const DELIVERY_MS = 120_000;

/** A producer may still repeat what brokers have forgotten, at some time of the run. */
function isForgotten(config: Config, { cluster, operations }: Scenario): boolean {
  const key = 'producer.id.expiration.ms';
  const set = operations.map((operation) =>
    operation.do === 'alter-broker-config' ? operation.set[key] : undefined,
  );
  const times = [cluster.brokerConfig[key] ?? EXPIRATION_MS, ...set.map((value) => value ?? EXPIRATION_MS)];
  return Math.min(...times.map(Number)) <= Number(config['delivery.timeout.ms'] ?? DELIVERY_MS);
}

/**
 * A topic without consumers, or a partition that none is assigned, is nobody's to read. Partitions that an operation
 * adds are assigned to nobody.
 */
export function isRead(log: string, scenario: Scenario): boolean {
  const name = topicOfLog(log);
  const partition = partitionOfLog(log);
  const count = topicsOf(scenario).find((topic) => topic.name === name)?.partitions ?? 0;
  return scenario.traffic.consumers.some(
    (spec) =>
      readsTopic(spec, name) &&
      (spec.partitions === null ? partition < count : spec.partitions.includes(partition)),
  );
}

/** A consumer begins at the end unless it is told otherwise, a pipeline at the start. */
function isReadFromStart(log: string, { traffic }: Scenario): boolean {
  const topic = topicOfLog(log);
  const key = 'auto.offset.reset';
  const isEarly = (config: Config): boolean => (config[key] ?? 'earliest') === 'earliest';
  return (
    traffic.consumers.some((spec) => readsTopic(spec, topic) && spec.config[key] === 'earliest') ||
    traffic.pipelines.some(({ consumerConfig, from }) => from === topic && isEarly(consumerConfig))
  );
}

/** By name of a process: is it shown records whose transaction may yet be aborted? */
export function readersOfUncommitted({ traffic }: Scenario): (client: string) => boolean {
  const { consumers, pipelines } = traffic;
  const readers = clientPlaces(traffic).filter(({ kind, spec }) => {
    if (kind === 'consumer') return consumesUncommitted(consumers[spec]!);
    return kind === 'pipeline' && takesUncommitted(pipelines[spec]!);
  });
  const names = new Set(readers.map(({ name }) => name));
  return (client) => names.has(client);
}

function consumesUncommitted({ config }: ConsumerSpec): boolean {
  return config['isolation.level'] !== 'read_committed';
}

/** A pipeline reads what is committed, unless it is told otherwise. */
function takesUncommitted({ consumerConfig }: PipelineSpec): boolean {
  return (consumerConfig['isolation.level'] ?? 'read_committed') !== 'read_committed';
}

function isDurable(producer: ProducerSpec, scenario: Scenario): boolean {
  const acks = String(producer.config.acks ?? 'all');
  const topic = topicsOf(scenario).find(({ name }) => name === producer.topic);
  if (topic === undefined || (acks !== 'all' && acks !== '-1')) return false;
  return isReplicatedDurably(topic, scenario);
}

/** A topic whoever made it: coordinators and clients make theirs by what brokers have for defaults. */
export function topicNamed(name: string, scenario: Scenario): TopicSpec {
  const known = topicsOf(scenario).find((each) => each.name === name);
  if (known !== undefined) return known;
  const { brokerConfig, controllerConfig } = scenario.cluster;
  const broker = { ...brokerConfigDefaults, ...brokerConfig };
  const controller = { ...defaultControllerConfig, ...controllerConfig };
  const made = (copies: number, config: Config = {}): TopicSpec => ({
    name,
    partitions: 1,
    replicationFactor: copies,
    config,
  });
  if (name === CONSUMER_OFFSETS) return made(broker['offsets.topic.replication.factor']);
  if (name === TRANSACTION_STATE)
    return made(broker['transaction.state.log.replication.factor'], {
      'min.insync.replicas': broker['transaction.state.log.min.isr'],
    });
  return made(broker['default.replication.factor'] ?? controller['default.replication.factor']);
}

/** What is below the high watermark is on two disks at least, and only who has it is elected. */
export function isReplicatedDurably(topic: TopicSpec, scenario: Scenario): boolean {
  if (isWeakened(topic.name, scenario.operations)) return false;
  return minIsr(topic, scenario) >= 2 && !unclean(topic, scenario);
}

function minIsr(topic: TopicSpec, scenario: Scenario): number {
  const { brokerConfig, controllerConfig } = scenario.cluster;
  const set =
    topic.config['min.insync.replicas'] ??
    brokerConfig['min.insync.replicas'] ??
    controllerConfig['min.insync.replicas'];
  return Math.min(Number(set ?? 1), topic.replicationFactor);
}

function unclean(topic: TopicSpec, scenario: Scenario): boolean {
  const name = 'unclean.leader.election.enable';
  return String(topic.config[name] ?? scenario.cluster.controllerConfig[name] ?? false) === 'true';
}
