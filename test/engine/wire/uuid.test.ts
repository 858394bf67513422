import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../engine/machine/index.ts';
import {
  isUuid,
  METADATA_TOPIC_ID,
  randomUuid,
  uuidFromWords,
  ZERO_UUID,
} from '../../../engine/wire/index.ts';
import { readUuid, writeUuid } from '../../../engine/wire/uuid.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });

/** Draws from a list, again and again. */
function drawing(...words: readonly number[]): Random {
  let draws = 0;
  return {
    u32: () => words[draws++ % words.length]!,
    below: () => 0,
  };
}

describe('uuids', () => {
  it('read as base64url of their 16 bytes', () => {
    const property = fc.property(word, word, word, word, (a, b, c, d) => {
      const bytes = Buffer.alloc(16);
      [a, b, c, d].forEach((value, index) => {
        bytes.writeUInt32BE(value, index * 4);
      });
      const uuid = uuidFromWords(a, b, c, d);
      expect(uuid).toBe(bytes.toString('base64url'));
      expect(isUuid(uuid)).toBe(true);
      const view = new DataView(new ArrayBuffer(20));
      writeUuid(view, 3, uuid);
      expect(readUuid(view, 3)).toBe(uuid);
      expect(Buffer.from(view.buffer, 3, 16).equals(bytes)).toBe(true);
    });
    fc.assert(property);
  });

  it('reserved ones are Kafka’s', () => {
    expect(uuidFromWords(0, 0, 0, 0)).toBe(ZERO_UUID);
    expect(uuidFromWords(0, 0, 0, 1)).toBe(METADATA_TOPIC_ID);
  });

  it('a text of another length, alphabet or with loose bits is none', () => {
    for (const text of [
      '',
      'AAAAAAAAAAAAAAAAAAAAA',
      'AAAAAAAAAAAAAAAAAAAA+A',
      'AAAAAAAAAAAAAAAAAAAAAB',
      'é'.repeat(22),
    ]) {
      expect(isUuid(text)).toBe(false);
    }
  });

  it('random ones are of version 4 and redrawn while they hold a dash', () => {
    // 0xf8… begins with the six bits 62, which print as '-'.
    const uuid = randomUuid(drawing(0xf8000000, 0, 0, 0, 0x12345678, 0x1111f111, 0xc2222222, 0x34567890));
    expect(uuid).toBe(uuidFromWords(0x12345678, 0x11114111, 0x82222222, 0x34567890));
    expect(Buffer.from(uuid, 'base64url').toString('hex')).toBe('12345678111141118222222234567890');
  });

  it('a generator that knows only dashes is a fault', () => {
    expect(() => randomUuid(drawing(0xf8000000))).toThrow('no random uuid');
  });
});
