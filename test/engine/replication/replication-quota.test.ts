import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import { ReplicationQuota } from '../../../engine/replication/replication-quota.ts';

/** Bytes that get through in a second, offered a hundred at a time every 10 ms. */
function throughIn(quota: ReplicationQuota, fromUs: number, seconds: number): number {
  let bytes = 0;
  for (let now = fromUs; now < fromUs + seconds * SECOND; now += 10_000) {
    if (quota.isExceeded(now)) continue;
    quota.record(now, 100);
    bytes += 100;
  }
  return bytes;
}

describe('a replication quota', () => {
  it('lets its rate through, over the window', () => {
    const through = throughIn(new ReplicationQuota(2_000), 0, 30);
    expect(through).toBeGreaterThan(55_000);
    expect(through).toBeLessThan(65_000);
  });

  it('saves nothing up in a silence longer than its window', () => {
    const quota = new ReplicationQuota(2_000);
    throughIn(quota, 0, 5);
    expect(throughIn(quota, 100 * SECOND, 1)).toBeLessThanOrEqual(2_200);
  });

  it('has no bound when it is the largest, and one as soon as that changes', () => {
    const quota = new ReplicationQuota(Number.MAX_SAFE_INTEGER);
    expect(throughIn(quota, 0, 1)).toBe(10_000);
    quota.update(1_000);
    expect(quota.isExceeded(SECOND)).toBe(true);
  });
});
