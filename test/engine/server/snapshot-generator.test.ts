import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import { ClusterImage, imageDifference } from '../../../engine/metadata/index.ts';
import type { Publication } from '../../../engine/server/metadata-feed.ts';
import { SnapshotGenerator } from '../../../engine/server/snapshot-generator.ts';

function publication(bytes: number): Publication {
  const image = new ClusterImage();
  return {
    delta: imageDifference(image, image),
    image,
    lastContainedOffset: 1,
    lastContainedEpoch: 1,
    bytes,
  };
}

function generator(bytes: number, ms: number): SnapshotGenerator {
  return new SnapshotGenerator(
    {
      'metadata.log.max.record.bytes.between.snapshots': bytes,
      'metadata.log.max.snapshot.interval.ms': ms,
    },
    0,
  );
}

describe('a snapshot is due', () => {
  it('when enough bytes were published since the last one', () => {
    const due = generator(100, 0);
    expect(due.isDue(0, publication(60), false)).toBe(false);
    expect(due.isDue(0, publication(40), false)).toBe(true);
    expect(due.isDue(0, publication(60), false)).toBe(false);
  });

  it('when the last one is old enough, at the next publication', () => {
    const due = generator(1_000_000, 10_000);
    expect(due.isDue(9 * SECOND, publication(1), false)).toBe(false);
    expect(due.isDue(10 * SECOND, publication(1), false)).toBe(true);
    expect(due.isDue(19 * SECOND, publication(1), false)).toBe(false);
    expect(due.isDue(20 * SECOND, publication(1), false)).toBe(true);
  });

  it('never by age alone when the interval is zero', () => {
    expect(generator(1_000_000, 0).isDue(1_000_000 * SECOND, publication(1), false)).toBe(false);
  });

  it('not before a metadata transaction has ended', () => {
    const due = generator(100, 0);
    expect(due.isDue(0, publication(200), true)).toBe(false);
    expect(due.isDue(0, publication(1), false)).toBe(true);
  });

  it('later when one was loaded instead', () => {
    const due = generator(100, 10_000);
    expect(due.isDue(5 * SECOND, publication(99), false)).toBe(false);
    expect(due.isDue(9 * SECOND, publication(0), false)).toBe(false);
    expect(due.isDue(10 * SECOND, publication(99), false)).toBe(false);
  });
});
