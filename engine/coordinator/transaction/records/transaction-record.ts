import { decodeVersioned, encodeVersioned, prefixOf, WireError } from '../../../wire/index.ts';
import type { CoordinatorRecord, RecordCodec } from '../../runtime/index.ts';
import {
  type TransactionLogKey,
  type TransactionLogValue,
  transactionLogKey,
  transactionLogValue,
} from './transaction-log.ts';

/** One record of `__transaction_state`: all that is known of a transactional id. */
export interface TransactionRecord {
  readonly key: TransactionLogKey;
  /** null: the id is forgotten. */
  readonly value: TransactionLogValue | null;
  /** The value's version to write: 1 from transaction.version 1 on (`TransactionVersion.transactionLogValueVersion`). */
  readonly version: number;
}

const KEY_VERSION = 0;

/** How records of `__transaction_state` become bytes and are read again. */
export const transactionRecordCodec: RecordCodec<TransactionRecord> = {
  encode({ key, value, version }: TransactionRecord): CoordinatorRecord {
    return {
      key: encodeVersioned(transactionLogKey, KEY_VERSION, key),
      value: value === null ? null : encodeVersioned(transactionLogValue, version, value),
    };
  },

  decode(key: Uint8Array, value: Uint8Array | null): TransactionRecord | null | string {
    const keyVersion = prefixOf(key);
    if (keyVersion instanceof WireError) return `key: ${keyVersion.message}`;
    if (keyVersion !== KEY_VERSION) return null;
    const decodedKey = decodeVersioned(transactionLogKey, KEY_VERSION, key);
    if (decodedKey instanceof WireError) return `key: ${decodedKey.message}`;
    const version = value === null ? 0 : prefixOf(value);
    if (version instanceof WireError) return `value: ${version.message}`;
    if (!transactionLogValue.has(version)) return null;
    const decodedValue = value === null ? null : decodeVersioned(transactionLogValue, version, value);
    if (decodedValue instanceof WireError) return `value: ${decodedValue.message}`;
    return { key: decodedKey, value: decodedValue, version };
  },
};
