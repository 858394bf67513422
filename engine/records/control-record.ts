import { unreachable } from '../machine/index.ts';
import {
  array,
  decodeStruct,
  encodeStruct,
  type Infer,
  int16,
  int32,
  int64,
  object,
  type Schema,
  string,
  struct,
  uint16,
  uuid,
  WireError,
} from '../wire/index.ts';
import { type BatchOptions, buildBatch } from './batch-builder.ts';
import { readInt16, writeInt16 } from './big-endian.ts';
import { noCompression } from './compression.ts';
import { type LogRecord, readRecords } from './read-records.ts';
import { RecordsError } from './records-error.ts';

/** `ControlRecordType`: the second int16 of a control record's key. */
export const ControlType = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const;

const voterFields = {
  voterId: int32('0+', 'The voter.'),
  voterDirectoryId: uuid('1+', 'Its log directory (KIP-853).'),
} as const;

export const leaderChangeMessage = struct(
  'LeaderChangeMessage',
  { versions: '0-1', flexible: '0+' },
  {
    version: int16('0+', 'The version of this message.'),
    leaderId: int32('0+', 'The new leader.'),
    voters: array('0+', 'The voters of the epoch.', voterFields),
    grantingVoters: array('0+', 'Those who voted for the leader.', voterFields),
  },
);

export const endTxnMarker = struct(
  'EndTxnMarker',
  { versions: '0', flexible: 'none' },
  {
    coordinatorEpoch: int32('0+', 'The transaction coordinator epoch that decided.'),
  },
);

export const snapshotHeaderRecord = struct(
  'SnapshotHeaderRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+', 'The version of this record.'),
    lastContainedLogTimestamp: int64('0+', 'When the last record in the snapshot was appended to the log.'),
  },
);

export const snapshotFooterRecord = struct(
  'SnapshotFooterRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+', 'The version of this record.'),
  },
);

export const kraftVersionRecord = struct(
  'KRaftVersionRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+', 'The version of this record.'),
    kRaftVersion: int16('0+', 'The version of the quorum protocol.'),
  },
);

export const votersRecord = struct(
  'VotersRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+', 'The version of this record.'),
    voters: array('0+', 'The voter set.', {
      voterId: int32('0+', 'The voter.'),
      voterDirectoryId: uuid('0+', 'Its log directory.'),
      endpoints: array('0+', 'Where it is reached.', {
        name: string('0+', 'The listener.'),
        host: string('0+', 'The host.'),
        port: uint16('0+', 'The port.'),
      }),
      kRaftVersionFeature: object('0+', 'What it supports of the quorum protocol.', {
        minSupportedVersion: int16('0+', 'From.'),
        maxSupportedVersion: int16('0+', 'To.'),
      }),
    }),
  },
);

export type LeaderChangeMessage = Infer<typeof leaderChangeMessage>;
export type EndTxnMarker = Infer<typeof endTxnMarker>;
export type SnapshotHeaderRecord = Infer<typeof snapshotHeaderRecord>;
export type SnapshotFooterRecord = Infer<typeof snapshotFooterRecord>;
export type KRaftVersionRecord = Infer<typeof kraftVersionRecord>;
export type VotersRecord = Infer<typeof votersRecord>;

/** A control record to write, or as read. */
export type ControlRecord =
  | { readonly type: typeof ControlType.ABORT | typeof ControlType.COMMIT; readonly message: EndTxnMarker }
  | { readonly type: typeof ControlType.LEADER_CHANGE; readonly message: LeaderChangeMessage }
  | { readonly type: typeof ControlType.SNAPSHOT_HEADER; readonly message: SnapshotHeaderRecord }
  | { readonly type: typeof ControlType.SNAPSHOT_FOOTER; readonly message: SnapshotFooterRecord }
  | { readonly type: typeof ControlType.KRAFT_VERSION; readonly message: KRaftVersionRecord }
  | { readonly type: typeof ControlType.KRAFT_VOTERS; readonly message: VotersRecord };

const KEY_VERSION = 0;
const KEY_BYTES = 4;
/**
 * Every payload is at its version 0 (`ControlRecordUtils`): LeaderChange's version 1 is defined and not yet
 * written.
 */
