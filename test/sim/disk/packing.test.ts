import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkBlocks } from '../../../sim/disk/chunk-blocks.ts';
import { Content } from '../../../sim/disk/content.ts';

const COUNT = 4_000;
const BYTES = 100;

/** Chunks as a leader and its followers hold them: the same objects. */
const chunks = Array.from({ length: COUNT }, (_, i) => new Uint8Array(BYTES).fill(i & 0xff));

function filled(): Content {
  const content = new Content();
  chunks.forEach((chunk, i) => {
    content.append(chunk, i);
  });
  return content;
}

describe('packing', () => {
  it('leaves few chunks of what is old, and two replicas share them', () => {
    const blocks = new ChunkBlocks();
    const [leader, follower] = [filled(), filled()];
    expect(leader.isPackingDue).toBe(true);
    leader.pack(COUNT, blocks);
    follower.pack(COUNT, blocks);
    expect(leader.isPackingDue).toBe(false);
    expect(leader.chunks.length).toBeLessThan(COUNT / 10);
    expect(follower.chunks.map((chunk, i) => chunk === leader.chunks[i])).not.toContain(false);
  });

  it('leaves what is young, whose time still matters to a crash', () => {
    const content = filled();
    content.pack(COUNT / 2, new ChunkBlocks());
    for (const time of [COUNT / 2 + 700, COUNT - 1]) expect(content.writtenBy(time)).toBe((time + 1) * BYTES);
  });

  it('does not share what a fault damaged on one of them', () => {
    const blocks = new ChunkBlocks();
    const [leader, follower] = [filled(), filled()];
    follower.overwrite(5 * BYTES, new Uint8Array([0xff]));
    leader.pack(COUNT, blocks);
    follower.pack(COUNT, blocks);
    expect(leader.read(5 * BYTES, 1)[0]).toBe(5);
    expect(follower.read(5 * BYTES, 1)[0]).toBe(0xff);
  });

  it('changes no byte, however appends, cuts and packing come', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 2_000 }) }) },
      fc.record({ cutTo: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ packAge: fc.integer({ min: 0, max: 5 }) }),
    );
    const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const blocks = new ChunkBlocks();
      let content = new Content();
      let bytes: number[] = [];
      steps.forEach((each, now) => {
        if ('append' in each) {
          const chunk = new Uint8Array(each.append).fill(now + 1);
          for (let i = 0; i < 20; i++) {
            content.append(chunk, now);
            for (const byte of chunk) bytes.push(byte);
          }
        } else if ('cutTo' in each) {
          const size = Math.floor(bytes.length * each.cutTo);
          content = content.prefix(size);
          bytes = bytes.slice(0, size);
        } else content.pack(now - each.packAge, blocks);
      });
      expect(content.size).toBe(bytes.length);
      const read = content.read(0, content.size);
      expect(read.every((byte, i) => byte === bytes[i])).toBe(true);
    });
    fc.assert(property, { numRuns: 30 });
  });
});
