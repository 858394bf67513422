import type { ScenarioInput } from '../../scenarios/load/index.ts';
import { groupScenarios } from './group-scenarios.ts';
import { transactionScenarios } from './transaction-scenarios.ts';

type Faults = NonNullable<ScenarioInput['faults']>;
type Changes = Omit<Partial<ScenarioInput>, 'cluster'> & {
  readonly cluster?: Partial<ScenarioInput['cluster']>;
};

/** Three brokers in three racks, RF 3, min ISR 2, short time-outs and a steady trickle, unless told otherwise. */
function small({ cluster = {}, ...changes }: Changes): ScenarioInput {
  return {
    name: 'small',
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      brokerConfig: { 'replica.lag.time.max.ms': 3_000 },
      controllerConfig: { 'broker.session.timeout.ms': 4_000 },
      ...cluster,
    },
    traffic: producing('all', 100),
    duration: '20s',
    settle: '1m',
    ...changes,
  };
}

function producing(acks: 'all' | 1, rate: number): ScenarioInput['traffic'] {
  return {
    producers: [
      {
        name: 'p1',
        topic: 't',
        config: { acks, 'request.timeout.ms': 2_000 },
        workload: { kind: 'synthetic', rate },
      },
    ],
    consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
  };
}

const isolate = (target: string, at: string, until: string): Faults[number] => ({
  kind: 'isolate',
  target,
  at,
  until,
  direction: 'both',
});

const CONTROLLER_POWER_LOSSES: Faults = ['c101', 'c102', 'c103'].map((target) => ({
  kind: 'power-loss',
  target,
  at: '8s',
  until: '9s',
}));

/** A compacted topic whose logs are cleaned several times a second. */
function compacted(changes: Changes): ScenarioInput {
  const config = {
    'min.insync.replicas': 2,
    'cleanup.policy': 'compact',
    'segment.ms': 500,
    'min.cleanable.dirty.ratio': 0.05,
    'delete.retention.ms': 10_000,
  };
  const workload = { kind: 'synthetic', rate: 80, keys: 20, valueBytes: 50, tombstonePercent: 15 } as const;
  return small({
    cluster: {
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config }],
      brokerConfig: { 'replica.lag.time.max.ms': 3_000, 'log.cleaner.backoff.ms': 300 },
    },
    traffic: {
      producers: [
        { name: 'p1', topic: 't', config: { 'request.timeout.ms': 2_000 }, workload },
        {
          name: 'p2',
          topic: 't',
          config: { 'transactional.id': 't2' },
          workload: { ...workload, rate: 40, keys: 400 },
          transactions: { records: 5, abortPercent: 40 },
        },
        {
          name: 'p3',
          topic: 't',
          config: { 'transactional.id': 't3' },
          workload: { ...workload, rate: 0.5 },
          transactions: { records: 1 },
        },
      ],
      consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
    },
    ...changes,
  });
}

