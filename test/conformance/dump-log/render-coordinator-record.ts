import * as groups from '../../../engine/coordinator/group/records/index.ts';
import {
  groupRecordCodec,
  transactionLogKey,
  transactionLogValue,
  transactionRecordCodec,
} from '../../../engine/coordinator/index.ts';
import {
  CONSUMER_PROTOCOL_TYPE,
  consumerProtocolAssignment,
  consumerProtocolSubscription,
  decodeAssignment,
  decodeSubscription,
  type Field,
  prefixOf,
  type Schema,
  WireError,
} from '../../../engine/wire/index.ts';

/**
 * What `kafka-dump-log --offsets-decoder` and `--transaction-log-decoder` print of a record: key and value as JSON with
 * their versions, read by the codecs that coordinators load with.
 */
export function renderCoordinatorRecord(path: string, key: Uint8Array, value: Uint8Array | null): string {
  const codec = path.includes('__consumer_offsets') ? groupRecordCodec : transactionRecordCodec;
  const record = codec.decode(key, value);
  if (record === null || typeof record === 'string')
    throw new Error(`${path}: ${record ?? 'a type unknown'}`);
  const schemas = 'type' in record ? schemasOf(record.type) : [transactionLogKey, transactionLogValue];
  const said = ` key: {"type":"${int16At(key)}","data":${jsonOf(schemas[0]!, 0, record.key)}}`;
  if (value === null || record.value === null) return `${said} payload: <DELETE>`;
  const version = int16At(value);
  return `${said} payload: {"version":"${version}","data":${jsonOf(schemas[1]!, version, withProtocol(record.value))}}`;
}

function schemasOf(type: string): Schema<object>[] {
  const name = type[0]!.toLowerCase() + type.slice(1);
  const byName: Readonly<Record<string, unknown>> = groups;
  return [byName[`${name}Key`], byName[`${name}Value`]] as Schema<object>[];
}

function int16At(bytes: Uint8Array): number {
  const prefix = prefixOf(bytes);
  if (prefix instanceof WireError) throw prefix;
  return prefix;
}

/** What members of a classic consumer group told of themselves and were given, which no coordinator reads. */
function withProtocol(value: object): object {
  if (!('members' in value) || !('protocolType' in value)) return value;
  if (value.protocolType !== CONSUMER_PROTOCOL_TYPE) return value;
  const members = value.members as { readonly subscription: Uint8Array; readonly assignment: Uint8Array }[];
  return {
    ...value,
    members: members.map(({ subscription, assignment, ...member }) => ({
      ...member,
      subscription: new Json(consumerProtocolSubscription, subscription, decodeSubscription(subscription)),
      assignment: new Json(consumerProtocolAssignment, assignment, decodeAssignment(assignment)),
    })),
  };
}

/** Bytes that are shown as what they say, if they say anything. */
class Json {
  readonly text: string;
  constructor(schema: Schema<object>, bytes: Uint8Array, said: object) {
    this.text = said instanceof WireError ? base64Of(bytes) : jsonOf(schema, int16At(bytes), said);
  }
}

function base64Of(bytes: Uint8Array): string {
  return `"${Buffer.from(bytes).toString('base64')}"`;
}

function jsonOf({ fields }: Pick<Schema<object>, 'fields'>, version: number, value: object): string {
  const held: Readonly<Record<string, unknown>> = { ...value };
  const shown: [string, unknown][] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (!covers(field.versions, version)) continue;
    if (covers(field.tagged, version) && isDefault(field, held[name])) continue;
    shown.push([name, held[name]]);
  }
  const parts = shown.map(([name, each]) => `"${name}":${jsonOfField(fields[name]!, version, each)}`);
  return `{${parts.join(',')}}`;
}

function isDefault(field: Field<unknown>, value: unknown): boolean {
  if (value === null || field.default === null) return value === field.default;
  if (Array.isArray(value)) return value.length === 0;
  if (field.type !== 'struct') return value === field.default;
  return Object.entries(field.fields!).every(([name, each]) =>
    isDefault(each, (value as Readonly<Record<string, unknown>>)[name]),
  );
}

function jsonOfField(field: Field<unknown>, version: number, value: unknown): string {
  if (field.type === 'hash64') return `${BigInt.asIntN(64, BigInt(`0x${value}`))}`;
  if (value instanceof Json) return value.text;
  if (value instanceof Uint8Array) return base64Of(value);
  if (field.fields === null || value === null) return JSON.stringify(value);
  const fields = { fields: field.fields };
  if (!Array.isArray(value)) return jsonOf(fields, version, value as object);
  return `[${value.map((element: object) => jsonOf(fields, version, element)).join(',')}]`;
}

function covers(versions: Field<unknown>['tagged'], version: number): boolean {
  return versions !== null && version >= versions.min && version <= versions.max;
}
