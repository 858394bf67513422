import { assert, type Random } from '../machine/index.ts';

/** A Kafka uuid as Kafka prints it: 16 bytes in base64url without padding, 22 characters. */
export type Uuid = string;

export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';
/** The topic id of `__cluster_metadata` (`Uuid.METADATA_TOPIC_ID`). */
export const METADATA_TOPIC_ID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** Directory ids that name no directory (`DirectoryId`, KIP-858). */
export const DirectoryId = {
  MIGRATING: ZERO_UUID,
  UNASSIGNED: 'AAAAAAAAAAAAAAAAAAAAAQ',
  LOST: 'AAAAAAAAAAAAAAAAAAAAAg',
} as const;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Six bits to a character code, and back (255: no such character). */
const CODE = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const SIX_BITS = new Uint8Array(128).fill(255);
for (let i = 0; i < 64; i++) SIX_BITS[CODE[i]!] = i;

/** Redraws of a random uuid; a sound generator needs a handful at most. */
const MAX_DRAWS = 64;

/** The uuid of four unsigned 32-bit words, most significant first. */
export function uuidFromWords(a: number, b: number, c: number, d: number): Uuid {
  if ((a | b | c | d) === 0) return ZERO_UUID;
  // One flat string at one stroke: topic ids end up as keys of maps, which would have to flatten a
  // concatenation.
  return String.fromCharCode(
    CODE[a >>> 26]!,
    CODE[(a >>> 20) & 63]!,
    CODE[(a >>> 14) & 63]!,
    CODE[(a >>> 8) & 63]!,
    CODE[(a >>> 2) & 63]!,
    CODE[((a & 3) << 4) | (b >>> 28)]!,
    CODE[(b >>> 22) & 63]!,
    CODE[(b >>> 16) & 63]!,
    CODE[(b >>> 10) & 63]!,
    CODE[(b >>> 4) & 63]!,
    CODE[((b & 15) << 2) | (c >>> 30)]!,
    CODE[(c >>> 24) & 63]!,
    CODE[(c >>> 18) & 63]!,
    CODE[(c >>> 12) & 63]!,
    CODE[(c >>> 6) & 63]!,
    CODE[c & 63]!,
    CODE[d >>> 26]!,
    CODE[(d >>> 20) & 63]!,
    CODE[(d >>> 14) & 63]!,
    CODE[(d >>> 8) & 63]!,
    CODE[(d >>> 2) & 63]!,
    CODE[(d & 3) << 4]!,
  );
}

export function readUuid(view: DataView, at: number): Uuid {
  return uuidFromWords(
    view.getUint32(at),
    view.getUint32(at + 4),
    view.getUint32(at + 8),
    view.getUint32(at + 12),
  );
}

/** Writes the 16 bytes of a uuid, which must be one: `isUuid`. */
export function writeUuid(view: DataView, at: number, uuid: Uuid): void {
  assert(uuid.length === 22, () => `not a uuid: ${uuid}`);
  // 22 characters carry 132 bits: five groups of four (24 bits), then two characters with the last byte.
  for (let group = 0; group < 5; group++) {
    const from = group * 4;
    const bits =
      (sixBits(uuid, from) << 18) |
      (sixBits(uuid, from + 1) << 12) |
      (sixBits(uuid, from + 2) << 6) |
      sixBits(uuid, from + 3);
    const to = at + group * 3;
    view.setUint16(to, bits >>> 8);
    view.setUint8(to + 2, bits);
  }
  view.setUint8(at + 15, (sixBits(uuid, 20) << 2) | (sixBits(uuid, 21) >>> 4));
}

/** Whether a text is a uuid in the one form that Kafka prints: the last character carries two bits only. */
export function isUuid(text: string): boolean {
  if (text.length !== 22) return false;
  for (let i = 0; i < 22; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || SIX_BITS[code] === 255) return false;
  }
  return (sixBits(text, 21) & 15) === 0;
}

/**
 * A random (version 4) uuid. Like Kafka's `Uuid.randomUuid` never a reserved one and never with a '-', for
 * shells' sake.
 */
export function randomUuid(random: Random): Uuid {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const uuid = uuidFromWords(
      random.u32(),
      ((random.u32() & 0xffff0fff) | 0x4000) >>> 0,
      ((random.u32() & 0x3fffffff) | 0x80000000) >>> 0,
      random.u32(),
    );
    if (!uuid.includes('-')) return uuid;
  }
  assert(false, 'no random uuid without a dash');
}

function sixBits(text: string, at: number): number {
  return SIX_BITS[text.charCodeAt(at)]!;
}
