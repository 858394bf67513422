import type { Compression, LogRecord } from '../../../engine/records/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';
import { committedRecords } from './committed-records.ts';

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
  /** -1: it has none. */
  readonly idOf: (record: LogRecord) => number;
  /** The record that a copy was made from; -1: it is none. */
  readonly sourceOf: (value: Uint8Array | null) => number;
  /** How many pipelines, with this one, make copies of the same input there. */
  readonly copiers: number;
  /** All copies that are there are of this input. */
  readonly isAlone: boolean;
  /** Nothing takes records out of the input: what a copy was made from is there. */
  readonly keepsInput: boolean;
  /** The input has been read to its end, and nothing takes copies away: a record without one is lost, not late. */
  readonly isDrained: boolean;
}

/** Compares what is committed on both sides, as the leaders have it: no reader's word is needed. */
export function validateExactlyOnce(
  at: number,
  views: ClusterViews,
  compression: Compression,
  flow: Flow,
): Violation[] {
  const copies = new Map<number, number>();
  for (const { value } of committedRecords(views, flow.to, compression)) {
    const source = flow.sourceOf(value);
    if (source >= 0) copies.set(source, (copies.get(source) ?? 0) + 1);
  }
  const inputs = new Set<number>();
  for (const record of committedRecords(views, flow.from, compression)) {
    const id = flow.idOf(record);
    if (id >= 0) inputs.add(id);
  }
  const violations: Violation[] = [];
  const found = (message: string, evidence: Record<string, unknown>): void => {
    violations.push({ check: EXACTLY_ONCE.name, at, message: `${flow.name}: ${message}`, evidence });
  };
  for (const [source, count] of copies) {
    const isIn = inputs.has(source);
    if (count > flow.copiers && (isIn || flow.isAlone))
      found(`record ${source} has ${count} copies in ${flow.to}`, { source, count });
    if (!isIn && flow.isAlone && flow.keepsInput)
      found(`record ${source} has a copy and is not in ${flow.from}`, { source });
  }
  if (!flow.isDrained) return violations;
  for (const id of inputs)
    if ((copies.get(id) ?? 0) < flow.copiers) found(`record ${id} has no copy in ${flow.to}`, { source: id });
  return violations;
}
