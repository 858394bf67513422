import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALM, ModelCluster, STORM } from './model-cluster.ts';
import { ProducerStage } from './producer-stage.ts';

const PARTITIONS = 3;

interface Run {
  readonly stage: ProducerStage;
  readonly cluster: ModelCluster;
  /** Values by log, in the order of sending. */
  readonly sent: ReadonlyMap<string, string[]>;
}

/** Sends to three partitions in bad weather, then lets the sun shine until all is told. */
function play(seed: number, config: ConstructorParameters<typeof ProducerStage>[0]): Run {
  const stage = new ProducerStage({
    'enable.idempotence': true,
    'linger.ms': 2,
    'request.timeout.ms': 1_000,
    ...config,
  });
  stage.stage.topic('t', [1, 2, 3]);
  const cluster = new ModelCluster(stage.stage, seed, false);
  const sent = new Map<string, string[]>();
  stage.boot();
  cluster.weather = STORM;
  let id = 0;
  for (let round = 0; round < 60; round++) {
    for (let i = cluster.below(6); i > 0; i--) {
      const partition = cluster.below(PARTITIONS);
      id++;
      const log = `t-${partition}`;
      sent.set(log, [...(sent.get(log) ?? []), `v${id}`]);
      stage.sendNow({ partition, value: `v${id}` });
    }
    cluster.run(1 + cluster.below(12));
  }
  cluster.weather = CALM;
  cluster.run(20_000);
  return { stage, cluster, sent };
}

function told(stage: ProducerStage, prefix: string): readonly string[] {
  return stage.events
    .filter((event) => event.startsWith(prefix))
    .flatMap((event) => event.split(': ')[1]!.split(','))
    .map((id) => `v${id}`);
}

test('whatever is lost, repeated or moved, every record is in its log once and in the order of sending', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, inFlight) => {
      const { stage, cluster, sent } = play(seed, { 'max.in.flight.requests.per.connection': inFlight });
      const all = [...sent.values()].flat();
      expect(told(stage, 'acked').toSorted()).toEqual(all.toSorted());
      for (const [log, values] of sent)
        expect(cluster.logs.get(log)!.entries.map(({ value }) => value)).toEqual(values);
    }),
    { numRuns: 25 },
  );
}, 30_000);

test('batches that are given up leave gaps, no duplicates and no disorder', () => {
  let expired = 0;
  let epochs = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { stage, cluster, sent } = play(seed, { 'request.timeout.ms': 60, 'delivery.timeout.ms': 62 });
      const acked = new Set(told(stage, 'acked'));
      const failed = new Set(told(stage, 'fail'));
      expired += stage.stage.out.probes.filter((probe) => probe === 'batch expired').length;
      for (const [log, values] of sent) {
        const written = cluster.logs.get(log)!.entries.map(({ value }) => value);
        expect(new Set(written).size).toBe(written.length);
        expect(values.filter((value) => acked.has(value) && !written.includes(value))).toEqual([]);
        expect(written.filter((value) => failed.has(value))).toEqual([]);
        expect(written).toEqual(values.filter((value) => written.includes(value)));
        epochs += cluster.logs.get(log)!.entries.at(-1)?.producerEpoch ?? 0;
      }
    }),
    { numRuns: 25 },
  );
  expect(expired).toBeGreaterThan(20);
  expect(epochs).toBeGreaterThan(5);
}, 30_000);
