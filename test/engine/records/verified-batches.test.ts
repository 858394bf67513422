import { describe, expect, it } from 'vitest';
import { buildBatch, VerifiedBatches, withLeader } from '../../../engine/records/index.ts';

const batch = (): Uint8Array => buildBatch({}, [{ timestamp: 7, key: null, value: Uint8Array.of(1, 2, 3) }]);

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length - 2]! ^= 1;
  return copy;
}

describe('VerifiedBatches', () => {
  it('answers for a whole batch each time', () => {
    const verified = new VerifiedBatches();
    const one = batch();
    expect(verified.verify(one)).toBeNull();
    expect(verified.verify(one)).toBeNull();
    expect(verified.verify(withLeader(one, 5, 2))).toBeNull();
  });

  it('finds damage in a copy of a batch that it knows, as often as it is asked', () => {
    const verified = new VerifiedBatches();
    const one = batch();
    verified.add(one);
    const copy = damaged(one);
    expect(verified.verify(copy)?.code).toBe('corrupt');
    expect(verified.verify(copy)?.code).toBe('corrupt');
    expect(verified.verify(one)).toBeNull();
  });

  it('does not sum up again what was added', () => {
    const verified = new VerifiedBatches();
    const wrong = damaged(batch());
    verified.add(wrong);
    expect(verified.verify(wrong)).toBeNull();
  });

  it('finds a batch cut short, whatever it holds of the checksum', () => {
    const verified = new VerifiedBatches();
    expect(verified.verify(batch().subarray(0, 10))).not.toBeNull();
    expect(verified.verify(batch().subarray(0, 40))).not.toBeNull();
  });
});
