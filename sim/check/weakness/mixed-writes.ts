import type { Weakness } from './weakness.ts';

const WRITE_CYCLES: ReadonlySet<string> = new Set(['G0', 'G0-process', 'G0-realtime']);

/** All or nothing is what a transaction of Kafka's is; others write in between. */
export const mixedWrites: Weakness = {
  id: 'writes of transactions are mixed',
  issue: 'KIP-98',
  sentence:
    'Transactions that are open at once write between each other’s records: there is no order among them.',
  under: 'every version and configuration',
  recognisedBy: 'the circle itself: who wrote right before whom, in which partition',
  excuses: false,
  explain: ({ check, evidence }) =>
    WRITE_CYCLES.has(check) || (check.startsWith('G1c') && evidence.throughWrites === true)
      ? { words: '', evidence: {} }
      : null,
};
