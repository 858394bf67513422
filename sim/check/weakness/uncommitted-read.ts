import type { Weakness } from './weakness.ts';

/** The default of `isolation.level`, in Java and elsewhere. */
export const uncommittedRead: Weakness = {
  id: 'readers of what is not committed',
  issue: 'KIP-98, isolation.level',
  sentence:
    'A reader is shown records of transactions that are open or aborted, unless it asks for committed ones.',
  under: 'isolation.level read_uncommitted, which is the default',
  recognisedBy: 'everyone who read the value, or read around the circle, reads so',
  excuses: false,
  explain: ({ check, evidence }) =>
    evidence.readsUncommitted === true && !(check.startsWith('G1c') && evidence.throughWrites === true)
      ? { words: 'read with isolation.level read_uncommitted', evidence: {} }
      : null,
};
