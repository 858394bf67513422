import type { Log } from '../../../engine/log/index.ts';
import { isDiskError } from '../../../engine/machine/index.ts';
import { type Compression, parseBatch, RecordsError, readRecords } from '../../../engine/records/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

export const EXACTLY_ONCE = {
  name: 'ExactlyOnce',
  property:
    'Of every record that a pipeline read to the end of its input, exactly one copy is committed to its output.',
} as const;

/** A pipeline, and how its records are told apart. */
export interface Flow {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly idOf: (value: Uint8Array | null) => number;
  /** The record that a copy was made from; -1: it is none. */
  readonly sourceOf: (value: Uint8Array | null) => number;
  /** The input has been read to its end: a record without a copy is lost, not late. */
  readonly isDrained: boolean;
}

const CHUNK_BYTES = 1_048_576;

/** Compares what is committed on both sides, as the leaders have it: no reader's word is needed. */
export function validateExactlyOnce(
  at: number,
  views: ClusterViews,
  compression: Compression,
  flow: Flow,
): Violation[] {
  const copies = new Map<number, number>();
  for (const value of committedValues(views, flow.to, compression)) {
    const source = flow.sourceOf(value);
    if (source >= 0) copies.set(source, (copies.get(source) ?? 0) + 1);
  }
  const inputs = new Set<number>();
  for (const value of committedValues(views, flow.from, compression)) inputs.add(flow.idOf(value));
  const violations: Violation[] = [];
  const found = (message: string, evidence: Record<string, unknown>): void => {
    violations.push({ check: EXACTLY_ONCE.name, at, message: `${flow.name}: ${message}`, evidence });
  };
  for (const [source, count] of copies) {
    if (count > 1) found(`record ${source} has ${count} copies in ${flow.to}`, { source, count });
    if (!inputs.has(source)) found(`record ${source} has a copy and is not in ${flow.from}`, { source });
  }
  if (!flow.isDrained) return violations;
  for (const id of inputs)
    if (!copies.has(id)) found(`record ${id} has no copy in ${flow.to}`, { source: id });
  return violations;
}

/** The values of a topic that a reader with read_committed would get. */
function* committedValues(
  views: ClusterViews,
  topic: string,
  compression: Compression,
): Generator<Uint8Array | null> {
  for (const { view } of views.brokers) {
    for (const replica of view?.replicas() ?? []) {
      if (replica.topic !== topic || replica.role.kind !== 'leader' || replica.log === null) continue;
      yield* committedIn(replica.log, compression);
    }
  }
}

function* committedIn(log: Log, compression: Compression): Generator<Uint8Array | null> {
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
      for (const { value } of records) yield value;
    }
  }
}
