/** Bytes at the start of a synthetic value that hold its id. */
export const ID_BYTES = 4;

/** One producer's ids do not meet another's: a producer has this many. */
export const IDS_PER_PRODUCER = 2 ** 24;

/** Ids above would look like the first byte of a data set's JSON. */
export const MAX_PRODUCERS = 100;

const BRACE = 0x7b;
/** `{"id":"` in a data set's value; eight hexadecimal digits follow. */
const HEX_FROM = 7;
const HEX_DIGITS = 8;

/** The id of a record, out of its value; -1 when it carries none. */
export function readRecordId(value: Uint8Array | null): number {
  if (value === null || value.length < ID_BYTES) return -1;
  if (value[0] !== BRACE) return value[0]! * 2 ** 24 + (value[1]! << 16) + (value[2]! << 8) + value[3]!;
  let id = 0;
  for (let i = HEX_FROM; i < HEX_FROM + HEX_DIGITS; i++) {
    const code = value[i]!;
    id = id * 16 + (code <= 57 ? code - 48 : code - 87);
  }
  return id;
}

/** The header of a record without a value: it holds its id. */
export const ID_HEADER = 'id';

/** The id of a record, out of its value or, where it has none, its header; -1 when it carries none. */
export function idOfRecord({ value, headers }: Identified): number {
  if (value !== null) return readRecordId(value);
  for (const { key, value: id } of headers) if (key === ID_HEADER) return readRecordId(id);
  return -1;
}

/** What a record is known by. */
export interface Identified {
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

export function writeRecordId(value: Uint8Array, id: number): void {
  value[0] = id >>> 24;
  value[1] = id >>> 16;
  value[2] = id >>> 8;
  value[3] = id;
}

/** The text that a data set's value begins with. */
export function idPrefix(id: number): string {
  return `{"id":"${id.toString(16).padStart(HEX_DIGITS, '0')}"`;
}
