import type { ScenarioInput } from '../../scenarios/load/index.ts';

type Producer = NonNullable<NonNullable<ScenarioInput['traffic']>['producers']>[number];

function producer(name: string, config: Producer['config'], abortPercent: number, records = 5): Producer {
  return {
    name,
    topic: 't',
    config: { 'transactional.id': `of-${name}`, 'request.timeout.ms': 2_000, ...config },
    workload: { kind: 'synthetic', rate: 60, valueBytes: 50, keys: 50 },
    transactions: { records, abortPercent },
  };
}

/** Two producers with transactions, half of them aborted, and readers of what is committed. */
function transactional(changes: Partial<ScenarioInput>): ScenarioInput {
  return {
    name: 'transactional',
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      brokerConfig: { 'replica.lag.time.max.ms': 3_000 },
      controllerConfig: { 'broker.session.timeout.ms': 4_000 },
    },
    traffic: {
      producers: [producer('p1', {}, 50), producer('p2', {}, 50, 12)],
      consumers: [
        {
          name: 'k1',
          topic: 't',
          config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
        },
      ],
    },
    duration: '15s',
    settle: '1m',
    ...changes,
  };
}

const ONE_EPOCH_FOR_ALL: NonNullable<ScenarioInput['operations']> = [
  { do: 'update-feature', feature: 'transaction.version', level: 1, kind: 'safe-downgrade', at: '0s' },
];

/** What mutations of idempotence and of transactions are hunted in, by name. */
export const transactionScenarios: Readonly<Record<string, ScenarioInput>> = {
  'transactions, quiet': transactional({ duration: '6s' }),
  'transactions, leader isolated': transactional({
    faults: [
      { kind: 'isolate', target: 'leader:t-0', at: '3s', until: '9s', direction: 'both' },
      { kind: 'pause', target: 'follower:t-1', at: '4s', until: '6s' },
    ],
  }),
  /** Followers are behind by several batches, and by more than one marker. */
  'many transactions on slow links': transactional({
    traffic: {
      producers: [2, 5, 9, 14, 20, 27].map((records, i) => producer(`p${i + 1}`, {}, 30, records)),
      consumers: [],
    },
    faults: [{ kind: 'slow-network', from: 'brokers', to: 'brokers', delay: '60ms', at: '1s', until: '19s' }],
    duration: '20s',
  }),
  /** A producer is gone for so long that its transaction is aborted, and comes back to write on. */
  'zombie of a transaction': transactional({
    traffic: {
      producers: [producer('p1', { 'transaction.timeout.ms': 2_000 }, 0, 500), producer('p2', {}, 0)],
      consumers: [],
    },
    faults: [{ kind: 'client-pause', target: 'p1', at: '3s', until: '18s' }],
    operations: ONE_EPOCH_FOR_ALL,
    duration: '24s',
  }),
  /** A batch is held up until its transaction is aborted, in the protocol that does not tell them apart. */
  'late write of a transaction': transactional({
    traffic: {
      producers: [producer('p1', { 'delivery.timeout.ms': 3_000 }, 60, 10), producer('p2', {}, 0)],
      consumers: [],
    },
    faults: [
      { kind: 'clog', from: 'p1', to: 'leader:t-0', at: '4s', until: '10s' },
      { kind: 'clog', from: 'p1', to: 'leader:t-1', at: '14s', until: '20s' },
    ],
    operations: ONE_EPOCH_FOR_ALL,
    duration: '26s',
  }),
  /** Answers are lost, and what was written is sent again. */
  'answers to producers lost': transactional({
    traffic: {
      producers: [
        {
          name: 'p1',
          topic: 't',
          config: { 'request.timeout.ms': 1_000 },
          workload: { kind: 'synthetic', rate: 100, valueBytes: 50, keys: 50 },
        },
      ],
      consumers: [],
    },
    faults: [
      { kind: 'partition', from: 'leader:t-0', to: 'p1', oneWay: true, at: '3s', until: '6s' },
      { kind: 'partition', from: 'leader:t-1', to: 'p1', oneWay: true, at: '9s', until: '12s' },
    ],
  }),
};
