import type { CycleName } from './cycle/families.ts';
import type { Indexed } from './indexed.ts';

/**
 * Jepsen's names (`jepsen.tests.kafka`), for sends and for polls by assignment; `lost` and `late` are what `unseen`
 * comes to.
 */
export type AnomalyName =
  | 'inconsistent-offsets'
  | 'duplicate'
  | 'G1a'
  | 'lost-write'
  | 'unseen'
  | 'nonmonotonic-poll'
  | 'poll-skip'
  | 'int-nonmonotonic-poll'
  | 'int-poll-skip'
  | 'nonmonotonic-send'
  | 'int-nonmonotonic-send'
  | 'int-send-skip'
  | 'precommitted-read'
  | CycleName;

export interface Anomaly {
  readonly name: AnomalyName;
  readonly at: number;
  readonly message: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** One kind of anomaly: what it means, and how it is found in a history. */
export interface Detector {
  readonly name: AnomalyName;
  readonly means: string;
  find(indexed: Indexed): Anomaly[];
}
