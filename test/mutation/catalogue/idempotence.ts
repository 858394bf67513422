import type { Mutation } from '../mutation.ts';

export const idempotence: readonly Mutation[] = [
  {
    id: 'T17',
    bug: 'Of each producer one batch is known again, not five (a retry over five in flight: KAFKA-5494)',
    patches: [
      {
        file: 'engine/log/producer/producer-entry.ts',
        find: 'const RETAINED_BATCHES = 5;',
        replace: 'const RETAINED_BATCHES = 1;',
      },
    ],
    caughtBy: ['an idempotent producer at its partition is known by its last five batches'],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T17b',
    bug: 'What a snapshot says of producers is not taken back at a boot',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: 'for (const entry of entries) this.#entries.set(entry.producerId, entry);',
        replace: '',
      },
    ],
    caughtBy: [
      'what is known of producers is what the batches say, whatever is cut, rolled and opened again',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T16',
    bug: 'Producers are forgotten with the records that retention deletes (KAFKA-7190)',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: 'this.#deleteSnapshots((at) => at < offset && at !== last);',
        replace: `this.#deleteSnapshots((at) => at < offset && at !== last);
    for (const [id, entry] of this.#entries) if (entry.lastDataOffset < offset) this.#entries.delete(id);`,
      },
    ],
    caughtBy: [
      'an idempotent producer at its partition is known when all that it wrote is deleted (KAFKA-7190)',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T16b',
    bug: 'A producer expires with its transaction open',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: 'if (entry.transactionFrom < 0 && nowMs',
        replace: 'if (nowMs',
      },
    ],
    caughtBy: [
      'an idempotent producer at its partition is forgotten after a day of its records’ own time, unless it has a transaction open',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T15',
    bug: 'A marker does not make its producer younger: it expires by old data, and with it who fenced whom (KAFKA-9144)',
    patches: [
      {
        file: 'engine/log/producer/producer-entry.ts',
        find: `this.coordinatorEpoch = coordinatorEpoch;
    this.lastTimestamp = timestamp;`,
        replace: 'this.coordinatorEpoch = coordinatorEpoch;',
      },
    ],
    caughtBy: [
      'a transaction at its partition whose records are old is remembered by the time of its marker, with who wrote that (KAFKA-9144)',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T15b',
    bug: 'A marker of a coordinator of the past is taken',
    patches: [
      {
        file: 'engine/log/producer/check-batch.ts',
        find: 'if (coordinatorEpoch >= entry.coordinatorEpoch) return null;',
        replace: 'if (coordinatorEpoch >= -1) return null;',
      },
    ],
    caughtBy: [
      'a transaction at its partition is ended by no coordinator of the past (TRANSACTION_COORDINATOR_FENCED)',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T7',
    bug: 'A late marker of TV2 in the transaction’s own epoch is taken (KAFKA-19446, KIP-1228)',
    patches: [
      {
        file: 'engine/log/producer/check-batch.ts',
        find: 'const mustRise = transactionVersion >= EPOCH_BUMP_VERSION && !isRetry;',
        replace: 'const mustRise = isRetry && !isRetry;',
      },
    ],
    caughtBy: [
      'a transaction at its partition of version 2 is ended in a higher epoch than its own; the same marker may come again (KAFKA-19999)',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T7b',
    bug: 'A marker of TV2 that comes again is refused for ever (KAFKA-19999)',
    patches: [
      {
        file: 'engine/log/producer/check-batch.ts',
        find: 'const isRetry = producerEpoch === entry.producerEpoch && entry.transactionFrom < 0;',
        replace: 'const isRetry = producerEpoch < -1;',
      },
    ],
    caughtBy: [
      'a transaction at its partition of version 2 is ended in a higher epoch than its own; the same marker may come again (KAFKA-19999)',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T28',
    bug: 'A truncation leaves aborted transactions in the index',
    patches: [
      {
        file: 'engine/log/producer/aborted-transactions.ts',
        find: `    this.#all.length = this.#firstFrom(offset);
    this.rewrite(segments);`,
        replace: '    this.rewrite(segments);',
      },
    ],
    caughtBy: [
      'what is known of producers is what the batches say, whatever is cut, rolled and opened again',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T28b',
    bug: 'The last stable offset does not wait for the marker’s replication',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: '    this.#ended.push({ firstOffset, lastOffset });',
        replace: '',
      },
    ],
    caughtBy: [
      'a transaction at its partition holds the last stable offset where it begins until its marker is replicated',
    ],
    scenario: 'test/engine/log/producer/producers.test.ts',
    seeds: 1,
  },
  {
    id: 'T1',
    bug: 'What was verified before a transaction ended is written after it: it hangs (KIP-890, KAFKA-14402)',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: 'return this.hasOpen(producerId, producerEpoch) || this.#verifications.get(producerId)?.guard === guard;',
        replace: 'return this.hasOpen(producerId, producerEpoch) || guard >= 0;',
      },
    ],
    caughtBy: [
      'a transaction that is verified before it writes is not written to when it ends meanwhile, also when the next one is asked about (KIP-890)',
    ],
    scenario: 'test/engine/log/producer/verifications.test.ts',
    seeds: 1,
  },
  {
    id: 'T5',
    bug: 'A batch overtakes the one before it, whose verification failed in passing (KAFKA-14920)',
    patches: [
      {
        file: 'engine/log/producer/check-batch.ts',
        find: 'rejectUnverified(entry, header, verification) ?? rejectSequence(entry, header);',
        replace: 'rejectSequence(entry, header);',
      },
    ],
    caughtBy: [
      'a transaction that is verified before it writes does not let a batch overtake one that was refused for a reason that passes (KAFKA-14920)',
    ],
    scenario: 'test/engine/log/producer/verifications.test.ts',
    seeds: 1,
  },
  {
    id: 'T5b',
    bug: 'A new epoch is held to the lowest sequence of the last one (KAFKA-14920)',
    patches: [
      {
        file: 'engine/log/producer/verifications.ts',
        find: `    if (producerEpoch > known.producerEpoch) {
      known.producerEpoch = producerEpoch;
      known.lowestSequence = sequence;
    } else if`,
        replace: '    if',
      },
    ],
    caughtBy: [
      'a transaction that is verified before it writes counts the sequences of its own epoch only (KAFKA-14920)',
    ],
    scenario: 'test/engine/log/producer/verifications.test.ts',
    seeds: 1,
  },
  {
    id: 'T5c',
    bug: 'The marker of the last transaction ends the verification of the next one of TV2',
    patches: [
      {
        file: 'engine/log/producer/verifications.ts',
        find: 'if (!isOfNext) this.#byProducer',
        replace: 'if (!isOfNext || header.isControl) this.#byProducer',
      },
    ],
    caughtBy: [
      'a transaction that is verified before it writes is not ended by the marker of the one before, which has its epoch in version 2',
    ],
    scenario: 'test/engine/log/producer/verifications.test.ts',
    seeds: 1,
  },
  {
    id: 'T20',
    bug: 'A zombie hears that its transaction is over, not that its epoch is (KAFKA-19690)',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: `    if (entry !== undefined && producerEpoch < entry.producerEpoch) return true;
`,
        replace: '',
      },
    ],
    caughtBy: [
      'a transaction that is verified before it writes of an old epoch is told that, and not that it must be verified (KAFKA-19690)',
    ],
    scenario: 'test/engine/log/producer/verifications.test.ts',
    seeds: 1,
  },
  {
    id: 'X1',
    bug: 'Records of a transaction in a request that names none are appended unverified (KAFKA-14916)',
    patches: [
      {
        file: 'engine/replication/transactional-produce.ts',
        find: '    if (!isNameless) return null;',
        replace: '    return null;',
      },
    ],
    caughtBy: [
      'transactions of a cluster records of a transaction that names nobody are refused: nobody would ever end it (KAFKA-14916)',
    ],
    scenario: 'test/engine/server/transactions.test.ts',
    seeds: 1,
  },
  {
    id: 'T17d',
    bug: 'Of each producer one batch is known again: what it sends again is refused, and sent under a new epoch (KAFKA-5494)',
    patches: [
      {
        file: 'engine/log/producer/producer-entry.ts',
        find: 'const RETAINED_BATCHES = 5;',
        replace: 'const RETAINED_BATCHES = 1;',
      },
    ],
    caughtBy: ['duplicate'],
    scenario: 'idempotent producers in trouble',
    seeds: 4,
  },
];
