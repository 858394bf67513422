import { expect, test } from 'vitest';
import { murmur2, partitionForKey } from '../../../../engine/client/index.ts';
import { utf8Encode } from '../../../../engine/wire/index.ts';

/** Values that every Kafka client must agree on. */
const known: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

test.each(known)('murmur2 of %s is what every Kafka client computes', (key, hash) => {
  expect(murmur2(utf8Encode(key))).toBe(hash);
});

test('bytes above 127 count as unsigned', () => {
  expect(murmur2(new Uint8Array([0xff, 0x80, 0xfe, 0x81, 0xff]))).not.toBe(
    murmur2(new Uint8Array([0x7f, 0x00, 0x7e, 0x01, 0x7f])),
  );
});

test('a key has its partition in range, negative hashes too', () => {
  expect(partitionForKey(utf8Encode('21'), 7)).toBe((-973932308 & 0x7fffffff) % 7);
});
