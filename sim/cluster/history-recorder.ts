import type {
  ConsumerListener,
  FailureOutcome,
  OutgoingRecord,
  PolledBatch,
  PollFailure,
  ProducerListener,
} from '../../engine/client/index.ts';
import type { ClientFact, History, PollOperation, Reposition, SendOperation } from '../check/index.ts';
import type { RunMetrics } from '../metrics/index.ts';
import { readRecordId } from '../workload/index.ts';

/** Who hears of what clients saw, as it happens. */
export type ClientSink = (at: number, fact: ClientFact) => void;

interface Outstanding {
  readonly sentAt: number;
  readonly bytes: number;
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
  readonly #sends: SendOperation[] = [];
  readonly #polls: PollOperation[] = [];
  readonly #repositions: Reposition[] = [];
  /** Records sent and not yet read by anybody: when they were sent. */
  readonly #sentAt = new Map<number, number>();
  /** What each producer waits for, by record id. */
  readonly #pending = new Map<string, Map<number, Outstanding>>();
  /** Positions of consumers by `client log`. */
  readonly positions = new Map<string, number>();
  /** Highest acknowledged offset, exclusive, by log. */
  readonly acknowledgedEnd = new Map<string, number>();
  outstanding = 0;

  constructor(metrics: RunMetrics, now: () => number, sink: ClientSink) {
    this.#metrics = metrics;
    this.#now = now;
    this.#sink = sink;
  }

  /** Sends in the order of their first record. */
  history(): History {
    return {
      sends: this.#sends.toSorted((a, b) => a.invokedAt - b.invokedAt),
      polls: this.#polls,
      repositions: this.#repositions,
    };
  }

  producer(client: string, acks: -1 | 0 | 1): ProducerListener {
    const pending = new Map<number, Outstanding>();
    this.#pending.set(client, pending);
    return {
      onSend: (_now, record) => this.#onSend(pending, record),
      onAcked: (_now, topic, partition, baseOffset, ids) =>
        this.#onAcked(client, acks, pending, `${topic}-${partition}`, baseOffset, ids),
      onFailed: (_now, topic, partition, ids, _error, outcome) =>
        this.#onFailed(client, pending, `${topic}-${partition}`, ids, outcome),
    };
  }

  /** A client's process is gone: whether what it had sent arrived, nobody will tell it. */
  onClientGone(client: string): void {
    const pending = this.#pending.get(client);
    if (pending === undefined) return;
    this.outstanding -= pending.size;
    this.produce.unknown += pending.size;
    pending.clear();
  }

  consumer(client: string): ConsumerListener {
    return {
      onPolled: (_now, batches) => this.#onPolled(client, batches),
      onPollFailed: (_now, failure) => this.#onPollFailed(client, failure),
      onPosition: (_now, topic, partition, recordOffset) => {
        const log = `${topic}-${partition}`;
        this.positions.set(`${client} ${log}`, recordOffset);
        this.#repositions.push({ client, at: this.#now(), log });
      },
    };
  }

  #onSend(pending: Map<number, Outstanding>, record: OutgoingRecord): void {
    const at = this.#now();
    pending.set(record.id, { sentAt: at, bytes: (record.key?.length ?? 0) + (record.value?.length ?? 0) });
    this.#sentAt.set(record.id, at);
    this.outstanding++;
    this.#metrics.onProduced(at);
  }

  #onAcked(
    client: string,
    acks: -1 | 0 | 1,
    pending: Map<number, Outstanding>,
    log: string,
    baseOffset: number,
    ids: readonly number[],
  ): void {
    const at = this.#now();
    const invokedAt = pending.get(ids[0]!)?.sentAt ?? at;
    for (const id of ids) {
      const { sentAt, bytes } = pending.get(id)!;
      pending.delete(id);
      this.#metrics.onAcknowledged(at, sentAt, bytes);
    }
    this.outstanding -= ids.length;
    this.produce.ok += ids.length;
    const writes = ids.map((id, i) => ({ log, id, recordOffset: baseOffset === -1 ? -1 : baseOffset + i }));
    this.#sends.push({ client, invokedAt, endedAt: at, outcome: 'ok', writes });
    if (baseOffset === -1) return;
    const last = baseOffset + ids.length - 1;
    this.acknowledgedEnd.set(log, Math.max(this.acknowledgedEnd.get(log) ?? 0, last + 1));
    this.#sink(at, { kind: 'acknowledged', log, recordOffset: last, acks, client });
  }

  #onFailed(
    client: string,
    pending: Map<number, Outstanding>,
    log: string,
    ids: readonly number[],
    outcome: FailureOutcome,
  ): void {
    const at = this.#now();
    const invokedAt = pending.get(ids[0]!)?.sentAt ?? at;
    for (const id of ids) pending.delete(id);
    this.outstanding -= ids.length;
    this.produce[outcome] += ids.length;
    const writes = ids.map((id) => ({ log, id, recordOffset: -1 }));
    this.#sends.push({ client, invokedAt, endedAt: at, outcome, writes });
  }

  #onPolled(client: string, batches: readonly PolledBatch[]): void {
    if (batches.length === 0) return;
    const at = this.#now();
    const reads = batches.map((batch) => {
      const log = `${batch.topic}-${batch.partition}`;
      const offsets = batch.records.map((record) => record.offset);
      const ids = batch.records.map((record) => this.#onRecord(at, record.value));
      this.positions.set(`${client} ${log}`, batch.nextPosition);
      this.#sink(at, {
        kind: 'read',
        log,
        recordOffset: offsets.at(-1)!,
        leaderEpoch: batch.leaderEpoch,
        client,
      });
      return { log, offsets, ids };
    });
    this.#polls.push({ client, at, reads });
  }

  #onRecord(at: number, value: Uint8Array | null): number {
    const id = readRecordId(value);
    this.poll.ok++;
    this.#metrics.onConsumed(at);
    const sentAt = this.#sentAt.get(id);
    if (sentAt !== undefined) {
      this.#sentAt.delete(id);
      this.#metrics.onFirstRead(at, sentAt);
    }
    return id;
  }

  #onPollFailed(client: string, failure: PollFailure): void {
    this.poll.fail++;
    this.#repositions.push({ client, at: this.#now(), log: `${failure.topic}-${failure.partition}` });
  }
}
