import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode, utf8Length } from '../../../engine/wire/index.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

describe('UTF-8 by hand', () => {
  it('writes what the platform writes', () => {
    const property = fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const bytes = utf8Encode(text);
      expect([...bytes]).toEqual([...new TextEncoder().encode(text)]);
      expect(utf8Length(text)).toBe(bytes.length);
      expect(utf8Decode(bytes)).toBe(text);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('reads malformed bytes as the platform does', () => {
    const lead = fc.constantFrom(
      0x41,
      0x80,
      0xbf,
      0xc0,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0xff,
      0xa0,
      0x90,
    );
    const property = fc.property(fc.array(fc.oneof(lead, fc.nat(255)), { maxLength: 40 }), (values) => {
      const bytes = Uint8Array.from(values);
      expect(utf8Decode(bytes)).toBe(decoder.decode(bytes));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('reads texts of any length, wide at the end or not at all', () => {
    for (const length of [0, 1, 11, 12, 13, 4095, 4096, 4097, 10_000]) {
      for (const text of ['x'.repeat(length), `${'x'.repeat(length)}é`]) {
        expect(utf8Decode(utf8Encode(text))).toBe(text);
      }
    }
  });

  it('writes half a surrogate pair as a question mark, as Java does', () => {
    expect(utf8Decode(utf8Encode('a\ud800b\udc00'))).toBe('a?b?');
    expect(utf8Length('a\ud800b\udc00')).toBe(4);
  });
});
