import type { Result, Series } from '../../sim/result/index.ts';
import { smallScenario } from '../sim/cluster/small-trial.ts';

const FOUR: Pick<Series, 'intervalUs'> = { intervalUs: 1_000_000 };

function series(): Series {
  const flat = (value: number): number[] => [value, value, value, value];
  return {
    ...FOUR,
    produced: flat(10),
    acknowledged: [10, 0, 20, 10],
    consumed: flat(10),
    acknowledgedBytes: flat(1_000),
    latencyP50: [2_000, -1, 3_000, 2_000],
    latencyP99: [5_000, -1, 900_000, 5_000],
    endToEndP50: flat(4_000),
    endToEndP99: flat(8_000),
    isrTotal: [6, 5, 4, 6],
    isrMin: [3, 2, 2, 3],
    underReplicated: [0, 1, 2, 0],
    leaderless: [0, 1, 0, 0],
    highWatermarkLag: [0, 7, 3, 0],
    consumerLag: [0, 0, 9, 0],
  };
}

const quantiles = { count: 40, mean: 2_500, p50: 2_000, p95: 4_000, p99: 5_000, p999: 6_000, max: 900_000 };

/** Four seconds in which b1 was killed; every part of a result has something in it. */
export function smallResult(changes: Partial<Result> = {}): Result {
  return {
    format: 1,
    scenario: smallScenario({ title: 'A title', why: 'A reason.', lookFor: 'A sign.', duration: '4s' }),
    seed: '1',
    codec: 'objects',
    verdict: 'pass',
    violations: [],
    allowed: [],
    weaknesses: [],
    pending: [],
    traceHash: '0123456789abcdef',
    simulatedUs: 8_000_000,
    trafficFromUs: 4_000_000,
    events: 12_345,
    probes: { 'crash: killed': 1, 'partition leader elected': 3 },
    faults: [
      {
        fault: { kind: 'kill', target: 'leader:t-0', at: '1s', until: '3s' },
        targets: ['b1'],
        from: 1_000_000,
        to: 3_000_000,
      },
    ],
    operations: { produce: { ok: 40, fail: 1, unknown: 2 }, poll: { ok: 40, fail: 0, unknown: 0 } },
    transactions: [],
    groups: [],
    adminOperations: [
      {
        operation: {
          do: 'reassign',
          at: '1s',
          mayFail: false,
          topic: 't',
          partition: 0,
          replicas: [1, 2],
        },
        from: 1_000_000,
        to: 2_500_000,
        outcome: 'done',
        error: null,
        attempts: 4,
      },
      {
        operation: { do: 'delete-topic', at: '2s', mayFail: true, topic: 'u' },
        from: 2_000_000,
        to: 2_100_000,
        outcome: 'failed',
        error: 'UNKNOWN_TOPIC_OR_PARTITION',
        attempts: 1,
      },
    ],
    metrics: {
      series: series(),
      produceLatency: quantiles,
      endToEnd: quantiles,
      utilisation: [{ node: 'b1', resource: 'disk', perMille: 123 }],
      bytesOnWire: 98_765,
    },
    lanes: [
      { node: 'b1', from: -4_000_000, to: 1_000_000, state: 'up', label: '' },
      { node: 'b1', from: 1_000_000, to: 3_000_000, state: 'down', label: '' },
      { node: 'b2', from: -4_000_000, to: 4_000_000, state: 'up', label: '' },
    ],
    marks: [
      { at: 1_000_000, node: 'b1', kind: 'crash', label: 'killed' },
      { at: 1_500_000, node: 'b2', kind: 'partition leader elected', label: 't-0 epoch 1' },
    ],
    host: { wallMs: 100, node: 'v24.0.0', maxRssBytes: 1 },
    ...changes,
  };
}
