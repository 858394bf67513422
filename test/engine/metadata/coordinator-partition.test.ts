import { describe, expect, it } from 'vitest';
import { coordinatorPartition } from '../../../engine/metadata/index.ts';

describe('the partition of a group or a transactional id', () => {
  it('is Java’s hash code made positive, modulo the partitions', () => {
    // As Java computes them: 3366, -1008770331, -1906497762.
    expect(coordinatorPartition('k1', 50)).toBe(16);
    expect(coordinatorPartition('orders', 50)).toBe(31);
    expect(coordinatorPartition('my-group', 50)).toBe(12);
  });

  it('is the first for the one hash code that has no positive counterpart', () => {
    expect(coordinatorPartition('polygenelubricants', 49)).toBe(0);
  });
});
