import { beforeAll, describe, expect, it } from 'vitest';
import type { BrokerView } from '../../../engine/server/index.ts';
import { type ClusterViews, validateExactlyOnce, validateExactTotals } from '../../../sim/check/index.ts';
import { COMPRESSION } from '../../../sim/cluster/compression.ts';
import { Trial } from '../../../sim/cluster/trial.ts';
import { idOfRecord, readSourceId } from '../../../sim/workload/index.ts';
import { runSmall, smallScenario } from './small-trial.ts';

const EVENTS = 120;
/** A record's number that no producer has. */
const NOBODY = 4_000_000_000;
const FLIGHTS = {
  name: 'us-flights',
  events: Array.from({ length: EVENTS }, (_, i) => ({
    atUs: i * 1_000_000,
    key: ['ATL', 'ORD', 'SFO'][i % 3]!,
    value: '{"delay":0}',
  })),
};

/** Flights, by a source that dies and goes on from its place, through a pipeline that dies; both take work back. */
function flights(): Trial {
  const { cluster } = smallScenario();
  const topic = { partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } };
  const scenario = smallScenario({
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      topics: ['flights', 'copies'].map((name) => ({ name, ...topic })),
      brokerConfig: cluster.brokerConfig,
      controllerConfig: cluster.controllerConfig,
    },
    traffic: {
      producers: [
        {
          name: 'source',
          topic: 'flights',
          config: { 'transactional.id': 'source', 'transaction.timeout.ms': 5_000 },
          transactions: { records: 7, resumes: true, abortPercent: 20 },
          workload: { kind: 'dataset', dataset: 'us-flights', events: EVENTS, rate: 20 },
        },
      ],
      pipelines: [
        {
          name: 'copy',
          from: 'flights',
          to: 'copies',
          abortPercent: 20,
          consumerConfig: { 'session.timeout.ms': 6_000, 'heartbeat.interval.ms': 2_000 },
          producerConfig: { 'transaction.timeout.ms': 5_000 },
        },
      ],
    },
    faults: [
      { kind: 'client-crash', target: 'source', at: '3s', until: '4s' },
      { kind: 'client-crash', target: 'copy', at: '5s', until: '6s' },
    ],
  });
  return new Trial(scenario, { seed: '1', codec: 'objects', datasets: new Map([['us-flights', FLIGHTS]]) });
}

