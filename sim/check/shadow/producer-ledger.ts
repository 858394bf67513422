import { partitionOfLog } from '../../../engine/log/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';
import {
  ATTRIBUTES,
  BASE_SEQUENCE,
  CONTROL_FLAG,
  ControlType,
  PRODUCER_EPOCH,
  PRODUCER_ID,
  RecordsError,
  readControlRecords,
  readInt16,
  readInt32,
  readInt64,
  TRANSACTIONAL_FLAG,
} from '../../../engine/records/index.ts';
import { AbortedStretches } from './aborted-stretches.ts';
import { calledTopic } from './incarnations.ts';
import { ProducerJournal } from './producer-journal.ts';
import { ProducerState } from './producer-state.ts';
import type { MarkerWrite, ProducerWrite } from './producer-write.ts';
import type { ReplicaShadow } from './replica-shadow.ts';

type Appended = Extract<Fact, { fact: 'log appended' }>;

/** A transaction whose marker is in the log and was not replicated when last told. */
interface EndedTransaction {
  readonly firstOffset: number;
  /** Of the marker. */
  readonly lastOffset: number;
  readonly isCommit: boolean;
  readonly stretches: number[];
  /** The process that leads has appended the marker itself: it cannot but know of it. */
  isOfLeader: boolean;
}

const SEQUENCES = 2 ** 31;

/**
 * The producers of one log by the line of its leaders: the log that the latest leader has, batch by batch as leaders
 * append them. Followers copy what is here (LogMatching), and so cost nothing. Where a leader begins lower than the
 * line ends the rest is taken back; what a leader of the past appends after that is none of the line's.
 */
export class ProducerLedger {
  readonly log: string;
  readonly topic: string;
  readonly partition: number;
  readonly aborted = new AbortedStretches();
  /** With a transaction open. */
  readonly open = new Set<ProducerState>();
  leader = '';
  leaderEpoch = -1;
  /** Exclusive. */
  end = 0;
  /** Every open transaction is known. */
  isWhole = true;
  /** The highest last stable offset that any replica has told. */
  stableEnd = 0;
  readonly #states = new Map<number, ProducerState>();
  readonly #journal = new ProducerJournal();
  /** By their markers. */
  #ended: EndedTransaction[] = [];

  constructor(log: string) {
    this.log = log;
    this.topic = calledTopic(log);
    this.partition = partitionOfLog(log);
  }

  get(producerId: number): ProducerState | undefined {
    return this.#states.get(producerId);
  }

  /** A leader's append. True when `write` tells of a producer now. */
  append(replica: ReplicaShadow, fact: Appended, write: ProducerWrite): boolean {
    const { baseOffset, batch, lastOffset, leaderEpoch } = fact;
    if (leaderEpoch < this.leaderEpoch) return false;
    if (leaderEpoch > this.leaderEpoch || baseOffset !== this.end) this.#follow(replica, baseOffset);
    this.leader = replica.node;
    this.leaderEpoch = leaderEpoch;
    this.end = lastOffset + 1;
    if ((batch[PRODUCER_ID]! & 0x80) !== 0) return false;
    const attributes = readInt16(batch, ATTRIBUTES);
    const isControl = (attributes & CONTROL_FLAG) !== 0;
    const marker = isControl ? markerOf(batch) : null;
    if (isControl && marker === null) return false;
    const state = this.#stateOf(readInt64(batch, PRODUCER_ID));
    write.ledger = this;
    write.node = replica.node;
    write.baseOffset = baseOffset;
    write.lastOffset = lastOffset;
    write.producerId = state.producerId;
    write.producerEpoch = readInt16(batch, PRODUCER_EPOCH);
    write.baseSequence = isControl ? -1 : readInt32(batch, BASE_SEQUENCE);
    write.isTransactional = (attributes & TRANSACTIONAL_FLAG) !== 0;
    write.marker = marker;
    write.isKnown = state.producerEpoch >= 0 && !state.isForgottenBy(replica.node);
    write.epochBefore = state.producerEpoch;
    write.lastSequenceBefore = state.lastSequence;
    write.coordinatorEpochBefore = state.coordinatorEpoch;
    write.openBefore = state.openFrom;
    this.#journal.push(state, baseOffset, leaderEpoch);
    if (marker === null) this.#addBatch(state, write);
    else this.#addMarker(state, write, marker);
    return true;
  }

  /** The leader has replicated this much: readers may have seen what is stable of it. */
  onReplicated(highWatermark: number): void {
    const ended = this.#ended;
    if (ended.length === 0) return;
    let count = 0;
    while (count < ended.length && ended[count]!.lastOffset < highWatermark) {
      const { isCommit, stretches } = ended[count++]!;
      if (!isCommit) this.aborted.add(stretches);
    }
    if (count > 0) ended.splice(0, count);
  }

