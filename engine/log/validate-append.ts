import {
  ATTRIBUTES,
  type BatchHeader,
  type BatchRoom,
  CRC,
  crc32c,
  LOG_APPEND_TIME_FLAG,
  MAX_TIMESTAMP,
  NO_PRODUCER_ID,
  parseBatch,
  RecordsError,
  recordsSection,
  scanRecords,
  withLeader,
  writeInt32,
  writeInt64,
} from '../records/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { LogConfig } from './log-config.ts';
import { LogFailure, recordsFailure } from './log-failure.ts';
import type { LogStorage } from './log-storage.ts';

/**
 * Who hands a batch to a leader (`AppendOrigin`): a coordinator may write control batches, a client may not.
 */
export type AppendOrigin = 'client' | 'coordinator';

/** A batch that may be appended, and the timestamp that its header should say. */
export interface AcceptedBatch {
  readonly batch: Uint8Array;
  readonly header: BatchHeader;
  readonly maxTimestamp: number;
}

/**
 * What a leader asks of a batch before it takes it, in Kafka's order (`UnifiedLog.analyzeAndValidateRecords`,
 * then `LogValidator`). Records within a compressed batch are looked at only where a rule needs them (keys of
 * a compacted topic) and the codec is there; Kafka unfolds every one.
 */
export function acceptBatch(
  batch: Uint8Array,
  origin: AppendOrigin,
  config: LogConfig,
  storage: LogStorage,
): AcceptedBatch | LogFailure {
  const header = parseBatch(batch);
  if (header instanceof RecordsError) return recordsFailure(header);
  if (origin === 'client' && header.baseOffset !== 0) {
    return new LogFailure(ErrorCode.INVALID_RECORD, `base offset ${header.baseOffset} from a client`);
  }
  if (header.length > config['max.message.bytes']) {
    return new LogFailure(ErrorCode.MESSAGE_TOO_LARGE, `a batch of ${header.length} bytes`);
  }
  const damage = storage.verified.verify(batch);
  if (damage !== null) return recordsFailure(damage);
  const refused = origin === 'client' ? rejectClientBatch(header) : null;
  return refused ?? acceptRecords(batch, header, config, storage);
}

function rejectClientBatch(header: BatchHeader): LogFailure | null {
  const span = header.lastOffset - header.baseOffset + 1;
  if (header.count <= 0 || span !== header.count) {
    return new LogFailure(ErrorCode.INVALID_RECORD, `${header.count} records in ${span} offsets`);
  }
  if (header.isControl) return new LogFailure(ErrorCode.INVALID_RECORD, 'a control batch from a client');
  if (header.producerId !== NO_PRODUCER_ID && header.baseSequence < 0) {
    return new LogFailure(ErrorCode.INVALID_RECORD, `sequence ${header.baseSequence} of a producer id`);
  }
  return null;
}

function acceptRecords(
  batch: Uint8Array,
  header: BatchHeader,
  config: LogConfig,
  storage: LogStorage,
): AcceptedBatch | LogFailure {
  const nowMs = storage.wall.nowMs();
  const isAppendTime = config['message.timestamp.type'] === 'LogAppendTime';
  if (!isAppendTime && header.isLogAppendTime) {
    return new LogFailure(ErrorCode.INVALID_TIMESTAMP, 'a producer does not say LogAppendTime');
  }
  const isCompacted = config['cleanup.policy'].includes('compact');
  let minTimestamp = Math.min(header.baseTimestamp, header.maxTimestamp);
  let maxTimestamp = header.maxTimestamp;
  if (header.codec === 0 || isCompacted) {
    const section = recordsSection(batch, header, storage.compression);
    if (section instanceof RecordsError) return recordsFailure(section);
    const scan = scanRecords(section, header);
    if (scan instanceof RecordsError) return recordsFailure(scan);
    if (isCompacted && scan.hasNullKey && !header.isControl) {
      return new LogFailure(ErrorCode.INVALID_RECORD, 'a record without a key on a compacted topic');
    }
    ({ minTimestamp, maxTimestamp } = scan);
  }
  if (isAppendTime) return { batch, header, maxTimestamp: nowMs };
  const tooLate = maxTimestamp - nowMs > config['message.timestamp.after.max.ms'];
  const tooEarly = minTimestamp >= 0 && nowMs - minTimestamp > config['message.timestamp.before.max.ms'];
  if (tooLate || tooEarly) {
    return new LogFailure(
      ErrorCode.INVALID_TIMESTAMP,
      `timestamps ${minTimestamp}..${maxTimestamp} at ${nowMs}`,
    );
  }
  return { batch, header, maxTimestamp };
}

/**
 * The batch as the log keeps it. The header's maximum timestamp is set right where the records say otherwise,
 * which takes a new checksum; most batches need none.
 */
export function stampBatch(
  accepted: AcceptedBatch,
  baseOffset: number,
  leaderEpoch: number,
  config: LogConfig,
  room: BatchRoom,
) {
  const stamped = withLeader(accepted.batch, baseOffset, leaderEpoch, room);
  const isAppendTime = config['message.timestamp.type'] === 'LogAppendTime';
  const { header, maxTimestamp } = accepted;
  if (header.maxTimestamp === maxTimestamp && header.isLogAppendTime === isAppendTime) return stamped;
  if (isAppendTime) stamped[ATTRIBUTES + 1]! |= LOG_APPEND_TIME_FLAG;
  writeInt64(stamped, MAX_TIMESTAMP, maxTimestamp);
  writeInt32(stamped, CRC, crc32c(stamped, ATTRIBUTES, stamped.length));
  return stamped;
}
