import fc from 'fast-check';
import { LEAST_AMONG } from '../../scenarios/load/fault-problems.ts';
import { parseScenario, type ScenarioInput } from '../../scenarios/load/index.ts';
import { runTrial } from '../../sim/cluster/index.ts';
import { FAULT_KINDS, FAULT_RULES } from '../../sim/fault/index.ts';
import type { Config } from '../../sim/scenario/index.ts';
import { index, type Of, operation, operationsOf } from './any-operations.ts';
import {
  brokerSettings,
  compactionSettings,
  consumerSettings,
  controllerSettings,
  producerSettings,
  topicSettings,
} from './any-settings.ts';

/*
 * Scenarios of every kind, within what must pass: whatever they lose, their configuration allows. Indices are taken
 * modulo what there is, so that a search can take one thing away after the other.
 */

/** As many as an auto-created topic gets, and no topic has more: clients go on by the metadata of the one before. */
const MOST_PARTITIONS = 5;

/** Partitions that are added are found within the time to settle. */
const AWARE: Config = { 'metadata.max.age.ms': 30_000 };
const topic = fc.record({
  partitions: fc.integer({ min: 1, max: MOST_PARTITIONS }),
  replicas: fc.integer({ min: 1, max: 4 }),
  minIsr: fc.integer({ min: 1, max: 2 }),
  policy: fc.constantFrom('delete', 'delete', 'compact', 'compact,delete'),
  settings: topicSettings,
  compaction: compactionSettings,
});

const producer = fc.record({
  topic: index,
  settings: producerSettings,
  kind: fc.constantFrom('idempotent', 'transactional', 'plain', 'acks 1', 'acks 0'),
  records: fc.integer({ min: 4, max: 30 }),
  abortPercent: fc.constantFrom(0, 10, 50, 100),
  rate: fc.constantFrom(5, 20, 50),
  valueBytes: fc.constantFrom(0, 10, 100, 1_000),
  keys: fc.constantFrom(0, 3, 50),
  tombstonePercent: fc.constantFrom(0, 10),
});

const consumer = fc.record({
  topic: index,
  settings: consumerSettings,
  /** 2 and more: it is in no group. */
  group: fc.nat({ max: 3 }),
  members: fc.integer({ min: 1, max: 4 }),
  commit: fc.constantFrom('auto' as const, 'sync' as const, 'async' as const),
  workPerRecord: fc.constantFrom('0us', '1ms', '5ms'),
  isFar: fc.boolean(),
});

/** How a group's members agree. */
const protocol = fc.constantFrom<Config>(
  { 'group.protocol': 'consumer' },
  { 'group.protocol': 'consumer', 'group.remote.assignor': 'range' },
  { 'partition.assignment.strategy': 'range' },
  { 'partition.assignment.strategy': 'roundrobin' },
  { 'partition.assignment.strategy': 'sticky' },
  { 'partition.assignment.strategy': 'cooperative-sticky' },
);

const drawn = fc.record({
  brokers: fc.integer({ min: 1, max: 6 }),
  controllers: fc.constantFrom(3, 1, 5),
  racks: fc.integer({ min: 1, max: 3 }),
  logDirs: fc.integer({ min: 1, max: 3 }),
  isDynamic: fc.boolean(),
  isFar: fc.boolean(),
  isLossy: fc.boolean(),
  transactionVersion: fc.constantFrom(2, 1, 0),
  brokerSettings,
  controllerSettings,
  topics: fc.array(topic, { minLength: 1, maxLength: 3 }),
  producers: fc.array(producer, { minLength: 1, maxLength: 3 }),
  consumers: fc.array(consumer, { maxLength: 3 }),
  protocols: fc.tuple(protocol, protocol),
  pipeline: fc.option(fc.record({ from: index, members: fc.integer({ min: 1, max: 3 }), protocol })),
  kinds: fc.subarray([...FAULT_KINDS.filter((kind) => kind !== 'misdirected-write')], { minLength: 1 }),
  faults: fc.integer({ min: 0, max: 10 }),
  atOnce: fc.integer({ min: 1, max: 3 }),
  longest: fc.constantFrom('3s', '8s', '15s'),
  stability: fc.constantFrom('5s', '1s', '10s'),
  operations: fc.array(operation, { maxLength: 6 }),
  seconds: fc.integer({ min: 20, max: 40 }),
});

type Drawn = Of<typeof drawn>;

export const anyScenario: fc.Arbitrary<ScenarioInput> = drawn.map(scenarioOf);

/** What a run of it shows that should not be, in words; null: nothing. */
export function flawIn(input: ScenarioInput): string | null {
  const scenario = parseScenario(input.name, input);
  const { pending, verdict, violations } = runTrial(scenario, {
    seed: '1',
    codec: 'objects',
    datasets: new Map(),
  });
  if (verdict === 'pass') return null;
  return [...violations.map(({ check, message }) => `${check}: ${message}`), ...pending]
    .slice(0, 3)
    .join('; ');
}

