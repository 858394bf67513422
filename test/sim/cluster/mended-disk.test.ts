import { expect, it } from 'vitest';
import { runSmall } from './small-trial.ts';

it('a broker that lived on without one of its directories has it again when the disk is mended', () => {
  const { pending, probes, verdict } = runSmall({
    cluster: {
      brokers: 3,
      controllers: 1,
      logDirs: 2,
      topics: [{ name: 't', partitions: 4, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      controllerConfig: { 'broker.session.timeout.ms': 4_000 },
    },
    faults: [
      { kind: 'disk-error', operation: 'write', path: '/data2/*', target: 'b2', at: '3s', until: '8s' },
    ],
  });
  expect(pending).toEqual([]);
  expect(verdict).toBe('pass');
  // It did not end by it.
  expect(probes['exit: failed']).toBeUndefined();
});
