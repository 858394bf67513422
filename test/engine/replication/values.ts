import { assert, noWork, type Outbox } from '../../../engine/machine/index.ts';
import { buildBatch, noCompression, readRecords } from '../../../engine/records/index.ts';
import { utf8Decode, utf8Encode } from '../../../engine/wire/index.ts';

export function topicIdOf(topic: string): string {
  return topic.padEnd(21, '-').slice(0, 21).concat('A');
}

export function batchOf(...values: readonly string[]): Uint8Array {
  return buildBatch(
    {},
    values.map((value) => ({ timestamp: 1_000, key: null, value: utf8Encode(value) })),
  );
}

/** An outbox for what a test does to a log itself. */
export const NO_EFFECTS: Outbox = {
  work: noWork(),
  connect: () => 0,
  send: () => {},
  close: () => {},
  arm: () => {},
  disarm: () => {},
  exit: () => {},
  probe: () => {},
  fact: () => {},
};

/** The values of all records in fetched chunks. */
export function valuesIn(records: readonly Uint8Array[] | null): string[] {
  const values: string[] = [];
  for (const batch of records ?? []) {
    const read = readRecords(batch, noCompression);
    assert(Array.isArray(read), 'what was fetched can be read');
    for (const record of read) values.push(utf8Decode(record.value));
  }
  return values;
}
