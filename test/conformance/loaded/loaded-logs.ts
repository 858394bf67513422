import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadDisk } from '../../../cli/save-disks.ts';
import { Log, LogStorage, logConfigDefaults } from '../../../engine/log/index.ts';
import { isDiskError } from '../../../engine/machine/index.ts';
import {
  ControlType,
  noCompression,
  parseBatch,
  RecordsError,
  readControlRecords,
  readRecords,
} from '../../../engine/records/index.ts';
import { RecordingOutbox } from '../../engine/recording-outbox.ts';

/** Time stands still: nothing that is loaded is old. */
export const WALL = { nowMs: (): number => 0 };

const CLEAN_MARKER = '.kafka_cleanshutdown';

/** The logs of a real directory as this engine opens them, everything replicated. `recovers`: as after a crash. */
export function loadLogs(directory: string, recovers = false): ReadonlyMap<string, Log> {
  const parent = `/${basename(directory)}`;
  const whole = loadDisk(join(directory, '..'));
  const wasClean = !recovers && existsSync(join(directory, CLEAN_MARKER));
  const logs = new Map<string, Log>();
  for (const name of whole.list(parent)) {
    if (!/-\d+$/.test(name) || name.startsWith('__cluster_metadata')) continue;
    const log = Log.open(
      {
        storage: new LogStorage({ disk: whole, wall: WALL }),
        parent,
        name,
        topicId: null,
        config: logConfigDefaults,
        wasClean,
        highWatermark: Number.MAX_SAFE_INTEGER,
      },
      new RecordingOutbox(),
    );
    if (isDiskError(log)) throw new Error(`${name}: ${log.code}`);
    logs.set(name, log);
  }
  return logs;
}

/**
 * `offset key value` of every record that a reader of committed records is given. `isEnded`: once every transaction that
 * is open has been aborted.
 */
export function committedRecords(log: Log, isEnded = false): string[] {
  const { logEndOffset, logStartOffset, producers } = log;
  const lastStableOffset = isEnded ? logEndOffset : log.lastStableOffset;
  const open = producers.entries().filter(({ transactionFrom }) => isEnded && transactionFrom >= 0);
  const aborted = [
    ...producers.abortedBetween(logStartOffset, lastStableOffset),
    ...open.map(({ producerId, transactionFrom }) => ({ producerId, firstOffset: transactionFrom })),
  ].sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<number>();
  const lines: string[] = [];
  for (const batch of log.batches(logStartOffset)) {
    const header = parseBatch(batch);
    if (header instanceof RecordsError) throw header;
    if (header.baseOffset >= lastStableOffset) break;
    while (aborted[0] !== undefined && aborted[0].firstOffset <= header.lastOffset)
      aborting.add(aborted.shift()!.producerId);
    if (header.isControl) {
      if (isAbortMarker(batch)) aborting.delete(header.producerId);
      continue;
    }
    if (header.isTransactional && aborting.has(header.producerId)) continue;
    const records = readRecords(batch, noCompression);
    if (records instanceof RecordsError) throw records;
    for (const { key, offset, value } of records) lines.push(`${offset} ${textOf(key)} ${textOf(value)}`);
  }
  return lines;
}

function isAbortMarker(batch: Uint8Array): boolean {
  const records = readControlRecords(batch);
  return !(records instanceof RecordsError) && records[0]?.type === ControlType.ABORT;
}

/** Bytes that are no UTF-8 become what they become in what a tool prints. */
function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? 'null' : Buffer.from(bytes).toString();
}