  /** Nothing below is undecided, or decided by a marker that is not replicated. */
  firstUnstable(highWatermark: number): number {
    let first = this.firstUndecided(highWatermark);
    for (const { firstOffset } of this.#ended) first = Math.min(first, firstOffset);
    return first;
  }

  /** Nothing below is undecided, or decided by a marker that this leader appended and has not replicated. */
  firstUndecided(highWatermark: number): number {
    let first = highWatermark;
    if (this.open.size > 0) for (const { openFrom } of this.open) first = Math.min(first, openFrom);
    for (const { firstOffset, isOfLeader } of this.#ended)
      if (isOfLeader) first = Math.min(first, firstOffset);
    return first;
  }

  /** A node forgot these: they were silent for too long. */
  forget(node: string, producerIds: readonly number[], logEndOffset: number): void {
    for (const producerId of producerIds) this.#states.get(producerId)?.forgetOn(node, logEndOffset);
  }

  /**
   * A node read its log anew, from its start: of producers with nothing left there it may know nothing, whatever the
   * line has of them beyond that log's end. A snapshot does not say which transactions had ended below it and were not
   * replicated.
   */
  onReloaded(node: string, logStartOffset: number, logEndOffset: number): void {
    if (node === this.leader) for (const ended of this.#ended) ended.isOfLeader = false;
    if (logStartOffset === 0) return;
    const lastOffsets = this.#journal.lastOffsetsBelow(logEndOffset);
    for (const state of this.#states.values()) {
      const lastOffset = lastOffsets.get(state) ?? state.lastOffset;
      if (lastOffset < logStartOffset) state.forgetOn(node, logEndOffset);
    }
  }

  /** The line as it was when it ended here. */
  #follow(replica: ReplicaShadow, baseOffset: number): void {
    for (const ended of this.#ended) ended.isOfLeader = false;
    const journal = this.#journal;
    if (baseOffset > this.end || baseOffset <= journal.floor) {
      this.#startOver();
      return;
    }
    while (journal.lastBaseOffset >= baseOffset) this.#takeBack(baseOffset);
    this.aborted.truncate(baseOffset);
    const { lastBaseOffset, lastLeaderEpoch } = journal;
    const isSeen = lastBaseOffset >= Math.max(0, replica.logStartOffset);
    if (isSeen && replica.epochAt(lastBaseOffset) !== lastLeaderEpoch) this.#startOver();
  }

  #takeBack(logEndOffset: number): void {
    const lastOffset = this.#journal.lastBaseOffset;
    const state = this.#journal.undo();
    const ended = this.#ended.at(-1);
    if (ended !== undefined && ended.lastOffset === lastOffset) {
      this.#ended.pop();
      state.stretches = ended.stretches;
    }
    if (state.openFrom >= 0) this.open.add(state);
    else {
      this.open.delete(state);
      state.stretches = [];
    }
    state.cutStretches(logEndOffset);
  }

  /** A leader has what the line never had: nothing is known but what comes. */
  #startOver(): void {
    this.#states.clear();
    this.#journal.clear();
    this.#ended = [];
    this.open.clear();
    this.isWhole = false;
  }

  #stateOf(producerId: number): ProducerState {
    let state = this.#states.get(producerId);
    if (state === undefined) this.#states.set(producerId, (state = new ProducerState(producerId)));
    return state;
  }

  #addBatch(state: ProducerState, write: ProducerWrite): void {
    const { baseOffset, baseSequence, lastOffset } = write;
    state.producerEpoch = write.producerEpoch;
    state.lastSequence = baseSequence < 0 ? -1 : (baseSequence + (lastOffset - baseOffset)) % SEQUENCES;
    state.lastOffset = lastOffset;
    if (!write.isTransactional) return;
    if (state.openFrom < 0) {
      state.openFrom = baseOffset;
      state.stretches = [];
      this.open.add(state);
    }
    state.addStretch(baseOffset, lastOffset);
  }

  #addMarker(state: ProducerState, write: ProducerWrite, marker: MarkerWrite): void {
    if (write.producerEpoch !== state.producerEpoch) state.lastSequence = -1;
    state.producerEpoch = write.producerEpoch;
    state.coordinatorEpoch = marker.coordinatorEpoch;
    state.lastOffset = write.lastOffset;
    if (state.openFrom < 0) return;
    const { openFrom: firstOffset, stretches } = state;
    const { lastOffset } = write;
    this.#ended.push({ firstOffset, lastOffset, isCommit: marker.isCommit, stretches, isOfLeader: true });
    state.openFrom = -1;
    state.stretches = [];
    this.open.delete(state);
  }
}

/** Null: another control batch, or one that compaction has emptied. */
function markerOf(batch: Uint8Array): MarkerWrite | null {
  const records = readControlRecords(batch);
  const record = records instanceof RecordsError ? undefined : records[0];
  if (record === undefined) return null;
  if (record.type !== ControlType.ABORT && record.type !== ControlType.COMMIT) return null;
  return { isCommit: record.type === ControlType.COMMIT, coordinatorEpoch: record.message.coordinatorEpoch };
}
