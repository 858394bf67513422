import type { Mutation } from '../mutation.ts';

export const compaction: readonly Mutation[] = [
  {
    id: 'T18',
    bug: 'The cleaner drops the last batch of a producer (KAFKA-5490)',
    patches: [
      {
        file: 'engine/log/compaction/clean-batch.ts',
        find: 'if (last.lastDataOffset >= 0) return header.lastOffset === last.lastDataOffset;',
        replace: 'if (last.lastDataOffset >= 0) return false;',
      },
    ],
    caughtBy: [
      'a compacted log with transactions knows its producers’ sequences after everything that they wrote is superseded',
    ],
    scenario: 'test/engine/log/compaction/transactions.test.ts',
    seeds: 1,
  },
  {
    id: 'T18b',
    bug: 'The cleaner drops the last marker of a producer, with the epoch that fences (KAFKA-8335)',
    patches: [
      {
        file: 'engine/log/compaction/clean-batch.ts',
        find: 'return header.isControl && header.producerEpoch === last.producerEpoch;',
        replace: 'return false;',
      },
    ],
    caughtBy: [
      'a marker that is the last that an active producer wrote stays without its record, for its epoch, and opens no transaction at the next boot',
    ],
    scenario: 'test/engine/log/compaction/transactions.test.ts',
    seeds: 1,
  },
  {
    id: 'C1',
    bug: 'A tombstone goes the first time that it is cleaned (KIP-534)',
    patches: [
      {
        file: 'engine/log/compaction/clean-batch.ts',
        find: '(record.hasValue || !isPastHorizon)',
        replace: 'record.hasValue',
      },
    ],
    caughtBy: [
      'a tombstone takes earlier records with it at once, and goes itself delete.retention.ms after it was first cleaned',
    ],
    scenario: 'test/engine/log/compaction/log-cleaner.test.ts',
    seeds: 1,
  },
  {
    id: 'C2',
    bug: 'The cleaner drops the last value of a key',
    patches: [
      {
        file: 'engine/log/compaction/offset-map.ts',
        find: 'latest > record.offset',
        replace: 'latest >= record.offset',
      },
    ],
    caughtBy: [
      'after any history a compacted log has the last record of each key below where it is clean, and all above',
    ],
    scenario: 'test/engine/log/compaction/compaction.property.test.ts',
    seeds: 1,
  },
  {
    id: 'C3',
    bug: 'The cleaner goes over records of an open transaction',
    patches: [
      {
        file: 'engine/log/compaction/cleanable-range.ts',
        find: 'const bound = Math.min(log.lastStableOffset, active);',
        replace: 'const bound = Math.min(log.highWatermark, active);',
      },
    ],
    caughtBy: ['a compacted log with transactions is clean only below the first open transaction'],
    scenario: 'test/engine/log/compaction/transactions.test.ts',
    seeds: 1,
  },
  {
    id: 'C4',
    bug: 'A commit marker goes before its records',
    patches: [
      {
        file: 'engine/log/compaction/cleaned-transactions.ts',
        find: 'return !this.#committed.delete(header.producerId);',
        replace: 'return true;',
      },
    ],
    caughtBy: ['a transaction that was committed keeps its marker as long as any of its batches is there'],
    scenario: 'test/engine/log/compaction/clean-batch.test.ts',
    seeds: 1,
  },
  {
    id: 'C4b',
    bug: 'An abort marker’s entry goes before its records: they are read as committed',
    patches: [
      {
        file: 'engine/log/compaction/cleaned-transactions.ts',
        find: 'if (aborted === undefined || !aborted.hasData) return true;',
        replace: 'if (aborted === undefined || aborted.transaction.firstOffset >= 0) return true;',
      },
    ],
    caughtBy: [
      'a compacted log with transactions forgets what was aborted, and keeps what it would have superseded',
    ],
    scenario: 'test/engine/log/compaction/transactions.test.ts',
    seeds: 1,
  },
  {
    id: 'C5',
    bug: 'The cleaner goes above the high watermark (KAFKA-13194)',
    patches: [
      {
        file: 'engine/log/compaction/cleanable-range.ts',
        find: 'const bound = Math.min(log.lastStableOffset, active);',
        replace:
          'const bound = log.producers.firstUnstableOffset < 0 ? active : Math.min(log.lastStableOffset, active);',
      },
    ],
    caughtBy: ['a compacted log keeps what is not replicated'],
    scenario: 'test/engine/log/compaction/log-cleaner.test.ts',
    seeds: 1,
  },
  {
    id: 'C6',
    bug: 'A crash between a rename and the next is not completed (KAFKA-6264, KAFKA-12520)',
    patches: [
      {
        file: 'engine/log/load-segments.ts',
        find: '  return completeSwaps(storage, directory, out);',
        replace: '  return null;',
      },
    ],
    caughtBy: [
      'a process that dies while it cleans finds a whole log at its next boot wherever it died, and cleans on',
    ],
    scenario: 'test/engine/log/compaction/swap.test.ts',
    seeds: 1,
  },
  {
    id: 'C7',
    bug: 'A gap at the end of a segment is dirty for ever (KAFKA-8764)',
    patches: [
      {
        file: 'engine/log/compaction/log-cleaning.ts',
        find: `      this.#map.latestOffset = Math.max(this.#map.latestOffset, next - 1);
`,
        replace: '',
      },
    ],
    caughtBy: [
      'the cleaner is done with a log whose segment ends in a gap, and does not begin again for ever (KAFKA-8764)',
    ],
    scenario: 'test/engine/log/compaction/log-cleaner.test.ts',
    seeds: 1,
  },
  {
    id: 'C8',
    bug: 'Retention deletes what the cleaner is reading (KAFKA-7322)',
    patches: [
      {
        file: 'engine/log/compaction/log-cleaner.ts',
        find: 'return isCompacted(log) || this.current === log.name;',
        replace: 'return false;',
      },
    ],
    caughtBy: ['compact and delete deletes nothing that is being cleaned (KAFKA-7322)'],
    scenario: 'test/engine/log/compaction/log-cleaner.test.ts',
    seeds: 1,
  },
  {
    id: 'C9',
    bug: 'A checkpoint above the active segment is believed (KAFKA-9826)',
    patches: [
      {
        file: 'engine/log/compaction/log-cleaner.ts',
        find: 'if ((this.#cleanedTo.get(log.name) ?? 0) > active) this.#cleanedTo.set(log.name, active);',
        replace: '',
      },
    ],
    caughtBy: ['the cleaner says nothing of what was cut off just before a crash'],
    scenario: 'test/engine/log/compaction/log-cleaner.test.ts',
    seeds: 1,
  },
];
