import type { Compression } from '../../../engine/records/index.ts';
import { utf8Decode } from '../../../engine/wire/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';
import { committedRecords } from './committed-records.ts';

export const EXACT_TOTALS = {
  name: 'ExactTotals',
  property:
    'Of a data set that was sent to its end and exactly once, as many records of each key are committed as it has, and so they are in what pipelines made of it.',
} as const;

/** A topic, and how many records of each key should be committed to it. */
export interface Totals {
  readonly topic: string;
  /** Those that its records were copied from, all the way up. */
  readonly from: readonly string[];
  readonly byKey: ReadonlyMap<string, number>;
}

/** To be asked when all has been sent and read. */
export function validateExactTotals(
  at: number,
  views: ClusterViews,
  compression: Compression,
  { topic, from, byKey }: Totals,
): Violation[] {
  const counts = new Map<string, number>();
  for (const { key } of committedRecords(views, topic, compression)) {
    const word = key === null ? '' : utf8Decode(key);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const keys = [...new Set([...byKey.keys(), ...counts.keys()])];
  return keys.flatMap((key) => {
    const expected = byKey.get(key) ?? 0;
    const count = counts.get(key) ?? 0;
    if (count === expected) return [];
    const message = `${topic}: ${count} records of ${key} are committed, and the data set has ${expected}`;
    return [
      {
        check: EXACT_TOTALS.name,
        at,
        message,
        evidence: { topic, topics: [topic, ...from], key, count, expected },
      },
    ];
  });
}
