import type { Reply } from '../../exchange/index.ts';
import {
  assert,
  MS,
  type Outbox,
  type Random,
  type RandomSource,
  type Us,
  unreachable,
  type WallClock,
} from '../../machine/index.ts';
import { Codec, type Compression, VerifiedBatches } from '../../records/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import { ClientNetwork, type ReplyReceiver } from '../client-network.ts';
import { TopicsOfInterest } from '../metadata/topics-of-interest.ts';
import {
  NEVER,
  type TransactionAction,
  type TransactionCall,
  type TransactionError,
  type TransactionListener,
  type TransactionResult,
} from '../ports.ts';
import { Tokens } from '../tokens.ts';
import { Accumulator } from './accumulator.ts';
import { PendingResult } from './pending-result.ts';
import type { ProducerConfig } from './producer-config.ts';
import { CLOSED_FORCEFULLY, illegalState } from './producer-errors.ts';
import { SendCall } from './send-call.ts';
import { Sender } from './sender.ts';
import { type CallStart, TransactionSession } from './transaction-session.ts';

export interface TransactionThreadPorts {
  readonly config: ProducerConfig;
  readonly listener: TransactionListener;
  readonly randoms: RandomSource;
  readonly wall: WallClock;
  readonly compression: Compression;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches;
}

/** What a thread can do with its producer: the rest is its own life. */
export type ProducerAction = Exclude<TransactionAction, { readonly do: 'think' | 'close' }>;

type OffsetsAction = Extract<TransactionAction, { readonly do: 'send offsets' }>;

/** What the thread waits for. */
type Waiting =
  | { readonly for: 'room' }
  | { readonly for: 'flush' }
  | { readonly for: 'topics'; readonly action: OffsetsAction; readonly deadline: Us }
  | {
      readonly for: 'result';
      readonly call: TransactionCall;
      readonly result: PendingResult;
      readonly deadline: Us;
    };

const TIMED_OUT: TransactionError = {
  code: ErrorCode.REQUEST_TIMED_OUT,
  message: 'no answer within max.block.ms',
  errorClass: 'retriable',
};

/**
 * One application thread and the transactional producer that it calls (`KafkaProducer` with a transactional id): each
 * call blocks the thread until it ends or max.block.ms has passed. Whoever owns the thread gives it actions while it is
 * free, and runs the sender.
 */
export class TransactionThread implements ReplyReceiver {
  readonly network: ClientNetwork;
  /** How the last call ended, for the application; null when there is nothing to tell. */
  ended: TransactionResult | null = null;
  readonly #ports: TransactionThreadPorts;
  readonly #maxBlockUs: Us;
  readonly #tokens = new Tokens();
  readonly #verified: VerifiedBatches;
  readonly #partitioning: Random;
  readonly #retrying: Random;
  #session!: TransactionSession;
  #accumulator!: Accumulator;
  #sender!: Sender;
  #send!: SendCall;
  /** Answers to what a producer asked that was thrown away are nobody's. */
  #firstToken = 0;
  #waiting: Waiting | null = null;
  /** Counted over all producers of this thread; 0 before the first. */
  #transaction = 0;
  #isClosing = false;
  #closesBy: Us = NEVER;

  constructor(ports: TransactionThreadPorts) {
    const { config, randoms } = ports;
    assert(config['transactional.id'] !== '', 'a transactional producer has a transactional.id');
    this.#ports = ports;
    this.#maxBlockUs = config['max.block.ms'] * MS;
    this.#verified = ports.verified ?? new VerifiedBatches();
    this.#partitioning = randoms.stream('partitioner');
    this.#retrying = randoms.stream('retry backoff');
    const topics = new TopicsOfInterest(config['metadata.max.idle.ms'] * MS);
    const maxInFlight = config['max.in.flight.requests.per.connection'];
    this.network = new ClientNetwork(config, maxInFlight, topics, true, randoms);
    this.#open();
  }

  // ---------------------------------------------------------------- the application's side

