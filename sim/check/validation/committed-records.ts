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

const CHUNK_BYTES = 1_048_576;

/** What a reader of a topic with read_committed would get, as the leaders have it: no reader's word is needed. */
export function* committedRecords(
  views: ClusterViews,
  topic: string,
  compression: Compression,
): Generator<LogRecord> {
  for (const { view } of views.brokers) {
    for (const replica of view?.replicas() ?? []) {
      if (replica.topic !== topic || replica.role.kind !== 'leader' || replica.log === null) continue;
      yield* committedIn(replica.log, compression);
    }
  }
}

function* committedIn(log: Log, compression: Compression): Generator<LogRecord> {
  const bound = log.lastStableOffset;
  const aborted = log.producers.abortedBetween(log.logStartOffset, bound);
  let next = log.logStartOffset;
  while (next < bound) {
    const read = log.read(next, CHUNK_BYTES, bound, true);
    if (typeof read === 'string' || isDiskError(read) || read.records.length === 0) return;
    for (const batch of read.records) {
      const header = parseBatch(batch);
      if (header instanceof RecordsError) return;
      next = header.lastOffset + 1;
      const { baseOffset, isControl, isTransactional, producerId } = header;
      const isAborted =
        isTransactional &&
        aborted.some(
          (each) =>
            each.producerId === producerId && each.firstOffset <= baseOffset && baseOffset <= each.lastOffset,
        );
      if (isControl || isAborted) continue;
      const records = readRecords(batch, compression);
      if (records instanceof RecordsError) return;
      yield* records;
    }
  }
}
