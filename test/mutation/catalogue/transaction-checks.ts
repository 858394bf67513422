import type { Mutation } from '../mutation.ts';

/** What the checks of idempotence and of transactions see in a whole cluster, one for each. */
export const transactionChecks: readonly Mutation[] = [
  {
    id: 'T1c',
    bug: 'Nobody asks whether a transaction is open before it is written to (KIP-890)',
    patches: [
      {
        file: 'engine/broker/transactional-writes.ts',
        find: 'const asks = nameless === null && this.#verifier.isNeeded(support);',
        replace: "const asks = nameless === null && support === 'add';",
      },
    ],
    caughtBy: ['NoHangingTransaction'],
    scenario: 'late write of a transaction',
    seeds: 10,
  },
  {
    id: 'T17c',
    bug: 'What an idempotent producer sends again is appended again',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: 'if (duplicate !== undefined) return duplicate;',
        replace: '',
      },
      {
        file: 'engine/log/producer/check-batch.ts',
        find: '  if (isInOrder) return null;',
        replace: '  if (isInOrder || baseSequence >= 0) return null;',
      },
    ],
    caughtBy: ['ProducerSequences'],
    scenario: 'answers to producers lost',
    seeds: 10,
  },
  {
    id: 'T14b',
    bug: 'A write of an older epoch is taken: who was fenced writes on',
    patches: [
      {
        file: 'engine/log/producer/check-batch.ts',
        find: 'if (header.producerEpoch < entry.producerEpoch) return staleEpoch(entry, header.producerEpoch);',
        replace: '',
      },
      {
        file: 'engine/log/producer/log-producers.ts',
        find: '    if (entry !== undefined && producerEpoch < entry.producerEpoch) return true;\n',
        replace: '',
      },
      {
        file: 'engine/broker/transactional-writes.ts',
        find: 'const asks = nameless === null && this.#verifier.isNeeded(support);',
        replace: "const asks = nameless === null && support === 'add';",
      },
      {
        file: 'engine/log/producer/check-batch.ts',
        find: '  if (isInOrder) return null;',
        replace: '  if (isInOrder || baseSequence >= 0) return null;',
      },
    ],
    caughtBy: ['ProducerEpochsRise'],
    scenario: 'zombie of a transaction',
    seeds: 10,
  },
  {
    id: 'T28c',
    bug: 'Readers are let on before the marker of a transaction is replicated',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: '    this.#ended.push({ firstOffset, lastOffset });',
        replace: '',
      },
    ],
    caughtBy: ['LastStableOffset'],
    scenario: 'transactions, leader isolated',
    seeds: 10,
  },
  {
    id: 'T28d',
    bug: 'The transaction that ended first is taken for the one that began first',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: 'for (let i = 0; i < this.#ended.length; i++) {',
        replace: 'for (let i = 0; i < Math.min(1, this.#ended.length); i++) {',
      },
    ],
    caughtBy: ['LastStableOffset'],
    scenario: 'many transactions on slow links',
    seeds: 10,
  },
  {
    id: 'T28e',
    bug: 'After a truncation all transactions that have ended wait for their replication again',
    patches: [
      {
        file: 'engine/log/producer/log-producers.ts',
        find: '    this.onHighWatermark(highWatermark);',
        replace: '',
      },
    ],
    caughtBy: ['LastStableOffset'],
    scenario: 'transactions, leader isolated',
    seeds: 10,
  },
  {
    id: 'T31',
    bug: 'A reader of committed records is not told which transactions were aborted',
    patches: [
      {
        file: 'engine/client/consumer/completed-fetch.ts',
        find: 'return header.isTransactional && this.#abortedProducers.has(header.producerId);',
        replace: 'return header.isTransactional && this.#abortedProducers.has(-1);',
      },
    ],
    caughtBy: ['CommittedReads'],
    scenario: 'transactions, quiet',
    seeds: 3,
  },
  {
    id: 'T31b',
    bug: 'A reader of committed records is served up to the high watermark',
    patches: [
      {
        file: 'engine/replication/fetch-read.ts',
        find: "return isolation === 'high watermark' ? log.highWatermark : log.lastStableOffset;",
        replace: "return isolation !== 'log end' ? log.highWatermark : log.lastStableOffset;",
      },
    ],
    caughtBy: ['CommittedReads'],
    scenario: 'transactions, quiet',
    seeds: 3,
  },
  {
    id: 'T32',
    bug: 'A transaction is complete as committed, however it was decided',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-metadata.ts',
        find: 'state === TransactionState.PREPARE_COMMIT\n          ? TransactionState.COMPLETE_COMMIT',
        replace: 'state >= 0\n          ? TransactionState.COMPLETE_COMMIT',
      },
      {
        file: 'engine/coordinator/transaction/transaction-state.ts',
        find: 'return LEGAL_PREVIOUS[to].includes(from);',
        replace: 'return LEGAL_PREVIOUS[to].length > 0 || from === to;',
      },
    ],
    caughtBy: ['TransactionStates'],
    scenario: 'transactions, quiet',
    seeds: 3,
  },
  {
    id: 'T33',
    bug: 'An abort is carried out as a commit',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-shard.ts',
        find: 'isCommit: state === TransactionState.PREPARE_COMMIT,',
        replace: 'isCommit: state >= 0,',
      },
    ],
    caughtBy: ['OneOutcome'],
    scenario: 'transactions, quiet',
    seeds: 3,
  },
];