const PAYLOAD_VERSION = 0;

/**
 * One control batch. Raft's batches carry no producer; an end marker's carries its producer and is
 * transactional.
 */
export function buildControlBatch(
  options: BatchOptions,
  timestamp: number,
  records: readonly ControlRecord[],
): Uint8Array {
  return buildBatch(
    { ...options, isControl: true },
    records.map((record) => ({
      timestamp,
      key: controlKey(record.type),
      value: encodeControlValue(record),
    })),
  );
}

/**
 * The control records of a control batch. A type that is not known here is left out, as Kafka's readers
 * ignore `UNKNOWN`; a key or a payload that cannot be read is an error.
 */
export function readControlRecords(batch: Uint8Array): readonly ControlRecord[] | RecordsError {
  const records = readRecords(batch, noCompression);
  if (records instanceof RecordsError) return records;
  const control: ControlRecord[] = [];
  for (const record of records) {
    const read = decodeControlRecord(record);
    if (read instanceof RecordsError) return read;
    if (read !== null) control.push(read);
  }
  return control;
}

/** Null for a type that is not known here. */
export function decodeControlRecord(record: LogRecord): ControlRecord | null | RecordsError {
  const { key, value } = record;
  if (key === null || key.length < KEY_BYTES || readInt16(key, 0) < 0) {
    return new RecordsError('invalid', 'a control record without a control key');
  }
  const type = readInt16(key, 2);
  const schema = schemaOf(type);
  if (schema === null) return null;
  if (value === null) return new RecordsError('invalid', `a control record of type ${type} without a value`);
  const isMarker = type === ControlType.ABORT || type === ControlType.COMMIT;
  if (isMarker && (value.length < 2 || readInt16(value, 0) < 0)) {
    return new RecordsError('invalid', 'an end transaction marker without a version');
  }
  const message = decodeStruct(schema, PAYLOAD_VERSION, isMarker ? value.subarray(2) : value);
  if (message instanceof WireError) return new RecordsError('invalid', message.message);
  return { type, message } as ControlRecord;
}

function schemaOf(type: number): Schema<object> | null {
  switch (type) {
    case ControlType.ABORT:
    case ControlType.COMMIT:
      return endTxnMarker;
    case ControlType.LEADER_CHANGE:
      return leaderChangeMessage;
    case ControlType.SNAPSHOT_HEADER:
      return snapshotHeaderRecord;
    case ControlType.SNAPSHOT_FOOTER:
      return snapshotFooterRecord;
    case ControlType.KRAFT_VERSION:
      return kraftVersionRecord;
    case ControlType.KRAFT_VOTERS:
      return votersRecord;
    default:
      return null;
  }
}

function controlKey(type: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES);
  writeInt16(key, 0, KEY_VERSION);
  writeInt16(key, 2, type);
  return key;
}

/** An end marker's value has its version before it; the raft messages carry theirs as a field. */
function encodeControlValue(record: ControlRecord): Uint8Array {
  switch (record.type) {
    case ControlType.ABORT:
    case ControlType.COMMIT:
      return versionPrefixed(encodeStruct(endTxnMarker, PAYLOAD_VERSION, record.message));
    case ControlType.LEADER_CHANGE:
      return encodeStruct(leaderChangeMessage, PAYLOAD_VERSION, record.message);
    case ControlType.SNAPSHOT_HEADER:
      return encodeStruct(snapshotHeaderRecord, PAYLOAD_VERSION, record.message);
    case ControlType.SNAPSHOT_FOOTER:
      return encodeStruct(snapshotFooterRecord, PAYLOAD_VERSION, record.message);
    case ControlType.KRAFT_VERSION:
      return encodeStruct(kraftVersionRecord, PAYLOAD_VERSION, record.message);
    case ControlType.KRAFT_VOTERS:
      return encodeStruct(votersRecord, PAYLOAD_VERSION, record.message);
    default:
      return unreachable(record);
  }
}

function versionPrefixed(message: Uint8Array): Uint8Array {
  const value = new Uint8Array(2 + message.length);
  writeInt16(value, 0, PAYLOAD_VERSION);
  value.set(message, 2);
  return value;
}