function scenarioOf(d: Drawn): ScenarioInput {
  const copies = Math.min(d.brokers, 3);
  // A member of a group that its coordinator has lost ends for good (GROUP_ID_NOT_FOUND).
  const minIsr = { 'min.insync.replicas': Math.min(copies, 2) };
  const topics = d.topics.map((each, i) => topicOf(each, i, d.brokers));
  const isKeyed = d.topics.some(({ policy }) => policy !== 'delete');
  return {
    name: 'any',
    cluster: {
      brokers: d.brokers,
      controllers: d.controllers,
      racks: d.racks,
      logDirs: d.logDirs,
      quorum: d.isDynamic ? 'dynamic' : 'static',
      network: {
        lossPer10k: d.isLossy ? 50 : 0,
        regions: d.isFar ? d.racks : 1,
        crossRegion: '10ms',
      },
      brokerConfig: {
        'offsets.topic.replication.factor': copies,
        'transaction.state.log.replication.factor': copies,
        ...minIsr,
        ...d.brokerSettings,
      },
      controllerConfig: {
        'transaction.version': d.transactionVersion,
        'num.partitions': MOST_PARTITIONS,
        'unclean.leader.election.interval.ms': 5_000,
        'default.replication.factor': copies,
        ...minIsr,
        ...d.controllerSettings,
      },
      topics,
    },
    traffic: {
      producers: d.producers.map((each, i) => producerOf(each, i, topics, isKeyed)),
      consumers: d.consumers.map((each, i) => consumerOf(each, i, d)),
      pipelines: pipelinesOf(d, topics),
    },
    randomFaults: {
      count: d.faults,
      atOnce: d.atOnce,
      kinds: kindsFor(d),
      durationMin: '500ms',
      durationMax: d.longest,
      stability: d.stability,
    },
    operations: operationsOf(d.operations, {
      ...d,
      topics,
      arePiped: d.pipeline !== null,
      transactionalId: idIn(d),
    }),
    duration: `${d.seconds}s`,
    settle: '5m',
    expect: { consumersReadAll: false },
  };
}

type TopicInput = ScenarioInput['cluster']['topics'][number];

function topicOf(drawnTopic: Of<typeof topic>, i: number, brokers: number): TopicInput {
  const { compaction, minIsr, partitions, policy, replicas, settings } = drawnTopic;
  const replicationFactor = Math.min(replicas, brokers);
  const cleaned = policy === 'delete' ? {} : { 'cleanup.policy': policy, ...compaction };
  const config = { 'min.insync.replicas': Math.min(minIsr, replicationFactor), ...settings, ...cleaned };
  return { name: `t${i}`, partitions, replicationFactor, config };
}

function producerOf(
  {
    abortPercent,
    keys,
    kind,
    rate,
    records,
    settings,
    topic: at,
    tombstonePercent,
    valueBytes,
  }: Of<typeof producer>,
  i: number,
  topics: readonly TopicInput[],
  isKeyed: boolean,
): ScenarioInput['traffic']['producers'][number] {
  const count = isKeyed ? Math.max(keys, 3) : keys;
  const plain = { 'enable.idempotence': false };
  const config: Readonly<Record<typeof kind, Config>> = {
    idempotent: {},
    transactional: { 'transactional.id': `x${i}` },
    plain,
    'acks 1': { ...plain, acks: '1' },
    'acks 0': { ...plain, acks: '0' },
  };
  return {
    name: `p${i}`,
    topic: topics[at % topics.length]!.name,
    config: { ...settings, ...config[kind] },
    transactions: kind === 'transactional' ? { records, abortPercent } : null,
    workload: {
      kind: 'synthetic',
      rate,
      valueBytes,
      keys: count,
      tombstonePercent: count > 0 ? tombstonePercent : 0,
    },
  };
}

function consumerOf(
  { commit, group, isFar, members, settings, topic: at, workPerRecord }: Of<typeof consumer>,
  i: number,
  { protocols, racks, topics }: Drawn,
): NonNullable<ScenarioInput['traffic']['consumers']>[number] {
  const n = at % topics.length;
  const rack = isFar ? 'abc'[racks - 1]! : null;
  const name = `k${i}`;
  const agreed = protocols[group];
  const aware = { ...AWARE, ...settings };
  if (agreed === undefined) return { name, topic: `t${n}`, rack, config: aware, workPerRecord };
  const config = { ...aware, ...agreed, 'group.id': `g${group}` };
  return { name, topic: `t${n}`, rack, config, members, commit, workPerRecord };
}

function pipelinesOf(
  { pipeline }: Drawn,
  topics: readonly TopicInput[],
): ScenarioInput['traffic']['pipelines'] {
  if (pipeline === null || topics.length < 2) return [];
  const { from, members, protocol: agreed } = pipeline;
  const at = from % topics.length;
  const to = topics[(at + 1) % topics.length]!.name;
  return [
    {
      name: 'copy',
      from: topics[at]!.name,
      to,
      members,
      consumerConfig: { ...AWARE, ...agreed },
    },
  ];
}

function isLossy(kind: Drawn['kinds'][number]): boolean {
  return FAULT_RULES[kind].cost === 'lossy' || kind === 'disk-error' || kind === 'rolling-restart';
}

function kindsFor({ brokers, kinds }: Drawn): Drawn['kinds'] {
  const fit = kinds.filter((kind) => brokers >= (LEAST_AMONG[kind] ?? 1) && (brokers > 2 || !isLossy(kind)));
  return fit.length > 0 ? fit : ['kill'];
}

function idIn({ producers }: Drawn): string | null {
  const at = producers.findIndex(({ kind }) => kind === 'transactional');
  return at < 0 ? null : `x${at}`;
}
