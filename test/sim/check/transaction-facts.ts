import { transactionRecordCodec } from '../../../engine/coordinator/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';
import { buildBatch, buildControlBatch, ControlType } from '../../../engine/records/index.ts';

const STATES = ['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort'];
/** Of `__transaction_state`. */
export const S = '__transaction_state-0';

interface Write {
  readonly id?: number;
  readonly epoch?: number;
  readonly records?: number;
  /** Of the leader. */
  readonly leaderEpoch?: number;
}

/** A producer's batch in a leader's log. */
export function wrote(log: string, baseOffset: number, baseSequence: number, write: Write = {}): Fact {
  return batchFact(log, baseOffset, baseSequence, write, false);
}

/** The same, in a transaction. */
export function wroteInTransaction(
  log: string,
  baseOffset: number,
  baseSequence: number,
  write: Write = {},
): Fact {
  return batchFact(log, baseOffset, baseSequence, write, true);
}

function batchFact(log: string, baseOffset: number, baseSequence: number, write: Write, isIn: boolean): Fact {
  const { epoch = 0, id = 7, leaderEpoch = 0, records = 1 } = write;
  const batch = buildBatch(
    { producerId: id, producerEpoch: epoch, baseSequence, isTransactional: isIn },
    Array.from({ length: records }, () => ({ timestamp: 1, key: null, value: null })),
  );
  return {
    fact: 'log appended',
    log,
    baseOffset,
    lastOffset: baseOffset + records - 1,
    leaderEpoch,
    batch,
  };
}

/** The marker that ends a producer's transaction. */
export function ended(
  log: string,
  offset: number,
  kind: 'commit' | 'abort',
  write: Write & { readonly coordinatorEpoch?: number } = {},
): Fact {
  const { coordinatorEpoch = 0, epoch = 0, id = 7, leaderEpoch = 0 } = write;
  const type = kind === 'commit' ? ControlType.COMMIT : ControlType.ABORT;
  const options = { producerId: id, producerEpoch: epoch, isTransactional: true };
  const batch = buildControlBatch(options, 1, [{ type, message: { coordinatorEpoch } }]);
  return { fact: 'log appended', log, baseOffset: offset, lastOffset: offset, leaderEpoch, batch };
}

interface Entry extends Write {
  readonly startedMs?: number;
  readonly logs?: readonly string[];
  readonly version?: number;
}

/** What a coordinator writes of the transactional id `t1`. */
export function entered(offset: number, state: string, entry: Entry = {}): Fact {
  const { epoch = 0, id = 7, leaderEpoch = 0, logs = ['t-0', 'u-0'], startedMs = 50, version = 1 } = entry;
  const transactionPartitions = logs.map((log) => ({ topic: log.slice(0, -2), partitionIds: [0] }));
  const { key, value } = transactionRecordCodec.encode({
    key: { transactionalId: 't1' },
    value: {
      producerId: id,
      previousProducerId: id,
      nextProducerId: -1,
      producerEpoch: epoch,
      nextProducerEpoch: -1,
      transactionTimeoutMs: 60_000,
      transactionStatus: STATES.indexOf(state),
      transactionPartitions: state === 'Empty' ? null : transactionPartitions,
      transactionLastUpdateTimestampMs: 60,
      transactionStartTimestampMs: startedMs,
      clientTransactionVersion: version,
    },
    version: 1,
  });
  const batch = buildBatch({ baseOffset: offset }, [{ timestamp: 1, key, value }]);
  return { fact: 'log appended', log: S, baseOffset: offset, lastOffset: offset, leaderEpoch, batch };
}

/** The coordinator tells that a state is replicated. */
export function changed(state: string, epoch = 0, coordinatorEpoch = 0): Fact {
  return {
    fact: 'transaction changed',
    transactionalId: 't1',
    producerId: 7,
    producerEpoch: epoch,
    state,
    partitions: [],
    coordinatorEpoch,
  };
}
