import { assert } from '../machine/index.ts';
import { decodeStruct, encodeStruct, type Schema, WireError } from '../wire/index.ts';
import type { MetadataRecord, MetadataRecordType } from './record.ts';
import { recordSchemas } from './record-schemas.ts';

/**
 * The value of a record of the metadata log (`AbstractApiMessageSerde`): three unsigned varints and the record's body.
 *
 *     frame version (1) | record key | record version | body
 *
 * All three are below 128 for as long as Kafka has fewer than 128 record types, so each is one byte here.
 */
const FRAME_VERSION = 1;
const PREFIX_BYTES = 3;

interface KnownRecord {
  readonly type: MetadataRecordType;
  readonly schema: Schema<object>;
}

const byKey: ReadonlyMap<number, KnownRecord> = new Map(
  (Object.keys(recordSchemas) as MetadataRecordType[]).map((type) => [
    recordSchemas[type].apiKey,
    { type, schema: recordSchemas[type].schema },
  ]),
);

/** Why bytes are not a metadata record: a value, never thrown. */
export class MetadataError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** One record as the value of a log record, in the version that Kafka 4.4 writes. */
export function encodeRecord(record: MetadataRecord): Uint8Array {
  const { apiKey, schema } = recordSchemas[record.type];
  const version = recordVersion(record);
  assert(apiKey < 128 && version < 128, 'keys and versions of metadata records fit one byte');
  const body = encodeStruct(schema as Schema<object>, version, record);
  const value = new Uint8Array(PREFIX_BYTES + body.length);
  value[0] = FRAME_VERSION;
  value[1] = apiKey;
  value[2] = version;
  value.set(body, PREFIX_BYTES);
  return value;
}

export function decodeRecord(value: Uint8Array): MetadataRecord | MetadataError {
  if (value.length < PREFIX_BYTES) return new MetadataError('a metadata record is shorter than its frame');
  const key = value[1] ?? 0;
  const version = value[2] ?? 0;
  if (value[0] !== FRAME_VERSION) return new MetadataError(`a metadata record of frame version ${value[0]}`);
  const known = byKey.get(key);
  if (known === undefined) return new MetadataError(`a metadata record of unknown type ${key}`);
  if (!known.schema.has(version)) return new MetadataError(`${known.type} of unknown version ${version}`);
  const body = decodeStruct(known.schema, version, value.subarray(PREFIX_BYTES));
  if (body instanceof WireError) return new MetadataError(`${known.type}: ${body.message}`);
  return { type: known.type, ...body } as MetadataRecord;
}

/**
 * The version a record is written in: the latest, but a change of a broker's registration takes the lowest that holds
 * what it says, as Kafka's own writers do.
 */
export function recordVersion(record: MetadataRecord): number {
  if (record.type !== 'BrokerRegistrationChangeRecord') return recordSchemas[record.type].schema.versions.max;
  if (record.cordonedLogDirs !== null) return 3;
  if (record.logDirs.length > 0) return 2;
  return record.inControlledShutdown !== 0 ? 1 : 0;
}
