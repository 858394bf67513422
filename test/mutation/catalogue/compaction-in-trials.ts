import type { Mutation } from '../mutation.ts';

const CLEAN_BATCH = 'engine/log/compaction/clean-batch.ts';
const CLEANING = 'engine/log/compaction/log-cleaning.ts';
const PRODUCERS = 'engine/log/producer/log-producers.ts';
const RANGE = 'engine/log/compaction/cleanable-range.ts';
const TRANSACTIONS = 'engine/log/compaction/cleaned-transactions.ts';

/** What checks of whole trials see of a broken cleaner; `compaction.ts` has what tests of the log see. */
export const compactionInTrials: readonly Mutation[] = [
  {
    id: 'C10',
    bug: 'The cleaner takes the last value of a key too',
    patches: [
      {
        file: 'engine/log/compaction/offset-map.ts',
        find: 'return latest !== undefined && latest > record.offset;',
        replace: 'return latest !== undefined && latest >= record.offset;',
      },
    ],
    caughtBy: ['CompactionKeepsLast'],
    scenario: 'compacted topic with transactions',
    seeds: 3,
  },
  {
    id: 'C11',
    bug: 'A tombstone goes with the first cleaning (inverse of KIP-534)',
    patches: [
      {
        file: CLEAN_BATCH,
        find: 'const isPastHorizon = header.hasDeleteHorizon && header.baseTimestamp <= nowMs;',
        replace: 'const isPastHorizon = nowMs >= 0;',
      },
    ],
    caughtBy: ['CompactionKeepsLast'],
    scenario: 'compacted topic with transactions',
    seeds: 3,
  },
  {
    id: 'C12',
    bug: 'An aborted record supersedes the committed one before it',
    patches: [
      {
        file: CLEANING,
        find: 'else if (!transactions.isAborted(header)) {',
        replace: 'else if (transactions.isAborted(header) || header.count >= 0) {',
      },
    ],
    caughtBy: ['CompactionKeepsLast'],
    scenario: 'compacted topic with transactions',
    seeds: 3,
  },
  {
    id: 'C13',
    bug: 'The cleaner goes above the last stable offset (KAFKA-13194)',
    patches: [
      {
        file: RANGE,
        find: 'const bound = Math.min(log.lastStableOffset, active);',
        replace: 'const bound = active;',
      },
    ],
    caughtBy: ['CompactionKeepsLast', 'EngineAssertion'],
    scenario: 'compacted topic with transactions',
    seeds: 5,
  },
  {
    id: 'C14',
    bug: 'Aborted records are kept like others',
    patches: [
      {
        file: CLEAN_BATCH,
        find: ': transactions.isAborted(header);',
        replace: ': transactions.isAborted(header) && header.count === 0;',
      },
    ],
    caughtBy: ['CompactionKeepsLast'],
    scenario: 'compacted topic with transactions',
    seeds: 3,
  },
  {
    id: 'C15',
    bug: 'A marker goes while records of its transaction are still there',
    patches: [
      {
        file: TRANSACTIONS,
        find: 'return !this.#committed.delete(header.producerId);',
        replace: 'return this.#committed.delete(header.producerId) || true;',
      },
    ],
    caughtBy: ['CompactionKeepsLast', 'stuck'],
    scenario: 'compacted topic with transactions',
    seeds: 5,
  },
  {
    id: 'C18',
    bug: 'The last batch of a producer goes with its records (KAFKA-5490, KAFKA-8335)',
    patches: [
      {
        file: CLEAN_BATCH,
        find: 'if (saysWhereProducerStands(header, place.lastRecord)) return withoutRecords(batch, header);',
        replace: 'saysWhereProducerStands(header, place.lastRecord);',
      },
    ],
    caughtBy: ['CompactionKeepsLast'],
    scenario: 'compacted topic with transactions',
    seeds: 5,
  },
  {
    id: 'C16',
    bug: 'An earlier value stays when its batch is all superseded',
    patches: [
      {
        file: CLEAN_BATCH,
        find: 'return place.isLastOfSegment ? placeholderBatch(header) : null;',
        replace: 'return batch;',
      },
    ],
    caughtBy: ['CompactionKeepsLast'],
    scenario: 'compacted topic with transactions',
    seeds: 3,
  },
  {
    id: 'C17',
    bug: 'The index of aborted transactions is believed after a power loss, and not flushed with the log',
    patches: [
      {
        file: PRODUCERS,
        find: 'if (!wasClean) this.#recoverAborted(logStartOffset);',
        replace: 'if (!wasClean && nowMs < 0) this.#recoverAborted(logStartOffset);',
      },
      {
        file: PRODUCERS,
        find: 'if (wasClean) this.#aborted.load(from);',
        replace: 'this.#aborted.load(from);',
      },
      {
        file: 'engine/log/producer/aborted-transactions.ts',
        find: `encodeAborted([entry])));
    this.#recoveryPoint.touchFile(path);`,
        replace: 'encodeAborted([entry])));',
      },
    ],
    caughtBy: ['CompactionKeepsLast', 'G1a'],
    scenario: 'power lost while logs are cleaned',
    seeds: 5,
  },
  {
    id: 'C19',
    bug: 'The segment whose latest record is of the asked time is passed over',
    patches: [
      {
        file: 'engine/log/find-timestamp.ts',
        find: 'candidate.maxTimestamp >= timestamp',
        replace: 'candidate.maxTimestamp > timestamp',
      },
    ],
    caughtBy: ['OffsetsForTimes'],
    scenario: 'quiet',
    seeds: 3,
  },
];
