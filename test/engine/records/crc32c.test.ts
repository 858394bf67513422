import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../engine/records/index.ts';

describe('CRC-32C', () => {
  it('gives the published values (RFC 3720, B.4)', () => {
    expect(of(Uint8Array.from('123456789', (digit) => digit.charCodeAt(0)))).toBe(0xe3069283);
    expect(of(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(of(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(of(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
    expect(of(new Uint8Array(0))).toBe(0);
  });

  it('agrees with one bit at a time, wherever a range begins and ends', () => {
    const range = fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(range, ([bytes, before, after]) => {
        const start = Math.min(before, bytes.length);
        const end = Math.max(start, bytes.length - after);
        expect(crc32c(bytes, start, end)).toBe(bitByBit(bytes.subarray(start, end)));
      }),
    );
  });
});

function of(bytes: Uint8Array): number {
  return crc32c(bytes, 0, bytes.length);
}

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
