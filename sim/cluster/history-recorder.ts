import type {
  ConsumedRecord,
  ConsumerListener,
  FailureOutcome,
  OutgoingRecord,
  PolledBatch,
  PollFailure,
  ProducerListener,
} from '../../engine/client/index.ts';
import {
  type ClientFact,
  type ClientTransaction,
  type History,
  type MemberFact,
  PollLog,
  type Reposition,
  SendLog,
} from '../check/index.ts';
import type { RunMetrics } from '../metrics/index.ts';
import type { TransactionSpan } from '../result/index.ts';
import { idOfRecord } from '../workload/index.ts';
import { GroupRecorder } from './group-recorder.ts';
import { SentRecords } from './sent-records.ts';
import { TransactionRecorder, type TransactionSink } from './transaction-recorder.ts';

/** Transactions that a result carries: a page cannot show more. */
const MAX_TRANSACTIONS = 20_000;

/** Who hears of what clients saw, as it happens. */
export type ClientSink = (at: number, fact: ClientFact | MemberFact) => void;

/** How many records a producer waits for. */
interface Pending {
  count: number;
}

interface Counts {
  ok: number;
  fail: number;
  unknown: number;
}

/**
 * Everything that clients saw, in the order in which they saw it: the history, the metrics, and the facts for
 * invariants.
 */
export class HistoryRecorder {
  readonly produce: Counts = { ok: 0, fail: 0, unknown: 0 };
  readonly poll: Counts = { ok: 0, fail: 0, unknown: 0 };
  readonly #metrics: RunMetrics;
  readonly #sink: ClientSink;
  /** Simulated time, which is not the clients' own clocks. */
  readonly #now: () => number;
  readonly #readsUncommitted: (client: string) => boolean;
  readonly #sends = new SendLog();
  readonly #polls = new PollLog();
  readonly #repositions: Reposition[] = [];
  readonly #sent = new SentRecords();
  /** By producer. */
  readonly #pending = new Map<string, Pending>();
  readonly #transactional = new Map<string, TransactionRecorder>();
  /** By process of a pipeline: its polls since its last transaction began; the next one is what they are for. */
  readonly #polledFor = new Map<string, number[]>();
  /** By number. */
  readonly clientTransactions: ClientTransaction[] = [];
  /** The first that ended. Times of the run. */
  readonly transactions: TransactionSpan[] = [];
  /** `topic-partition`, by topic and partition: told with every batch. */
  readonly #logNames = new Map<string, string[]>();
  /** By group. */
  readonly groups = new Map<string, GroupRecorder>();
  /** By member. */
  readonly #groupOf = new Map<string, GroupRecorder>();
  /** Positions of consumers that assign themselves by `client log`, and the highest of a group by `group log`. */
  readonly positions = new Map<string, number>();
  /** Highest acknowledged offset, exclusive, by log. */
  readonly acknowledgedEnd = new Map<string, number>();
  outstanding = 0;

  constructor(
    metrics: RunMetrics,
    now: () => number,
    sink: ClientSink,
    readsUncommitted: (client: string) => boolean,
  ) {
    this.#metrics = metrics;
    this.#now = now;
    this.#sink = sink;
    this.#readsUncommitted = readsUncommitted;
  }

