import type {
  FailureOutcome,
  GroupOffset,
  ProducerListener,
  TransactionAction,
  TransactionListener,
  TransactionResult,
} from '../../engine/client/index.ts';
import type { ClientTransaction } from '../check/index.ts';
import type { TransactionSpan } from '../result/index.ts';

/** Records of one batch of a transaction, acknowledged or not. */
interface Written {
  readonly log: string;
  /** -1: nobody said. */
  readonly baseOffset: number;
  readonly ids: readonly number[];
}

interface Open {
  readonly transaction: ClientTransaction;
  readonly written: Written[];
  /** Records of which nothing was heard yet: their topic, by id. */
  readonly underWay: Map<number, string>;
  /** Positions that go with it, and whose they are. */
  positions: { readonly group: string; readonly offsets: readonly GroupOffset[] } | null;
  records: number;
}

/** Where records of a transaction go once its outcome is known. */
export interface TransactionSink {
  settle(
    transaction: ClientTransaction | null,
    outcome: 'ok' | FailureOutcome,
    written: readonly Written[],
  ): void;
  /** One has begun: its number is how many began before. */
  begin(transaction: Omit<ClientTransaction, 'number'>): ClientTransaction;
  span(span: TransactionSpan): void;
  /** Positions of a group are committed. */
  commit(group: string, offsets: readonly GroupOffset[]): void;
}

/** Transactions kept for the page; a run of hours has more than anybody looks at. */
const MAX_BATCHES = 1_000_000;

/**
 * What one transactional producer saw. A record belongs to its transaction, and so does its outcome: written for good
 * when the commit was answered, certainly not when nobody asked for a commit, and in doubt otherwise.
 */
export class TransactionRecorder implements TransactionListener {
  readonly #client: string;
  readonly #transactionalId: string;
  readonly #now: () => number;
  readonly #records: ProducerListener;
  readonly #sink: TransactionSink;
  #open: Open | null = null;
  /** The one that ended last. */
  #ended: ClientTransaction | null = null;

  constructor(options: {
    readonly client: string;
    readonly transactionalId: string;
    readonly now: () => number;
    /** Hears of each record by itself: sent, acknowledged, failed. */
    readonly records: ProducerListener;
    readonly sink: TransactionSink;
  }) {
    this.#client = options.client;
    this.#transactionalId = options.transactionalId;
    this.#now = options.now;
    this.#records = options.records;
    this.#sink = options.sink;
  }

  readonly onSend: ProducerListener['onSend'] = (now, record) => {
    this.#records.onSend(now, record);
    if (this.#open === null) return;
    this.#open.records++;
    this.#open.underWay.set(record.id, record.topic);
  };

  readonly onAcked: ProducerListener['onAcked'] = (now, topic, partition, baseOffset, ids) => {
    this.#records.onAcked(now, topic, partition, baseOffset, ids);
    this.#note({ log: `${topic}-${partition}`, baseOffset, ids });
  };

  readonly onFailed: ProducerListener['onFailed'] = (now, topic, partition, ids, error, outcome) => {
    this.#records.onFailed(now, topic, partition, ids, error, outcome);
    this.#note({ log: `${topic}-${partition}`, baseOffset: -1, ids });
  };

  onBegin(_now: number, _transaction: number, producerId: number, producerEpoch: number): void {
    // The one before was left behind by a producer that was thrown away.
    this.#giveUp();
    this.#open = {
      transaction: this.#sink.begin({
        client: this.#client,
        transactionalId: this.#transactionalId,
        producerId,
        producerEpoch,
        beganAt: this.#now(),
        commitAskedAt: -1,
        abortAskedAt: -1,
        endedAt: -1,
        outcome: 'open',
      }),
      written: [],
      underWay: new Map(),
      positions: null,
      records: 0,
    };
  }

  onCall(_now: number, _transaction: number, action: TransactionAction): void {
    const open = this.#open;
    if (open !== null && action.do === 'commit' && open.transaction.commitAskedAt < 0)
      open.transaction.commitAskedAt = this.#now();
    if (open !== null && action.do === 'abort' && open.transaction.abortAskedAt < 0)
      open.transaction.abortAskedAt = this.#now();
    if (this.#open !== null && action.do === 'send offsets')
      this.#open.positions = { group: action.group.groupId, offsets: action.offsets };
    if (action.do === 'init') this.#giveUp();
  }

  onResult(_now: number, result: TransactionResult): void {
    if (result.outcome !== 'ok') return;
    if (result.call === 'commit') this.#end('ok');
    else if (result.call === 'abort') this.#giveUp();
  }

  /** The process is gone, or the run is over: nobody hears of the rest. */
  onGone(): void {
    // The producer chose their partitions, and has told nobody which.
    for (const [id, topic] of this.#open?.underWay ?? [])
      this.#open!.written.push({ log: topic, baseOffset: -1, ids: [id] });
    this.#giveUp();
  }

  #giveUp(): void {
    if (this.#open === null) return;
    // Once a commit was asked for it may be committed, whatever the application hears.
    this.#end(this.#open.transaction.commitAskedAt >= 0 ? 'unknown' : 'fail');
  }

  #note(written: Written): void {
    const open = this.#open;
    if (open === null) {
      // Told after the end: its transaction is settled, and a record of it cannot be better off.
      this.#sink.settle(this.#ended, 'unknown', [written]);
      return;
    }
    for (const id of written.ids) open.underWay.delete(id);
    if (open.written.length < MAX_BATCHES) open.written.push(written);
  }

  #end(outcome: 'ok' | FailureOutcome): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const { transaction, positions, records, written } = open;
    transaction.endedAt = this.#now();
    transaction.outcome = outcome;
    this.#ended = transaction;
    this.#sink.settle(transaction, outcome, written);
    if (outcome === 'ok' && positions !== null) this.#sink.commit(positions.group, positions.offsets);
    this.#sink.span({
      client: this.#client,
      transactionalId: this.#transactionalId,
      producerId: transaction.producerId,
      producerEpoch: transaction.producerEpoch,
      from: transaction.beganAt,
      to: transaction.endedAt,
      records,
      outcome,
    });
  }
}
