import { describe, expect, it } from 'vitest';
import { runSmall } from './small-trial.ts';

describe('a cluster', () => {
  it('is up although a record of its metadata is on its way whenever one looks', () => {
    const result = runSmall({
      cluster: {
        brokers: 4,
        controllers: 3,
        racks: 2,
        topics: [{ name: 't', partitions: 2, replicationFactor: 1 }],
        // As often as the trial looks at it.
        controllerConfig: {
          'metadata.max.idle.interval.ms': 100,
          'controller.quorum.election.timeout.ms': 500,
        },
        network: { regions: 2, crossRegion: '10ms' },
      },
      duration: '1s',
    });
    expect(result.pending).toEqual([]);
    expect(result.verdict).toBe('pass');
  });
});