  /** The thread can do something: nothing is awaited, or what was has come. It may have to be asked after any input. */
  isFree(now: Us, out: Outbox): boolean {
    const waiting = this.#waiting;
    if (waiting === null) return true;
    switch (waiting.for) {
      case 'room':
        if (!this.#send.resume(now, out)) return false;
        this.#waiting = null;
        this.#onSendEnded(now);
        return true;
      case 'flush':
        if (this.#accumulator.incompleteCount > 0) return false;
        this.#accumulator.isFlushing = false;
        this.#end(now, 'flush', null);
        return true;
      case 'topics':
        return this.#onTopics(now, waiting.action, waiting.deadline);
      case 'result':
        return this.#onWaited(now, waiting.call, waiting.result, waiting.deadline);
      default:
        return unreachable(waiting);
    }
  }

  perform(now: Us, action: ProducerAction, out: Outbox): void {
    assert(this.#waiting === null, 'a thread that waits does nothing else');
    this.ended = null;
    if (action.do === 'send') {
      if (this.#send.start(now, action.record, out)) this.#onSendEnded(now);
      else this.#waiting = { for: 'room' };
      return;
    }
    if (action.do === 'reopen') {
      this.#reopen(now, out);
      return;
    }
    if (action.do === 'begin') {
      this.#begin(now, action);
      return;
    }
    this.#ports.listener.onCall(now, action.do === 'init' ? 0 : this.#transaction, action);
    switch (action.do) {
      case 'init':
        this.#await(now, 'init', this.#session.init());
        return;
      case 'send offsets':
        this.#sendOffsets(now, action);
        return;
      case 'flush':
        this.#accumulator.isFlushing = true;
        this.#waiting = { for: 'flush' };
        return;
      case 'commit':
        this.#await(now, 'commit', this.#session.commit());
        return;
      case 'abort':
        this.#await(now, 'abort', this.#session.abort());
        return;
      default:
        unreachable(action);
    }
  }

  // ---------------------------------------------------------------- the owner's side

  /** Runs the sender; answers when to look again. */
  work(now: Us, out: Outbox): Us {
    this.#send.hasWork = false;
    this.#accumulator.isExhausted = this.#send.isAwaitingMemory;
    if (this.#isClosing) this.#closeOn(now, out);
    let at = Math.min(this.#sender.run(now, out), this.#closesBy);
    const waiting = this.#waiting;
    if (waiting?.for === 'room') at = Math.min(at, this.#send.deadline);
    else if (waiting?.for === 'topics' || waiting?.for === 'result') at = Math.min(at, waiting.deadline);
    return at;
  }

  /** What the thread waits for has come, or its time is up. A record that waits for room is tried with every input. */
  canGoOn(now: Us): boolean {
    const waiting = this.#waiting;
    if (waiting === null) return true;
    switch (waiting.for) {
      case 'room':
        return this.#session.rejectSend() !== null;
      case 'flush':
        return this.#accumulator.incompleteCount === 0;
      case 'topics':
        return now >= waiting.deadline || this.#knows(waiting.action);
      case 'result':
        return now >= waiting.deadline || waiting.result.isCompleted;
      default:
        return unreachable(waiting);
    }
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): void {
    if (token >= this.#firstToken) this.#sender.onReply(now, token, reply, out);
  }

  /** Graceful, up to max.block.ms: what was sent is flushed, a transaction that is open is aborted. */
  close(now: Us): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#closesBy = now + this.#maxBlockUs;
    this.#accumulator.isClosed = true;
    this.#send.cancel(now);
    if (this.#waiting?.for === 'room') this.#waiting = null;
  }

  /** Nothing of this producer is left but its connections. */
  isClosed(now: Us): boolean {
    if (!this.#isClosing) return false;
    const { state, queue } = this.#session;
    const isIdle = this.#isDrained && !queue.hasPending && !queue.isInFlight;
    return (isIdle && !state.hasTransaction) || state.isFatal || now >= this.#closesBy;
  }

  /** After `isClosed`: whoever still waits is told. */
  end(now: Us, out: Outbox): void {
    this.#abandon(now);
    this.network.close(now, out);
  }

  view(): {
    readonly stage: string;
    readonly producerId: number;
    readonly producerEpoch: number;
    readonly transaction: number;
    readonly incompleteBatches: number;
    readonly freeBytes: number;
    readonly waitsFor: string | null;
  } {
    const { stage, producerId, producerEpoch } = this.#session.state;
    return {
      stage,
      producerId,
      producerEpoch,
      transaction: this.#transaction,
      incompleteBatches: this.#accumulator.incompleteCount,
      freeBytes: this.#accumulator.freeBytes,
      waitsFor:
        this.#waiting === null
          ? null
          : this.#waiting.for === 'result'
            ? this.#waiting.call
            : this.#waiting.for,
    };
  }

  // ---------------------------------------------------------------- calls

  #begin(now: Us, action: TransactionAction): void {
    const { listener } = this.#ports;
    const next = this.#transaction + 1;
    listener.onCall(now, next, action);
    const rejection = this.#session.begin();
    if (rejection === null) {
      this.#transaction = next;
      listener.onBegin(now, next, this.#session.state.producerId, this.#session.state.producerEpoch);
    }
    if (rejection === null) this.#tell(now, { call: 'begin', transaction: next, outcome: 'ok' });
    else this.#tell(now, { call: 'begin', transaction: next, outcome: 'fail', error: rejection });
  }

  #sendOffsets(now: Us, action: OffsetsAction): void {
    const { offsets, group } = action;
    if (group.generationId > 0 && group.memberId === '') {
      this.#end(now, 'send offsets', illegalState('a group metadata with a generation and no member'));
    } else if (offsets.length === 0) this.#end(now, 'send offsets', null);
    else {
      for (const { topic } of offsets) this.network.addTopic(topic, now);
      const deadline = now + this.#maxBlockUs;
      this.#waiting = { for: 'topics', action, deadline };
      this.#onTopics(now, action, deadline);
    }
  }

  /** Offsets go by topic id (KIP-1319): topics that were never asked about are asked about first. */
  #onTopics(now: Us, action: OffsetsAction, deadline: Us): boolean {
    if (!this.#knows(action)) {
      if (now < deadline) return false;
      this.#timeOut(now, 'send offsets');
      return true;
    }
    this.#await(now, 'send offsets', this.#session.sendOffsets(action.offsets, action.group), deadline);
    return this.#waiting === null;
  }

  #knows(action: OffsetsAction): boolean {
    return action.offsets.every(({ topic }) => !this.network.topics.isUnanswered(topic));
  }

  #await(now: Us, call: TransactionCall, start: CallStart, deadline = now + this.#maxBlockUs): void {
    if (start instanceof PendingResult) this.#waiting = { for: 'result', call, result: start, deadline };
    else this.#end(now, call, start);
  }

  #onWaited(now: Us, call: TransactionCall, result: PendingResult, deadline: Us): boolean {
    if (!result.isCompleted) {
      if (now < deadline) return false;
      this.#timeOut(now, call);
      return true;
    }
    result.isAcked = true;
    if (call === 'init' && result.error === null) this.#session.onInitialized();
    this.#end(now, call, result.error === null ? null : this.#session.classified(result.error));
    return true;
  }

  #onSendEnded(now: Us): void {
    if (this.#send.refusal !== null) this.#end(now, 'send', this.#send.refusal);
  }

  #end(now: Us, call: TransactionCall, error: TransactionError | null): void {
    if (error === null) this.#tell(now, { call, transaction: this.#numberOf(call), outcome: 'ok' });
    else {
      const isInDoubt = (call === 'commit' || call === 'abort') && this.#session.isEndInDoubt;
      const outcome = isInDoubt && error.errorClass !== 'illegal state' ? 'unknown' : 'fail';
      this.#tell(now, { call, transaction: this.#numberOf(call), outcome, error });
    }
  }

  /** The request goes on behind the application's back. */
  #timeOut(now: Us, call: TransactionCall): void {
    this.#tell(now, { call, transaction: this.#numberOf(call), outcome: 'unknown', error: TIMED_OUT });
  }

  #tell(now: Us, result: TransactionResult): void {
    this.#waiting = null;
    this.ended = result;
    this.#ports.listener.onResult(now, result);
  }

  #numberOf(call: TransactionCall): number {
    return call === 'init' ? 0 : this.#transaction;
  }

