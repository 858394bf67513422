import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import { ErrorCode } from '../../../engine/wire/index.ts';
import { TinyCluster } from './tiny-cluster.ts';

describe('a cluster of three controllers and three brokers', () => {
  for (const codec of ['objects', 'bytes'] as const) {
    test(`starts, creates a topic through a broker and acknowledges a produce (${codec})`, () => {
      const cluster = new TinyCluster({ codec });
      expect(cluster.started()).toBe(true);
      expect(cluster.createTopic('t', 2, 3)).toMatchObject({ errorCode: 0, numPartitions: 2 });
      expect(cluster.until(() => cluster.leaderOf('t', 1) > 0)).toBe(true);
      const leader = cluster.leaderOf('t', 0);
      expect(cluster.produce(leader, 't', 0, ['a', 'b'])).toMatchObject({ errorCode: 0, baseOffset: 0 });
      expect(cluster.produce(leader, 't', 0, ['c'])).toMatchObject({ errorCode: 0, baseOffset: 2 });
      expect(cluster.fetch(leader, 't', 0, 0)).toMatchObject({ errorCode: 0, highWatermark: 3 });
    });
  }
});
