import type { ScenarioInput } from '../../scenarios/load/index.ts';

type Changes = Omit<ScenarioInput, 'name' | 'cluster'> & Partial<Pick<ScenarioInput, 'cluster'>>;

/** Three brokers in three racks, RF 3, min ISR 2; quick to notice who is gone. */
function coordinated(changes: Changes): ScenarioInput {
  return {
    name: 'coordinated',
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      topics: [{ name: 't', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      brokerConfig: { 'replica.lag.time.max.ms': 3_000 },
      controllerConfig: { 'broker.session.timeout.ms': 4_000 },
    },
    settle: '2m',
    ...changes,
  };
}

function transactional(name: string, rate: number, records: number, abortPercent: number) {
  return {
    name,
    topic: 't',
    config: { 'transactional.id': name, 'transaction.timeout.ms': 6_000, 'request.timeout.ms': 2_000 },
    workload: { kind: 'synthetic', rate, valueBytes: 50, keys: 20 },
    transactions: { records, abortPercent },
  } as const;
}

function reader(isolation: 'read_committed' | 'read_uncommitted') {
  const name = isolation === 'read_committed' ? 'k1' : 'k2';
  return {
    name,
    topic: 't',
    config: { 'auto.offset.reset': 'earliest', 'isolation.level': isolation },
  } as const;
}

/** Groups and transactions, for mutations of what coordinates them. */
export const coordinatorScenarios: Readonly<Record<string, ScenarioInput>> = {
  /** Requests are lost and sent again, several at a time. */
  'idempotent producers in trouble': coordinated({
    traffic: {
      producers: ['p1', 'p2'].map((name) => ({
        name,
        topic: 't',
        config: { acks: 'all', 'linger.ms': 0, 'batch.size': 200, 'request.timeout.ms': 1_500 },
        workload: { kind: 'synthetic', rate: 150, valueBytes: 50, keys: 20 },
      })),
      consumers: [reader('read_uncommitted')],
    },
    duration: '50s',
    randomFaults: {
      count: 12,
      kinds: ['pause', 'isolate', 'kill', 'power-loss', 'slow-network'],
      atOnce: 1,
      durationMin: '500ms',
      durationMax: '5s',
      stability: '2s',
    },
  }),
  /** Their transactions stay open on slow links, and are aborted by whoever comes after them. */
  'a pipeline whose members die': coordinated({
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      topics: ['t', 'u'].map((name) => ({
        name,
        partitions: 3,
        replicationFactor: 3,
        config: { 'min.insync.replicas': 2 },
      })),
      brokerConfig: { 'replica.lag.time.max.ms': 3_000 },
      controllerConfig: { 'broker.session.timeout.ms': 4_000 },
    },
    traffic: {
      producers: [transactional('p1', 60, 8, 0)],
      consumers: [
        {
          name: 'k1',
          topic: 'u',
          config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
        },
      ],
      pipelines: [
        {
          name: 'copy',
          from: 't',
          to: 'u',
          members: 2,
          workPerRecord: '2ms',
          consumerConfig: { 'session.timeout.ms': 6_000, 'heartbeat.interval.ms': 2_000 },
          producerConfig: { 'transaction.timeout.ms': 6_000 },
        },
      ],
    },
    duration: '50s',
    faults: [
      { kind: 'slow-network', from: 'copy-1', to: 'brokers', delay: '150ms', at: '2s', until: '48s' },
      { kind: 'slow-network', from: 'copy-2', to: 'brokers', delay: '150ms', at: '2s', until: '48s' },
      ...[5, 12, 19, 26, 33, 40].map((at, i) => ({
        kind: 'client-crash' as const,
        target: `copy-${1 + (i % 2)}`,
        at: `${at}s`,
        until: `${at + 3}s`,
      })),
    ],
  }),
};