/** What the mutations are hunted in, by name. */
export const scenarios: Readonly<Record<string, ScenarioInput>> = {
  ...groupScenarios,
  ...transactionScenarios,
  quiet: small({ duration: '5s' }),
  /** One producer soon falls silent: what it wrote is superseded by the others. */
  'compacted topic with transactions': compacted({
    faults: [{ kind: 'kill', target: 'p3', at: '8s', until: '18s' }],
    duration: '25s',
  }),
  'power lost while logs are cleaned': compacted({
    faults: ['b1', 'b2', 'b3'].flatMap(
      (target, i): Faults => [
        { kind: 'disk-slow', target, delay: '300ms', at: `${4 + 9 * i}s`, until: `${6 + 9 * i}s` },
        { kind: 'power-loss', target, at: `${6 + 9 * i}s`, until: `${9 + 9 * i}s` },
      ],
    ),
    duration: '34s',
  }),
  /** Its leader is cut off while clients keep writing to it. */
  'leader isolated, acks=1': small({
    traffic: producing(1, 200),
    faults: [isolate('leader:t-0', '2s', '9s'), isolate('leader:t-0', '12s', '17s')],
    expect: { mayLoseAcknowledged: true },
  }),
  'leader isolated': small({
    faults: [isolate('leader:t-0', '2s', '9s'), isolate('leader:t-0', '13s', '17s')],
  }),
  'partitions move': small({
    cluster: { brokers: 5 },
    operations: [
      { at: '3s', do: 'reassign', topic: 't', partition: 0, replicas: [4, 5, 1] },
      { at: '6s', do: 'reassign', topic: 't', partition: 1, replicas: [2, 4, 5] },
    ],
    duration: '12s',
  }),
  'followers isolated, acks=1': small({
    traffic: producing(1, 100),
    faults: [isolate('b2', '2s', '12s'), isolate('b3', '2s', '12s')],
    expect: { mayLoseAcknowledged: true },
  }),
  /** Alive for the controller, silent for its leader. */
  'follower cut off from the brokers': small({
    cluster: { brokerConfig: { 'replica.lag.time.max.ms': 3_000, 'replica.fetch.max.bytes': 200 } },
    faults: [
      { kind: 'partition', from: 'follower:t-0', to: 'brokers', oneWay: false, at: '2s', until: '9s' },
    ],
  }),
  /** Leaders that go, on links that leave followers a quarter of a second behind; b3 is too slow for the ISR. */
  'slow follower': small({
    cluster: { brokerConfig: { 'replica.lag.time.max.ms': 600 } },
    traffic: producing(1, 300),
    duration: '40s',
    expect: { mayLoseAcknowledged: true },
    faults: [
      { kind: 'slow-network', from: 'b1', to: 'b2', delay: '100ms', at: '1s', until: '39s' },
      { kind: 'slow-network', from: 'b3', to: 'brokers', delay: '250ms', at: '1s', until: '39s' },
      { kind: 'kill', target: 'leader:t-0', at: '6s', until: '14s' },
      { kind: 'kill', target: 'leader:t-0', at: '26s', until: '34s' },
    ],
  }),
  /** The leader dies when one of its ISR has not heard of it for a second. */
  'leader dies behind a deaf follower': small({
    traffic: producing(1, 300),
    duration: '30s',
    expect: { mayLoseAcknowledged: true },
    faults: [
      { kind: 'partition', from: 'follower:t-0', to: 'leader:t-0', oneWay: false, at: '5s', until: '14s' },
      { kind: 'kill', target: 'leader:t-0', at: '6s', until: '14s' },
    ],
  }),
  /** Leadership goes to and fro between brokers that live, with records under way. */
  'preferred elections': small({
    traffic: producing(1, 300),
    duration: '50s',
    expect: { mayLoseAcknowledged: true },
    faults: [
      { kind: 'slow-network', from: 'brokers', to: 'brokers', delay: '50ms', at: '1s', until: '48s' },
      { kind: 'pause', target: 'leader:t-0', at: '2s', until: '7s' },
      { kind: 'pause', target: 'leader:t-0', at: '17s', until: '22s' },
      { kind: 'pause', target: 'leader:t-0', at: '32s', until: '37s' },
    ],
    operations: ['12s', '27s', '42s'].map((at) => ({ do: 'elect-preferred', at, mayFail: true }) as const),
  }),
  'follower isolated': small({ faults: [isolate('follower:t-0', '2s', '9s')] }),
  /** Alive for brokers, dead for the controller. */
  'follower cut off from the controllers': small({
    faults: [
      { kind: 'partition', from: 'follower:t-0', to: 'controllers', oneWay: false, at: '2s', until: '12s' },
    ],
  }),
  'two brokers killed at once': small({
    faults: [
      { kind: 'kill', target: 'b1', at: '2s', until: '10s' },
      { kind: 'kill', target: 'b2', at: '2s', until: '12s' },
    ],
  }),
  /** Two lose what they had not synced, and then the third goes, that has all: only one who has it may lead. */
  'two brokers lose power, the third goes': small({
    cluster: {
      topics: [{ name: 't', partitions: 4, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    },
    traffic: producing('all', 300),
    duration: '40s',
    faults: [
      { kind: 'power-loss', target: 'b2', at: '4s', until: '12s' },
      { kind: 'power-loss', target: 'b3', at: '4s', until: '12s' },
      { kind: 'kill', target: 'b1', at: '11s', until: '30s' },
    ],
  }),
  'all brokers lose power in turn': small({
    traffic: producing('all', 300),
    duration: '40s',
    faults: [
      { kind: 'power-loss', target: 'b1', at: '4s', until: '6s' },
      { kind: 'power-loss', target: 'b2', at: '15s', until: '17s' },
      { kind: 'power-loss', target: 'b3', at: '26s', until: '28s' },
    ],
  }),
  'all brokers killed': small({ faults: [{ kind: 'kill', target: 'brokers', at: '4s', until: '6s' }] }),
  'brokers in trouble': small({
    traffic: producing('all', 300),
    duration: '90s',
    randomFaults: {
      count: 20,
      kinds: ['pause', 'isolate', 'kill', 'partition', 'slow-network'],
      atOnce: 2,
      durationMin: '500ms',
      durationMax: '6s',
      stability: '2s',
    },
  }),
  'brokers in trouble, acks=1': small({
    cluster: {
      topics: [
        {
          name: 't',
          partitions: 2,
          replicationFactor: 3,
          config: { 'min.insync.replicas': 1, 'unclean.leader.election.enable': true },
        },
      ],
    },
    traffic: producing(1, 300),
    duration: '90s',
    expect: { mayLoseAcknowledged: true, mayLoseReplicated: true },
    randomFaults: {
      count: 20,
      kinds: ['pause', 'isolate', 'kill', 'partition'],
      atOnce: 2,
      durationMin: '500ms',
      durationMax: '6s',
      stability: '2s',
    },
  }),
  /** A follower that hears of elections late fetches on in an epoch that is over. */
  'late metadata': small({
    traffic: producing(1, 300),
    duration: '40s',
    expect: { mayLoseAcknowledged: true },
    faults: [
      { kind: 'slow-network', from: 'b3', to: 'controllers', delay: '900ms', at: '1s', until: '38s' },
      ...['3s', '12s', '21s'].map((at): Faults[number] => ({
        kind: 'pause',
        target: 'leader:t-0',
        at,
        until: `${Number.parseInt(at, 10) + 6}s`,
      })),
    ],
  }),
  'one controller loses power': small({
    faults: [{ kind: 'power-loss', target: 'c101', at: '4s', until: '5s' }],
  }),
  'controller isolated': small({
    cluster: { controllers: 3 },
    duration: '45s',
    faults: [isolate('c101', '15s', '35s')],
  }),
  'controllers lose power': small({
    cluster: { controllers: 3 },
    faults: [{ kind: 'kill', target: 'b2', at: '2s', until: '7s' }, ...CONTROLLER_POWER_LOSSES],
  }),
  /** Metadata is on its way to the voters when its leader dies. */
  'controller leaders die with records under way': small({
    cluster: { controllers: 3 },
    duration: '45s',
    faults: [
      {
        kind: 'slow-network',
        from: 'controllers',
        to: 'controllers',
        delay: '100ms',
        at: '1s',
        until: '43s',
      },
      ...[5, 15, 25, 35].map((at): Faults[number] => ({
        kind: 'kill',
        target: 'controller-leader',
        at: `${at}s`,
        until: `${at + 3}s`,
      })),
    ],
    operations: [5, 15, 25, 35].map(
      (at) =>
        ({
          do: 'create-topic',
          at: `${at}s`,
          topic: `u${at}`,
          partitions: 1,
          replicationFactor: 3,
          mayFail: true,
        }) as const,
    ),
  }),
  /** A voter comes back that lacks what was committed, and just then an election is due. */
  'stale voter': small({
    cluster: { controllers: 3 },
    duration: '40s',
    faults: [
      isolate('c103', '3s', '10s'),
      { kind: 'kill', target: 'b3', at: '4s', until: '6s' },
      { kind: 'pause', target: 'controller-leader', at: '9.9s', until: '16s' },
      isolate('c102', '20s', '30s'),
      { kind: 'kill', target: 'b2', at: '22s', until: '24s' },
      { kind: 'pause', target: 'controller-leader', at: '29.9s', until: '36s' },
    ],
  }),
  /** Two candidates meet in one epoch. */
  'five controllers on slow links': small({
    cluster: { controllers: 5 },
    traffic: producing('all', 10),
    duration: '60s',
    faults: [
      {
        kind: 'slow-network',
        from: 'controllers',
        to: 'controllers',
        delay: '300ms',
        at: '1s',
        until: '58s',
      },
      ...[5, 15, 25, 35, 45].map((at): Faults[number] => ({
        kind: 'pause',
        target: 'controller-leader',
        at: `${at}s`,
        until: `${at + 6}s`,
      })),
    ],
  }),
};