  // ---------------------------------------------------------------- opening and closing

  #open(): void {
    const { config, listener, wall, compression } = this.#ports;
    const { network } = this;
    const session = new TransactionSession(config, network, this.#tokens);
    const { idempotence } = session;
    const accumulator = new Accumulator(config, network.metadata, this.#partitioning, idempotence);
    const format = { codec: Codec[config['compression.type']], compression, verified: this.#verified };
    const random = this.#retrying;
    this.#session = session;
    this.#accumulator = accumulator;
    this.#sender = new Sender(config, network, accumulator, listener, random, format, this.#tokens, session);
    this.#send = new SendCall({ config, network, accumulator, listener, wall, session });
  }

  #reopen(now: Us, out: Outbox): void {
    out.probe('producer reopened');
    this.#abandon(now);
    this.#firstToken = this.#tokens.next();
    this.network.close(now, out);
    this.#open();
  }

  #abandon(now: Us): void {
    this.#session.close();
    this.#sender.abortAll(now, CLOSED_FORCEFULLY);
    if (this.#waiting?.for === 'result') this.#timeOut(now, this.#waiting.call);
    this.#waiting = null;
  }

  /** What a closing producer still does: a transaction that nobody ends is aborted (`Sender.run`). */
  #closeOn(now: Us, out: Outbox): void {
    const { state, queue } = this.#session;
    if (!this.#isDrained || queue.hasPending || queue.isInFlight) return;
    if (!state.hasTransaction || state.isCompleting) return;
    out.probe('open transaction aborted at close');
    if (!(this.#session.abort() instanceof PendingResult)) this.#closesBy = now;
  }

  get #isDrained(): boolean {
    return this.#accumulator.incompleteCount === 0 && this.#sender.inFlightCount === 0;
  }
}