describe('flights through a source and a pipeline that die and take work back', () => {
  let trial: Trial;
  let views: ClusterViews;

  beforeAll(() => {
    trial = flights();
    expect(trial.boot()).toBe(true);
    trial.runTraffic();
    trial.settle();
    views = {
      brokers: trial.cluster.brokerViews(),
      controllers: [],
      outstanding: 0,
      unsent: [],
      operations: [],
      members: [],
      positions: [],
      compacted: new Set<string>(),
    };
  });

  function wrongTotals(topic: string, totals: Record<string, number>): string[] {
    const byKey = new Map(Object.entries(totals));
    return validateExactTotals(0, views, COMPRESSION, { topic, from: [], byKey }).map(
      ({ message }) => message,
    );
  }

  function wrongCopies(
    sourceOf: (value: Uint8Array | null) => number,
    isDrained = true,
    seen: ClusterViews = views,
  ): string[] {
    const flow = {
      name: 'copy',
      from: 'flights',
      to: 'copies',
      idOf: idOfRecord,
      sourceOf,
      copiers: 1,
      isAlone: true,
      keepsInput: true,
      isDrained,
    };
    return validateExactlyOnce(0, seen, COMPRESSION, flow).map(({ message }) => message);
  }

  it('are all there once, whatever was sent again', () => {
    const { verdict, violations, probes, operations } = trial.result(null);
    expect(violations).toEqual([]);
    expect(verdict).toBe('pass');
    expect(probes['fault: client-crash']).toBe(2);
    expect(operations.produce!.fail).toBeGreaterThan(0);
    expect(wrongTotals('flights', { ATL: 40, ORD: 40, SFO: 40 })).toEqual([]);
    expect(wrongTotals('copies', { ATL: 40, ORD: 40, SFO: 40 })).toEqual([]);
    expect(wrongCopies(readSourceId)).toEqual([]);
  });

  it('are missed and seen twice by ExactTotals', () => {
    expect(wrongTotals('copies', { ATL: 41, ORD: 39, LAX: 1, SFO: 40 })).toEqual([
      'copies: 40 records of ATL are committed, and the data set has 41',
      'copies: 40 records of ORD are committed, and the data set has 39',
      'copies: 0 records of LAX are committed, and the data set has 1',
    ]);
  });

  it('are missed, seen twice and seen from nowhere by ExactlyOnce; nothing is missed before all is read', () => {
    const sources = copied();
    const [one, other] = [sources[0]!, sources[1]!];
    const swapped = (to: number) => (value: Uint8Array | null) => {
      const source = readSourceId(value);
      return source === one ? to : source;
    };
    expect(wrongCopies(swapped(other))).toEqual([
      `copy: record ${other} has 2 copies in copies`,
      `copy: record ${one} has no copy in copies`,
    ]);
    expect(wrongCopies(swapped(NOBODY)).sort()).toEqual([
      `copy: record ${one} has no copy in copies`,
      `copy: record ${NOBODY} has a copy and is not in flights`,
    ]);
    expect(wrongCopies(swapped(other), false)).toEqual([`copy: record ${other} has 2 copies in copies`]);
  });

  it('are more than once in the logs: what was aborted does not count', () => {
    const forgetful = views.brokers.map((broker) => ({
      ...broker,
      view: broker.view && { ...broker.view, replicas: () => withoutAborts(broker.view!.replicas()) },
    }));
    expect(
      wrongCopies(readSourceId, true, { ...views, brokers: forgetful } as unknown as ClusterViews),
    ).not.toEqual([]);
  });

  function copied(): number[] {
    const sources: number[] = [];
    wrongCopies((value) => {
      const source = readSourceId(value);
      if (source >= 0) sources.push(source);
      return source;
    });
    return sources;
  }
});

/** As if the indexes of aborted transactions were empty. */
function* withoutAborts(replicas: ReturnType<BrokerView['replicas']>): Generator<unknown> {
  for (const { topic, role, log } of replicas) {
    if (log === null) continue;
    const { logStartOffset, lastStableOffset } = log;
    const producers = { abortedBetween: () => [] };
    const read: typeof log.read = (...parameters) => log.read(...parameters);
    yield { topic, role, log: { logStartOffset, lastStableOffset, read, producers } };
  }
}

it('pipelines may share topics, hand on what has no value, and keep copies of what compaction takes away', () => {
  const { cluster } = smallScenario();
  const topic = { partitions: 1, replicationFactor: 3, config: { 'min.insync.replicas': 2 } };
  const cleaned = {
    ...topic.config,
    'cleanup.policy': 'compact',
    'segment.ms': 1_000,
    'min.cleanable.dirty.ratio': 0.01,
  };
  const { probes, verdict, violations } = runSmall({
    cluster: {
      ...cluster,
      topics: [
        { name: 'plain', ...topic },
        { name: 'cleaned', ...topic, config: cleaned },
        { name: 'out', ...topic },
      ],
      brokerConfig: { 'log.cleaner.backoff.ms': 1_000 },
    },
    traffic: {
      producers: ['plain', 'cleaned'].map((to) => ({
        name: `to-${to}`,
        topic: to,
        workload: { kind: 'synthetic', rate: 20, keys: 3, tombstonePercent: 30 },
      })),
      pipelines: ['plain', 'cleaned', 'plain'].map((from, i) => ({ name: `app${i}`, from, to: 'out' })),
    },
  });
  expect(violations).toEqual([]);
  expect(verdict).toBe('pass');
  expect(probes['log segments compacted']).toBeGreaterThan(0);
});
