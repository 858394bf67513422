import { transactionRecordCodec } from '../../../engine/coordinator/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';
import { noCompression, RecordsError, readRecords } from '../../../engine/records/index.ts';
import { decisionOf, type TransactionDecision } from './transaction-decision.ts';
import {
  isComplete,
  isDecision,
  type TransactionEntry,
  type TransactionState,
  transactionStateOf,
} from './transaction-entry.ts';

type Appended = Extract<Fact, { fact: 'log appended' }>;

/** A tail that is cut off is short: what is older stays as it is. */
const MAX_JOURNAL = 4_096;

interface Change {
  readonly entry: TransactionEntry;
  readonly before: TransactionEntry | undefined;
}

/**
 * Transactional ids as the coordinators wrote them down, by the line of leaders of each partition of
 * `__transaction_state`: what a leader of the past appends is none of it, and what a new leader does not have is taken
 * back.
 */
export class TransactionLedger {
  /** What the last append has written. */
  readonly written: TransactionEntry[] = [];
  readonly #ids = new Map<string, TransactionEntry>();
  readonly #producers = new Map<number, TransactionEntry>();
  readonly #decisions = new Map<number, TransactionDecision>();
  /** By log. */
  readonly #journals = new Map<string, Change[]>();
  readonly #leaderEpochs = new Map<string, number>();
  /** By log: up to here a coordinator has loaded it. */
  readonly #loadedEnds = new Map<string, number>();

  entryOf(transactionalId: string): TransactionEntry | undefined {
    return this.#ids.get(transactionalId);
  }

  byProducer(producerId: number): TransactionEntry | undefined {
    return this.#producers.get(producerId);
  }

  decisionOn(producerId: number): TransactionDecision | undefined {
    return this.#decisions.get(producerId);
  }

  append({ baseOffset, batch, leaderEpoch, log }: Appended): void {
    this.written.length = 0;
    if (leaderEpoch < (this.#leaderEpochs.get(log) ?? -1)) return;
    this.#leaderEpochs.set(log, leaderEpoch);
    this.#cut(log, baseOffset);
    const records = readRecords(batch, noCompression);
    if (records instanceof RecordsError) return;
    for (let i = 0; i < records.length; i++) {
      const { key, value } = records[i]!;
      const entry = key === null ? null : entryIn(key, value, log, baseOffset + i, leaderEpoch);
      if (entry !== null) this.#add(entry);
    }
  }

  /** A process that starts again may lead in the same epoch: it goes on from all that is in the log. */
  onLoaded({ leaderEpoch, partition, topic }: Extract<Fact, { fact: 'coordinator loaded' }>): void {
    const log = `${topic}-${partition}`;
    const last = this.#journals.get(log)?.at(-1);
    if (last !== undefined && leaderEpoch >= (this.#leaderEpochs.get(log) ?? -1))
      this.#loadedEnds.set(log, last.entry.recordOffset + 1);
  }

  /** A coordinator told that what it wrote last of an id is replicated. */
  onTold(fact: Extract<Fact, { fact: 'transaction changed' }>): void {
    const entry = this.#ids.get(fact.transactionalId);
    if (entry === undefined || entry.state !== fact.state) return;
    if (entry.producerId !== fact.producerId || entry.producerEpoch !== fact.producerEpoch) return;
    entry.isTold = true;
    entry.basis = null;
    if (isComplete(entry.state)) this.#endDecision(entry.previousProducerId);
  }

  /**
   * The process that leads a log has died and reads it again: in the same epoch it goes on from all that it finds, what
   * nobody has copied among it (`TransactionStateManager.loadTransactionMetadata` reads to the log end).
   */
  onReloaded(log: string, logEndOffset: number): void {
    for (const { entry } of this.#journals.get(log) ?? [])
      if (entry.recordOffset < logEndOffset) entry.isTold = true;
  }

  #add(entry: TransactionEntry): void {
    const before = this.#ids.get(entry.transactionalId);
    entry.basis = basisFor(entry, before, this.#loadedEnds.get(entry.log) ?? 0);
    let journal = this.#journals.get(entry.log);
    if (journal === undefined) this.#journals.set(entry.log, (journal = []));
    if (journal.length === MAX_JOURNAL) journal.splice(0, MAX_JOURNAL >> 1);
    journal.push({ entry, before });
    this.#ids.set(entry.transactionalId, entry);
    if (entry.producerId >= 0) this.#producers.set(entry.producerId, entry);
    const decisionBefore = this.#decisions.get(entry.producerId);
    if (isDecision(entry.state)) this.#decisions.set(entry.producerId, decisionOf(entry, decisionBefore));
    else if (entry.state === 'Ongoing' && decisionBefore?.entry.startedMs !== entry.startedMs)
      this.#endDecision(entry.producerId);
    this.written.push(entry);
  }

  #endDecision(producerId: number): void {
    const decision = this.#decisions.get(producerId);
    if (decision !== undefined) decision.isOver = true;
  }

  #cut(log: string, logEndOffset: number): void {
    const journal = this.#journals.get(log);
    if (journal === undefined) return;
    while (journal.length > 0 && journal[journal.length - 1]!.entry.recordOffset >= logEndOffset) {
      const { before, entry } = journal.pop()!;
      if (before === undefined) {
        this.#ids.delete(entry.transactionalId);
        this.#producers.delete(entry.producerId);
      } else {
        this.#ids.set(entry.transactionalId, before);
        if (before.producerId !== entry.producerId) this.#producers.delete(entry.producerId);
        this.#producers.set(before.producerId, before);
      }
      // A decision stays known: its markers may be in the partitions.
      const decision = this.#decisions.get(entry.producerId);
      if (decision?.entry === entry) decision.isLost = true;
    }
  }
}

/**
 * A coordinator goes on from what it loaded or what it knows to be replicated. What it could not get replicated in time
 * stays in the log all the same, and it is as if it had not been.
 */
function basisFor(
  entry: TransactionEntry,
  before: TransactionEntry | undefined,
  loadedEnd: number,
): TransactionEntry | null {
  if (before === undefined) return null;
  const isLoaded = before.leaderEpoch !== entry.leaderEpoch || before.recordOffset < loadedEnd;
  if (before.isTold || isLoaded) {
    before.basis = null;
    return before;
  }
  return before.basis;
}

function entryIn(
  key: Uint8Array,
  value: Uint8Array | null,
  log: string,
  recordOffset: number,
  leaderEpoch: number,
): TransactionEntry | null {
  const record = transactionRecordCodec.decode(key, value);
  if (record === null || typeof record === 'string') return null;
  const written = record.value;
  const state: TransactionState | undefined =
    written === null ? 'Dead' : transactionStateOf(written.transactionStatus);
  if (state === undefined) return null;
  const producerId = written?.producerId ?? -1;
  const previous = written?.previousProducerId ?? -1;
  return {
    transactionalId: record.key.transactionalId,
    log,
    leaderEpoch,
    recordOffset,
    state,
    producerId,
    previousProducerId: previous < 0 ? producerId : previous,
    producerEpoch: written?.producerEpoch ?? -1,
    partitions: written?.transactionPartitions ?? [],
    transactionVersion: written?.clientTransactionVersion ?? 0,
    startedMs: written?.transactionStartTimestampMs ?? -1,
    isTold: false,
    basis: null,
  };
}
