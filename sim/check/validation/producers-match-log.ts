import type { Log } from '../../../engine/log/index.ts';
import {
  type BatchHeader,
  ControlType,
  parseBatch,
  RecordsError,
  readControlRecords,
} from '../../../engine/records/index.ts';
import type { Violation } from '../../result/index.ts';
import { type ClusterViews, isThinned } from '../cluster-views.ts';

export const PRODUCERS_MATCH_LOG = {
  name: 'ProducersMatchLog',
  property:
    'At the end what every replica knows of producers, of open and of aborted transactions is what the batches of its log say.',
} as const;

interface Read {
  epoch: number;
  lastSequence: number;
  openFrom: number;
}

interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

const SEQUENCES = 2 ** 31;

/** Reads every log from its start. What compaction has thinned out says less than was written: it is left out. */
export function validateProducers(at: number, views: ClusterViews): Violation[] {
  const violations: Violation[] = [];
  for (const { name, view } of views.brokers) {
    for (const { log } of view?.replicas() ?? []) {
      if (log === null || isThinned(log, views)) continue;
      const difference = describeDifference(log);
      if (difference === null) continue;
      violations.push({
        check: PRODUCERS_MATCH_LOG.name,
        at,
        message: `${log.name}: on ${name} ${difference}`,
        evidence: { log: log.name, node: name },
      });
    }
  }
  return violations;
}

function describeDifference(log: Log): string | null {
  const producers = new Map<number, Read>();
  const aborted: Aborted[] = [];
  for (const batch of log.batches(log.logStartOffset)) {
    const header = parseBatch(batch);
    if (header instanceof RecordsError) return null;
    if (header.producerId >= 0) take(batch, header, producers, aborted);
  }
  return differenceOfProducers(log, producers) ?? differenceOfAborted(log, aborted);
}

function take(
  batch: Uint8Array,
  {
    baseOffset,
    baseSequence,
    isControl,
    isTransactional,
    lastOffset,
    producerEpoch,
    producerId,
  }: BatchHeader,
  producers: Map<number, Read>,
  aborted: Aborted[],
): void {
  let read = producers.get(producerId);
  if (read === undefined) producers.set(producerId, (read = { epoch: -1, lastSequence: -1, openFrom: -1 }));
  if (producerEpoch !== read.epoch) read.lastSequence = -1;
  read.epoch = producerEpoch;
  if (!isControl) {
    read.lastSequence =
      baseSequence < 0 ? baseSequence : (baseSequence + lastOffset - baseOffset) % SEQUENCES;
    if (isTransactional && read.openFrom < 0) read.openFrom = baseOffset;
    return;
  }
  const records = readControlRecords(batch);
  const isAbort = !(records instanceof RecordsError) && records[0]?.type === ControlType.ABORT;
  if (isAbort && read.openFrom >= 0) aborted.push({ producerId, firstOffset: read.openFrom, lastOffset });
  read.openFrom = -1;
}

/** Who has been forgotten for its silence is known to nobody; where a log was cut in front more may be known. */
function differenceOfProducers(log: Log, producers: ReadonlyMap<number, Read>): string | null {
  for (const { lastSequence, producerEpoch, producerId, transactionFrom } of log.producers.entries()) {
    const read = producers.get(producerId);
    if (read === undefined) {
      if (log.logStartOffset > 0) continue;
      return `producer ${producerId} is known, and no batch is its own`;
    }
    const known = `epoch ${producerEpoch}, sequence ${lastSequence}, open from ${transactionFrom}`;
    const said = `epoch ${read.epoch}, sequence ${read.lastSequence}, open from ${read.openFrom}`;
    const isCut = log.logStartOffset > 0;
    const sameSequence = lastSequence === read.lastSequence || (isCut && read.lastSequence === -1);
    const sameOpen =
      transactionFrom === read.openFrom || (transactionFrom >= 0 && transactionFrom < log.logStartOffset);
    if (producerEpoch === read.epoch && sameSequence && sameOpen) continue;
    return `producer ${producerId} is known by ${known}, and its batches say ${said}`;
  }
  return null;
}

function differenceOfAborted(log: Log, aborted: readonly Aborted[]): string | null {
  const { logEndOffset, logStartOffset } = log;
  const indexed = log.producers.abortedBetween(logStartOffset, logEndOffset);
  let at = 0;
  for (const { firstOffset, lastOffset, producerId } of indexed) {
    const said = aborted[at];
    const isSame =
      said?.producerId === producerId &&
      said.lastOffset === lastOffset &&
      (said.firstOffset === firstOffset || firstOffset < logStartOffset);
    if (isSame) at++;
    // What it began with, and all it wrote, may be gone; its marker is not.
    else if (firstOffset >= logStartOffset)
      return `the transaction index has producer ${producerId} aborted from ${firstOffset} to ${lastOffset}, and the log does not`;
  }
  const missing = aborted[at];
  if (missing === undefined) return null;
  const { firstOffset, lastOffset, producerId } = missing;
  return `producer ${producerId} aborted offsets ${firstOffset} to ${lastOffset}, and the transaction index does not say so`;
}
