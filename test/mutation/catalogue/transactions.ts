import type { Mutation } from '../mutation.ts';

export const transactions: readonly Mutation[] = [
  {
    id: 'T14',
    bug: 'A transaction that takes too long is aborted in its own epoch: its zombie writes on (KAFKA-6119)',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-metadata.ts',
        find: `producerEpoch: stays ? producerEpoch : producerEpoch + 1,
    });
  }

  /** InitProducerId`,
        replace: `producerEpoch,
    });
  }

  /** InitProducerId`,
      },
    ],
    caughtBy: [
      'transactions that take too long TV1: are aborted by the next sweep, with an epoch that keeps the producer out (KAFKA-6119)',
    ],
    scenario: 'test/engine/coordinator/transaction/sweeps.test.ts',
    seeds: 1,
  },
  {
    id: 'T13',
    bug: 'Every try of a fence that cannot be written burns an epoch (KAFKA-9666)',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-metadata.ts',
        find: 'const stays = this.hasFailedEpochFence || producerEpoch === MAX_EPOCH;',
        replace: 'const stays = producerEpoch === MAX_EPOCH;',
      },
    ],
    caughtBy: [
      'InitProducerId over an open transaction, TV1 a fence that cannot be written raises the epoch once, however often it is tried (KAFKA-9666)',
    ],
    scenario: 'test/engine/coordinator/transaction/init-producer-id.test.ts',
    seeds: 1,
  },
  {
    id: 'T19',
    bug: 'EndTxn is taken from an epoch above the known one (KAFKA-9600)',
    patches: [
      {
        file: 'engine/coordinator/transaction/decide-end-txn.ts',
        find: 'if ((isFromClient && producerEpoch !== fields.producerEpoch) || producerEpoch < fields.producerEpoch) {',
        replace:
          'if (producerEpoch < fields.producerEpoch || (isFromClient && producerEpoch > fields.producerEpoch + 1)) {',
      },
    ],
    caughtBy: [
      'EndTxn in TV1: one epoch for many transactions another epoch is fenced, either way; old clients read another code',
    ],
    scenario: 'test/engine/coordinator/transaction/end-txn.test.ts',
    seeds: 1,
  },
  {
    id: 'T9',
    bug: 'A fence of TV2 raises the epoch twice (KAFKA-19367)',
    patches: [
      {
        file: 'engine/coordinator/transaction/decide-end-txn.ts',
        find: 'if (isFence && !end.isCommit) metadata.yieldFence(null);',
        replace: 'if (isFence && !end.isCommit) metadata.yieldFence(end.producerEpoch);',
      },
    ],
    caughtBy: [
      'InitProducerId over an open transaction, TV2 aborts it, lets the client come again, and the older producer is fenced',
    ],
    scenario: 'test/engine/coordinator/transaction/init-producer-id.test.ts',
    seeds: 1,
  },
  {
    id: 'T8',
    bug: 'A fence at the last epoch does not rotate the producer’s id: it fences itself (KAFKA-20090)',
    patches: [
      {
        file: 'engine/coordinator/transaction/decide-end-txn.ts',
        find: 'const rotation = metadata.isExhausted ? end.nextProducerId()',
        replace: 'const rotation = metadata.isExhausted && !isFence ? end.nextProducerId()',
      },
    ],
    caughtBy: [
      'EndTxn in TV2: an epoch for each transaction a transaction at the last epoch that is fenced rotates too, and does not fence itself (KAFKA-20090)',
    ],
    scenario: 'test/engine/coordinator/transaction/end-txn.test.ts',
    seeds: 1,
  },
  {
    id: 'T11',
    bug: 'A decision that is loaded is not carried out',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-shard.ts',
        find: `      this.#sendMarkers(now, metadata, out);
    }
  }

  onUnloaded`,
        replace: `    }
  }

  onUnloaded`,
      },
    ],
    caughtBy: [
      'another coordinator takes over, TV2 in PREPARE (committed true): what was decided is carried out, with the new coordinator’s epoch',
    ],
    scenario: 'test/engine/coordinator/transaction/failover.test.ts',
    seeds: 1,
  },
  {
    id: 'T12',
    bug: 'A state shows although nobody knows whether it is written',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-shard.ts',
        find: `if (told === ErrorCode.NONE) this.#complete(metadata, next, out);
        else {`,
        replace: `if (told === ErrorCode.NONE || told === ErrorCode.COORDINATOR_NOT_AVAILABLE) this.#complete(metadata, next, out);
        else {`,
      },
    ],
    caughtBy: [
      'a decision that is not replicated in time is unknown nobody comes back: the time-out aborts, and its own decision is the last one in the log',
    ],
    scenario: 'test/engine/coordinator/transaction/failover.test.ts',
    seeds: 1,
  },
  {
    id: 'T29',
    bug: 'A coordinator goes on with what it loaded in an earlier leader epoch',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-coordinator.ts',
        find: `    this.#runtime.onResigned(now, partition, leaderEpoch, out);
    this.#runtime.onElected`,
        replace: '    this.#runtime.onElected',
      },
    ],
    caughtBy: ['markers the same broker in a new leader epoch reads again and sends anew, with that epoch'],
    scenario: 'test/engine/coordinator/transaction/markers.test.ts',
    seeds: 1,
  },
  {
    id: 'T29b',
    bug: 'Markers of a partition that was lost are sent on',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-shard.ts',
        find: 'this.#ports.removeMarkers(this.#context.partition);',
        replace: '',
      },
    ],
    caughtBy: ['markers what belongs to a partition that was lost is neither sent nor completed'],
    scenario: 'test/engine/coordinator/transaction/markers.test.ts',
    seeds: 1,
  },
  {
    id: 'T29c',
    bug: 'A partition that says “fenced” counts as marked',
    patches: [
      {
        file: 'engine/coordinator/transaction/marker-sender.ts',
        find: `            this.#cancel(pending);
            return;`,
        replace: `            pending.metadata.removePartition(name, partitionIndex);
            break;`,
      },
    ],
    caughtBy: [
      'markers a partition that answers 52 says that another is in charge: nothing more is sent until the next load',
    ],
    scenario: 'test/engine/coordinator/transaction/markers.test.ts',
    seeds: 1,
  },
  {
    id: 'T30',
    bug: 'The id of an open transaction expires',
    patches: [
      {
        file: 'engine/coordinator/transaction/transaction-shard.ts',
        find: 'if (metadata.pendingState !== null || !isSettled(metadata.state)) continue;',
        replace: 'if (metadata.pendingState !== null) continue;',
      },
    ],
    caughtBy: [
      'transactional ids that nobody uses stay while their transaction is open, however long nothing was heard of it',
    ],
    scenario: 'test/engine/coordinator/transaction/sweeps.test.ts',
    seeds: 1,
  },
  {
    id: 'T10',
    bug: 'A commit that is told again is not told the epoch that came of it',
    patches: [
      {
        file: 'engine/coordinator/transaction/decide-end-txn.ts',
        find: `return { kind: 'answer', errorCode, producerId: fields.producerId, producerEpoch: fields.producerEpoch };`,
        replace: 'return endAnswer(errorCode);',
      },
    ],
    caughtBy: [
      'EndTxn in TV2: an epoch for each transaction CompleteAbort, the retry epoch, committed false: error 0, then CompleteAbort',
    ],
    scenario: 'test/engine/coordinator/transaction/end-txn.test.ts',
    seeds: 1,
  },
];
