import type { Log } from '../../../engine/log/index.ts';
import { isDiskError } from '../../../engine/machine/index.ts';
import {
  type Compression,
  type LogRecord,
  parseBatch,
  RecordsError,
  readRecords,
} from '../../../engine/records/index.ts';
import type { ClusterViews } from '../cluster-views.ts';
import type { WhereNow } from '../history/allowed-anomalies.ts';

const CHUNK_BYTES = 1_048_576;

/**
 * Reads every partition's leader up to its high watermark and answers where a value is now. This is what no outside
 * checker can do: it decides `unseen` into lost and late.
 */
export function whereValuesAre(
  views: ClusterViews,
  compression: Compression,
  idOf: (record: LogRecord) => number,
): WhereNow {
  const present = new Map<string, Set<number>>();
  for (const { view } of views.brokers) {
    for (const replica of view?.replicas() ?? []) {
      if (replica.role.kind !== 'leader' || replica.log === null) continue;
      const ids = new Set<number>();
      present.set(replica.name, ids);
      readIds(replica.log, compression, idOf, ids);
    }
  }
  return (log, id) => (present.get(log)?.has(id) === true ? 'replicated' : 'gone');
}

/** Stops where the log cannot be read: what lies beyond counts as gone. */
function readIds(
  log: Log,
  compression: Compression,
  idOf: (record: LogRecord) => number,
  ids: Set<number>,
): void {
  let next = log.logStartOffset;
  while (next < log.highWatermark) {
    const read = log.read(next, CHUNK_BYTES, log.highWatermark, true);
    if (typeof read === 'string' || isDiskError(read) || read.records.length === 0) return;
    for (const batch of read.records) {
      const header = parseBatch(batch);
      const records = readRecords(batch, compression);
      if (records instanceof RecordsError || header instanceof RecordsError) return;
      for (const record of records) ids.add(idOf(record));
      // A cleaner may have left a batch without its records.
      next = header.lastOffset + 1;
    }
  }
}