  /** Sends in the order of their first record. */
  history(): History {
    return { sends: this.#sends, polls: this.#polls, repositions: this.#repositions };
  }

  producer(client: string, acks: -1 | 0 | 1): ProducerListener {
    const pending = this.#pendingOf(client);
    return {
      onSend: (_now, record) => this.#onSend(pending, record),
      onAcked: (_now, topic, partition, baseOffset, ids) =>
        this.#onAcked(client, acks, pending, this.#logName(topic, partition), baseOffset, ids),
      onFailed: (_now, topic, partition, ids, _error, outcome) =>
        this.#onFailed(client, pending, this.#logName(topic, partition), ids, outcome),
    };
  }

  /** Of a transactional producer: what became of a record is what became of its transaction. */
  transactional(client: string, transactionalId: string): TransactionRecorder {
    const pending = this.#pendingOf(client);
    const records: ProducerListener = {
      onSend: (_now, record) => this.#onSend(pending, record),
      onAcked: (_now, topic, partition, baseOffset, ids) =>
        this.#onWritten(client, -1, this.#logName(topic, partition), baseOffset, ids),
      onFailed: (_now, _topic, _partition, ids) => {
        for (const id of ids) this.#sent.settle(id);
      },
    };
    const sink: TransactionSink = {
      begin: (fields) => {
        const transaction = { ...fields, number: this.clientTransactions.length };
        this.clientTransactions.push(transaction);
        const polls = this.#polledFor.get(client);
        for (const poll of polls ?? []) this.#polls.setTransaction(poll, transaction.number);
        if (polls !== undefined) polls.length = 0;
        return transaction;
      },
      settle: (transaction, outcome, written) => {
        const endedAt = this.#now();
        const invokedAt = transaction?.beganAt ?? endedAt;
        const number = transaction?.number;
        for (const { log, baseOffset, ids } of written) {
          this.#count(pending, outcome, ids.length);
          const send = { client, invokedAt, endedAt, outcome, log, baseOffset };
          this.#sends.push({ ...send, isTransactional: true, transaction: number }, ids);
        }
      },
      span: (span) => {
        if (this.transactions.length < MAX_TRANSACTIONS) this.transactions.push(span);
      },
      commit: (group, offsets) => this.groups.get(group)?.onPositions(offsets),
    };
    const recorder = new TransactionRecorder({ client, transactionalId, now: this.#now, records, sink });
    this.#transactional.set(client, recorder);
    this.#polledFor.set(client, []);
    return recorder;
  }

  #pendingOf(client: string): Pending {
    const pending: Pending = { count: 0 };
    this.#pending.set(client, pending);
    return pending;
  }

  #count(pending: Pending, outcome: keyof Counts, count: number): void {
    this.outstanding -= count;
    pending.count -= count;
    this.produce[outcome] += count;
  }

  /** A client's process is gone: whether what it had sent arrived, nobody will tell it. */
  onClientGone(client: string): void {
    this.#transactional.get(client)?.onGone();
    this.#polledFor.get(client)?.splice(0);
    this.#groupOf.get(client)?.onGone(client);
    const pending = this.#pending.get(client);
    if (pending !== undefined) this.#count(pending, 'unknown', pending.count);
  }

  consumer(client: string): ConsumerListener {
    const isCommitted = !this.#readsUncommitted(client);
    return {
      onPolled: (_now, batches) => {
        this.#onPolled(client, isCommitted, batches);
        for (const { topic, partition, nextPosition } of batches)
          this.positions.set(`${client} ${this.#logName(topic, partition)}`, nextPosition);
      },
      onPollFailed: (_now, failure) => this.#onPollFailed(client, failure),
      onPosition: (_now, topic, partition, recordOffset) => {
        const log = `${topic}-${partition}`;
        this.positions.set(`${client} ${log}`, recordOffset);
        this.#repositions.push({ client, at: this.#now(), log });
      },
    };
  }

  /** Of a member of a group: `onRecords` hears how many records each poll returned. */
  member(client: string, groupId: string, onRecords: (count: number) => void): ConsumerListener {
    let group = this.groups.get(groupId);
    if (group === undefined) {
      group = new GroupRecorder(groupId, this.#now, (fact) => this.#sink(this.#now(), fact));
      this.groups.set(groupId, group);
    }
    this.#groupOf.set(client, group);
    const isCommitted = !this.#readsUncommitted(client);
    const reposition = (log: string): void => {
      this.#repositions.push({ client, at: this.#now(), log });
    };
    const { onPositioned } = group;
    return {
      onPollFailed: (_now, failure) => this.#onPollFailed(client, failure),
      onPosition: (_now, topic, partition, position) => {
        reposition(`${topic}-${partition}`);
        onPositioned(client, topic, partition, position);
      },
      group: group.listener(client, reposition),
      onPolled: (_now, batches) => {
        this.#onPolled(client, isCommitted, batches);
        for (const { topic, partition, records, nextPosition } of batches) {
          onRecords(records.length);
          const key = `${groupId} ${this.#logName(topic, partition)}`;
          this.positions.set(key, Math.max(this.positions.get(key) ?? -1, nextPosition));
        }
      },
    };
  }

  #onSend(pending: Pending, record: OutgoingRecord): void {
    const at = this.#now();
    this.#sent.send(record.id, at, (record.key?.length ?? 0) + (record.value?.length ?? 0));
    pending.count++;
    this.outstanding++;
    this.#metrics.onProduced(at);
  }

  #onAcked(
    client: string,
    acks: -1 | 0 | 1,
    pending: Pending,
    log: string,
    baseOffset: number,
    ids: readonly number[],
  ): void {
    this.#onWritten(client, acks, log, baseOffset, ids);
    this.#count(pending, 'ok', ids.length);
    const invokedAt = this.#sent.sentAt(ids[0]!);
    const send = { client, invokedAt, endedAt: this.#now(), outcome: 'ok', log, baseOffset } as const;
    this.#sends.push({ ...send, isTransactional: false }, ids);
  }

  /** A broker has said that it has these records. */
  #onWritten(
    client: string,
    acks: -1 | 0 | 1,
    log: string,
    baseOffset: number,
    ids: readonly number[],
  ): void {
    const at = this.#now();
    const sent = this.#sent;
    let bytes = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      sent.settle(id);
      bytes += sent.bytes(id);
      this.#metrics.onLatency(at, sent.sentAt(id));
    }
    this.#metrics.onAcknowledged(at, ids.length, bytes);
    if (baseOffset === -1) return;
    const last = baseOffset + ids.length - 1;
    this.acknowledgedEnd.set(log, Math.max(this.acknowledgedEnd.get(log) ?? 0, last + 1));
    this.#sink(at, { kind: 'acknowledged', log, recordOffset: last, acks, client });
  }

  #onFailed(
    client: string,
    pending: Pending,
    log: string,
    ids: readonly number[],
    outcome: FailureOutcome,
  ): void {
    for (let i = 0; i < ids.length; i++) this.#sent.settle(ids[i]!);
    this.#count(pending, outcome, ids.length);
    const invokedAt = this.#sent.sentAt(ids[0]!);
    const send = { client, invokedAt, endedAt: this.#now(), outcome, log, baseOffset: -1 };
    this.#sends.push({ ...send, isTransactional: false }, ids);
  }

  #onPolled(client: string, isCommitted: boolean, batches: readonly PolledBatch[]): void {
    if (batches.length === 0) return;
    const at = this.#now();
    this.#polledFor.get(client)?.push(this.#polls.length);
    this.#polls.beginPoll(client, at);
    for (const { topic, partition, leaderEpoch, records } of batches) {
      const log = this.#logName(topic, partition);
      this.#polls.beginRead(log);
      for (let i = 0; i < records.length; i++) this.#onRecord(at, records[i]!);
      this.poll.ok += records.length;
      this.#metrics.onConsumed(at, records.length);
      const recordOffset = records[records.length - 1]!.offset;
      this.#sink(at, { kind: 'read', log, recordOffset, leaderEpoch, client, isCommitted, records });
    }
  }

  #onRecord(at: number, record: ConsumedRecord): void {
    const id = idOfRecord(record);
    this.#polls.addRecord(record.offset, id);
    const sentAt = this.#sent.firstRead(id);
    if (sentAt >= 0) this.#metrics.onFirstRead(at, sentAt);
  }

  #logName(topic: string, partition: number): string {
    let names = this.#logNames.get(topic);
    if (names === undefined) this.#logNames.set(topic, (names = []));
    return (names[partition] ??= `${topic}-${partition}`);
  }

  #onPollFailed(client: string, failure: PollFailure): void {
    this.poll.fail++;
    this.#repositions.push({ client, at: this.#now(), log: `${failure.topic}-${failure.partition}` });
  }
}
