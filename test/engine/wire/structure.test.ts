import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  array,
  bool,
  bytes,
  checkBody,
  decodeStruct,
  encodeStruct,
  float64,
  hash64,
  int16,
  int64,
  list,
  make,
  object,
  string,
  struct,
  uint32,
  WireError,
} from '../../../engine/wire/index.ts';
import { arbitraryBody } from './arbitrary-body.ts';

/** Everything that the schemas of APIs happen not to use. */
const odd = struct(
  'Odd',
  { versions: '0-3', flexible: '2+' },
  {
    ratio: float64('0+', 'A float.', { default: 0.5 }),
    count: uint32('0+', 'An unsigned int.'),
    payload: bytes('1+', 'Bytes with a default of null.', { nullable: '1+', default: null }),
    names: list('string', '0+', 'A list that may be null.', { nullable: '1+' }),
    moved: string('0+', 'A field that became tagged.', { default: 'here', tag: 5, tagged: '3+' }),
    maybe: object(
      '2+',
      'A tagged structure that may be null.',
      { at: int64('2+', 'An int64.') },
      {
        nullable: '2+',
        default: null,
        tag: 1,
      },
    ),
    perhaps: object(
      '2+',
      'A tagged structure that may be null and is not by default.',
      { at: int64('2+', 'An int64.') },
      { nullable: '2+', tag: 2 },
    ),
    ids: list('uuid', '2+', 'A tagged list.', { tag: 130 }),
    mark: hash64('2+', 'A hash.'),
    flag: bool('2+', 'A tagged scalar.', { tag: 0, default: true }),
    nested: array('0-1', 'Gone later.', {
      x: int16('0+', 'In every version.'),
      inner: array('1+', 'In v1 only.', { y: int16('0+', 'Y.') }),
    }),
  },
);

describe('structures that stand on their own', () => {
  it.each([0, 1, 2, 3])('v%i reads back what it wrote', (version) => {
    const property = fc.property(arbitraryBody(odd, version), (value) => {
      const body = value as ReturnType<typeof make<typeof odd.value>>;
      expect(checkBody(odd, version, body)).toBe(null);
      expect(decodeStruct(odd, version, encodeStruct(odd, version, body))).toEqual(body);
    });
    fc.assert(property);
  });

  it('a tagged field takes tag, size and value, in the order of tags', () => {
    const value = make(odd, { flag: false, maybe: { at: 1 }, moved: 'there' });
    expect(Buffer.from(encodeStruct(odd, 3, value)).toString('hex')).toBe(
      [
        '3fe0000000000000',
        '00000000',
        '00',
        '01',
        '0000000000000000',
        '03',
        '000100',
        '010a0100000000000000' + '0100',
        '0506',
        '067468657265',
      ].join(''),
    );
  });

  it('behind a tag a structure that is null is a zero, and one that is left out is empty', () => {
    const bytes = (value: Partial<typeof odd.value>): string =>
      Buffer.from(encodeStruct(odd, 3, make(odd, value))).toString('hex');
    expect(bytes({ perhaps: null })).toBe(bytes({}).replace(/00$/, '01' + '020100'));
    const left = decodeStruct(odd, 3, Buffer.from(bytes({}), 'hex'));
    expect(left).toMatchObject({ perhaps: { at: 0 }, maybe: null });
  });

  it('every cut is an error value', () => {
    const encoded = encodeStruct(
      odd,
      3,
      make(odd, { flag: false, maybe: { at: 1 }, moved: 'there', names: ['a'] }),
    );
    for (let length = 0; length < encoded.length; length++) {
      expect(decodeStruct(odd, 3, encoded.subarray(0, length))).toBeInstanceOf(WireError);
    }
  });

  it('a tagged field whose size is not that of its value is malformed', () => {
    const encoded = encodeStruct(odd, 3, make(odd, { flag: false, moved: 'there' }));
    const at = encoded.indexOf(5, 14);
    expect(encoded[at + 1]).toBe(6);
    encoded[at + 1] = 5;
    expect(decodeStruct(odd, 3, encoded)).toMatchObject({ code: 'malformed' });
  });

  it.each([126, 127, 128, 16_382, 16_383])('lists and strings of %i read back', (length) => {
    const names = Array.from({ length }, (_, index) => `${index % 10}`);
    const value = make(odd, { names, moved: 'm'.repeat(length), payload: new Uint8Array(length) });
    for (const version of [1, 2, 3]) {
      expect(decodeStruct(odd, version, encodeStruct(odd, version, value))).toEqual(value);
    }
  });

  it('a string beyond 32767 bytes is a fault to write and malformed to read', () => {
    const longest = make(odd, { moved: 'm'.repeat(32_767) });
    const encoded = encodeStruct(odd, 2, longest);
    expect(decodeStruct(odd, 2, encoded)).toEqual(longest);
    expect(() => encodeStruct(odd, 2, make(odd, { moved: 'm'.repeat(32_768) }))).toThrow('32768 bytes');
    expect(() => encodeStruct(odd, 0, make(odd, { moved: 'm'.repeat(32_768) }))).toThrow('32768 bytes');
    const at = encoded.indexOf(0x6d);
    const longer = new Uint8Array(encoded.length + 1);
    longer.set(encoded.subarray(0, at + 1));
    longer.set(encoded.subarray(at), at + 1);
    expect([...longer.subarray(at - 3, at)]).toEqual([0x80, 0x80, 0x02]);
    longer[at - 3] = 0x81;
    expect(decodeStruct(odd, 2, longer)).toMatchObject({
      code: 'malformed',
      message: 'a string of 32768 bytes',
    });
  });

  it('a version that it does not have is an error value to read and a fault to write', () => {
    expect(decodeStruct(odd, 4, new Uint8Array(0))).toMatchObject({ code: 'unsupported version' });
    expect(() => encodeStruct(odd, 4, make(odd, {}))).toThrow('Odd has no version 4');
  });
});
