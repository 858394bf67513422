import type { Frame } from '../machine/index.ts';
import { apiName } from './api-key.ts';
import { apiOf } from './apis.ts';
import { recordsLength } from './codec/sizes.ts';
import { errorName } from './error-code.ts';
import { covers, type Field, type Fields, LONG_MAX, type Records } from './field.ts';

/** Elements of a list and characters of a description that are shown before '…'. */
const MAX_SHOWN = 8;
const MAX_LENGTH = 400;

/**
 * One line about a frame, with the fields that differ from their defaults:
 *
 *     Fetch v18 request #7 replicaState={replicaId=2} topics=[{partitions=[{partition=0 fetchOffset=417}]}]
 */
export function describeFrame(frame: Frame): string {
  const head = `${apiName(frame.apiKey)} v${frame.apiVersion} ${frame.kind} #${frame.correlationId}`;
  const api = apiOf(frame.apiKey);
  if (api === undefined) return head;
  const schema = frame.kind === 'request' ? api.request : api.response;
  const body = describeFields(schema.fields, frame.apiVersion, frame.body);
  const line = body === '' ? head : `${head} ${body}`;
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

function describeFields(fields: Fields, version: number, value: object): string {
  const shown: string[] = [];
  for (const name of Object.keys(fields)) {
    const field = fields[name]!;
    const held = (value as Readonly<Record<string, unknown>>)[name];
    if (!covers(field.versions, version)) continue;
    const text = describeField(name, field, version, held);
    if (text !== null) shown.push(`${name}=${text}`);
  }
  return shown.join(' ');
}

/** Null for a default, which is not worth showing. */
function describeField(name: string, field: Field<unknown>, version: number, held: unknown): string | null {
  if (held === field.default) return null;
  if (held === null) return 'null';
  switch (field.type) {
    case 'struct': {
      const inner = describeFields(field.fields!, version, held as object);
      return inner === '' ? null : `{${inner}}`;
    }
    case 'structs':
      return describeList(held as readonly object[], (each) => {
        return `{${describeFields(field.fields!, version, each)}}`;
      });
    case 'scalars':
      return describeList(held as readonly unknown[], String);
    case 'records':
      return `${recordsLength(held as Records)}B`;
    case 'bytes':
      return `${(held as Uint8Array).length}B`;
    case 'int16':
      return name.endsWith('rrorCode') ? errorName(held as number) : String(held);
    case 'int64':
      return held === LONG_MAX ? 'max' : String(held);
    default:
      return String(held);
  }
}

function describeList<T>(list: readonly T[], describe: (element: T) => string): string | null {
  if (list.length === 0) return null;
  const shown = list.slice(0, MAX_SHOWN).map(describe);
  if (list.length > MAX_SHOWN) shown.push(`…${list.length - MAX_SHOWN} more`);
  return `[${shown.join(' ')}]`;
}
