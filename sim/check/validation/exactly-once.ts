import type { Compression } from '../../../engine/records/index.ts';
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
  readonly idOf: (value: Uint8Array | null) => number;
  /** The record that a copy was made from; -1: it is none. */
  readonly sourceOf: (value: Uint8Array | null) => number;
  /** The input has been read to its end: a record without a copy is lost, not late. */
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
  for (const { value } of committedRecords(views, flow.from, compression)) inputs.add(flow.idOf(value));
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
