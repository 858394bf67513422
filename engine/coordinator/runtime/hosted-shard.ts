import { assert, type Outbox, timerId, type Us, unreachable } from '../../machine/index.ts';
import { BatchBuilder, buildControlBatch, ControlType } from '../../records/index.ts';
import { SnapshotRegistry } from '../../timeline/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import { type ArmedTimers, KeyedTimers } from './armed-timers.ts';
import type { CoordinatorShard, Decision, RecordCodec, Settle, ShardContext } from './contract.ts';
import type { CoordinatorLog } from './coordinator-log.ts';
import { ParkedWrites } from './parked-writes.ts';
import { replayStretch } from './replay-stretch.ts';
import type { RuntimeOptions } from './runtime-options.ts';

/** Where a shard is in its life (`CoordinatorRuntime.CoordinatorState`). What exists only in a phase lives in it. */
type Phase<S> =
  | { readonly kind: 'initial' | 'failed' | 'closed' }
  | { readonly kind: 'loading'; readonly shard: S; nextOffset: number }
  | { readonly kind: 'active'; readonly shard: S };

const LEGAL: Readonly<Record<Phase<never>['kind'], readonly Phase<never>['kind'][]>> = {
  initial: ['loading', 'closed'],
  loading: ['active', 'failed', 'closed'],
  active: ['failed', 'closed'],
  failed: ['loading', 'closed'],
  closed: [],
};

/** Transactional writes come with their producer and with what its verification gave. */
export interface BatchOrigin {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly guard: unknown;
}

const PLAIN: BatchOrigin = { producerId: -1, producerEpoch: -1, guard: null };
/** Of a batch that is no end marker. */
const NO_TRANSACTION_VERSION = -1;

/**
 * One partition of a coordinators' topic that this broker leads: the shard, its snapshots, what waits for replication.
 *
 * Invariants: `committedOffset <= writtenOffset`; there is a snapshot at both; the shard's state is that of the log up
 * to `writtenOffset`, except within a decision.
 */
export class HostedShard<S extends CoordinatorShard<R>, R> {
  readonly partition: number;
  /** The leader epoch for which it was loaded. */
  leaderEpoch = -1;
  readonly #options: RuntimeOptions<S, R>;
  readonly #log: CoordinatorLog;
  readonly #codec: RecordCodec<R>;
  readonly #timers: KeyedTimers<R>;
  readonly #parked = new ParkedWrites();
  readonly #writeTimeout: Us;
  #timeline = new SnapshotRegistry();
  #phase: Phase<S> = { kind: 'initial' };
  #writtenOffset = 0;
  #committedOffset = 0;
  #isExpiryArmed = false;
  #isDeciding = false;
  readonly #snapshot = (offset: number): void => this.#noteWritten(offset);

  constructor(partition: number, options: RuntimeOptions<S, R>, timers: ArmedTimers<R>, writeTimeoutUs: Us) {
    this.partition = partition;
    this.#options = options;
    this.#log = options.log;
    this.#codec = options.codec;
    this.#timers = new KeyedTimers(partition, timers);
    this.#writeTimeout = writeTimeoutUs;
  }

  get phase(): Phase<S>['kind'] {
    return this.#phase.kind;
  }

  /** The shard, unless it is not there to be asked. */
  get shard(): S | null {
    return this.#phase.kind === 'active' ? this.#phase.shard : null;
  }

  get committedOffset(): number {
    return this.#committedOffset;
  }

  get writtenOffset(): number {
    return this.#writtenOffset;
  }

  get parkedCount(): number {
    return this.#parked.size;
  }

  /** Why a request cannot be served now, or NONE. */
  reject(): number {
    switch (this.#phase.kind) {
      case 'active':
        return ErrorCode.NONE;
      case 'loading':
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
      case 'initial':
      case 'failed':
      case 'closed':
        return ErrorCode.NOT_COORDINATOR;
      default:
        return unreachable(this.#phase);
    }
  }

  becomeLoading(now: Us, out: Outbox): void {
    this.#timeline = new SnapshotRegistry();
    const bounds = this.#log.bounds(this.partition);
    const context: ShardContext<R> = {
      partition: this.partition,
      timeline: this.#timeline,
      timers: this.#timers,
      wall: this.#options.wall,
      random: this.#options.random,
      image: this.#options.image,
    };
    const shard = this.#options.makeShard(context);
    this.#writtenOffset = 0;
    this.#committedOffset = 0;
    this.#become({ kind: 'loading', shard, nextOffset: bounds?.logStartOffset ?? 0 });
    out.arm(timerId(this.#options.timers.load, this.partition), now);
  }

  /**
   * Replays the next stretch of the partition, from the log start to the log end (`CoordinatorLoaderImpl`): what is not
   * replicated yet is part of the state too, behind a snapshot.
   */
  load(now: Us, out: Outbox): void {
    const phase = this.#phase;
    if (phase.kind !== 'loading') return;
    const bounds = this.#log.bounds(this.partition);
    const maxBytes = this.#options.loadBufferBytes;
    const chunks = bounds === null ? null : this.#log.read(this.partition, phase.nextOffset, maxBytes, out);
    if (bounds === null || chunks === null) {
      this.#fail(now, 'the partition is not led here any more', out);
      return;
    }
    const stretch = { chunks, fromOffset: phase.nextOffset, highWatermark: bounds.highWatermark };
    const nextOffset = replayStretch(phase.shard, this.#options, stretch, this.#snapshot, out);
    if (typeof nextOffset === 'string') {
      this.#fail(now, nextOffset, out);
      return;
    }
    phase.nextOffset = nextOffset;
    if (chunks.length > 0 && phase.nextOffset < bounds.logEndOffset) {
      out.arm(timerId(this.#options.timers.load, this.partition), now);
      return;
    }
    this.#finishLoading(now, phase.shard, bounds.logEndOffset, bounds.highWatermark, out);
  }

  /** Unloads, and answers everything that waits. */
  becomeClosed(now: Us, out: Outbox): void {
    const { phase } = this;
    this.#unload(now, { kind: 'closed' }, out);
    if (phase !== 'failed') this.#tellUnloaded('', out);
  }

  /** A request decides; what it decided is appended, replayed and parked. */
  write(
    now: Us,
    origin: BatchOrigin | null,
    decide: (shard: S) => Decision<R> | number,
    failed: Settle,
    out: Outbox,
  ): void {
    const { shard } = this;
    if (shard === null) {
      failed(now, this.reject(), out);
      return;
    }
    assert(!this.#isDeciding, 'a decision does not ask for another of the same shard');
    this.#isDeciding = true;
    const decided = decide(shard);
    this.#isDeciding = false;
    if (typeof decided === 'number') failed(now, decided, out);
    else this.#apply(now, decided, origin ?? PLAIN, out);
  }

  /** A timer of the shard went off. */
  runTimer(now: Us, decide: (now: Us, out: Outbox) => Decision<R> | null, failed: Settle, out: Outbox): void {
    assert(this.shard !== null, 'timers of a shard go with it');
    this.#isDeciding = true;
    const decided = decide(now, out);
    this.#isDeciding = false;
    if (decided === null) return;
    const settle: Settle = (at, errorCode, to) => {
      decided.settle(at, errorCode, to);
      if (errorCode !== ErrorCode.NONE) failed(at, errorCode, to);
    };
    this.#apply(now, { ...decided, settle }, PLAIN, out);
  }

  get timers(): KeyedTimers<R> {
    return this.#timers;
  }

  /** Writes a transaction's end marker into the partition, and ends the transaction in the shard. */
  completeTransaction(
    now: Us,
    origin: BatchOrigin,
    coordinatorEpoch: number,
    isCommit: boolean,
    transactionVersion: number,
    settle: Settle,
    out: Outbox,
  ): void {
    const { shard } = this;
    if (shard === null) {
      settle(now, this.reject(), out);
      return;
    }
    const { producerEpoch, producerId } = origin;
    shard.replayEndTransactionMarker(producerId, producerEpoch, isCommit);
    const batch = buildControlBatch(
      { producerId, producerEpoch, isTransactional: true },
      this.#options.wall.nowMs(),
      [{ type: isCommit ? ControlType.COMMIT : ControlType.ABORT, message: { coordinatorEpoch } }],
    );
    const errorCode = this.#flush(now, batch, this.#writtenOffset + 1, origin, transactionVersion, out);
    if (errorCode !== ErrorCode.NONE) settle(now, errorCode, out);
    else this.#park(now, settle, out);
  }

  /** The partition's high watermark may have moved. */
  onHighWatermark(now: Us, out: Outbox): void {
    if (this.#phase.kind !== 'active') return;
    const bounds = this.#log.bounds(this.partition);
    if (bounds === null) return;
    this.#noteCommitted(bounds.highWatermark);
    this.#parked.settleUpTo(now, this.#committedOffset, out);
  }

  onExpiryTimer(now: Us, out: Outbox): void {
    this.#isExpiryArmed = false;
    this.#parked.expire(now, out);
    this.#armExpiry(out);
  }

  #apply(now: Us, decision: Decision<R>, origin: BatchOrigin, out: Outbox): void {
    if (decision.records.length > 0) {
      const errorCode = this.#append(now, decision, origin, out);
      if (errorCode === ErrorCode.NONE) this.#park(now, decision.settle, out);
      else decision.settle(now, errorCode, out);
    } else if (this.#committedOffset < this.#writtenOffset) {
      // It may have seen what is not replicated yet: nobody hears of that before it is.
      this.#park(now, decision.settle, out);
    } else decision.settle(now, ErrorCode.NONE, out);
  }

  /** Appends and replays what was decided; with an error nothing of the last batch is left. */
  #append(now: Us, decision: Decision<R>, origin: BatchOrigin, out: Outbox): number {
    const { producerEpoch, producerId } = origin;
    const isTransactional = producerId !== -1;
    const mayBeSplit = decision.isAtomic === false && !isTransactional;
    const maxBytes = mayBeSplit ? this.#log.maxBatchBytes(this.partition) : Number.MAX_SAFE_INTEGER;
    const options = isTransactional ? { producerId, producerEpoch, baseSequence: 0, isTransactional } : {};
    const timestamp = this.#options.wall.nowMs();
    let builder = new BatchBuilder();
    for (const record of decision.records) {
      const { key, value } = this.#codec.encode(record);
      const written = { timestamp, key, value };
      if (builder.count > 0 && builder.estimatedSize + builder.sizeOfNext(written) > maxBytes) {
        const errorCode = this.#flushBuilt(now, builder, options, origin, out);
        if (errorCode !== ErrorCode.NONE) return errorCode;
        builder = new BatchBuilder();
      }
      if (decision.replay !== false) {
        this.#active().replay(this.#writtenOffset + builder.count, producerId, producerEpoch, record);
      }
      builder.append(written);
    }
    return this.#flushBuilt(now, builder, options, origin, out);
  }

  #flushBuilt(
    now: Us,
    builder: BatchBuilder,
    options: Parameters<BatchBuilder['close']>[0],
    origin: BatchOrigin,
    out: Outbox,
  ): number {
    const batch = builder.close(options);
    assert(batch instanceof Uint8Array, 'a batch without a codec can be closed');
    const endOffset = this.#writtenOffset + builder.count;
    return this.#flush(now, batch, endOffset, origin, NO_TRANSACTION_VERSION, out);
  }

  #flush(
    now: Us,
    batch: Uint8Array,
    expectedEndOffset: number,
    origin: BatchOrigin,
    transactionVersion: number,
    out: Outbox,
  ): number {
    const { partition } = this;
    const appended = this.#log.append(now, partition, batch, origin.guard, transactionVersion, out);
    if (appended.errorCode !== ErrorCode.NONE) {
      out.probe('coordinator: append failed and taken back');
      this.#timeline.revertTo(this.#writtenOffset);
      return appended.errorCode;
    }
    if (appended.endOffset !== expectedEndOffset) {
      // Somebody else has written here. What the shard believes is worth nothing: it is read again.
      out.probe('coordinator: out of step with its log');
      this.#fail(now, `the log ends at ${appended.endOffset}, not ${expectedEndOffset}`, out);
      this.becomeLoading(now, out);
      return ErrorCode.NOT_COORDINATOR;
    }
    this.#noteWritten(appended.endOffset);
    return ErrorCode.NONE;
  }

  #park(now: Us, settle: Settle, out: Outbox): void {
    this.#parked.park(this.#writtenOffset, now + this.#writeTimeout, settle);
    this.#armExpiry(out);
  }

  #armExpiry(out: Outbox): void {
    const { deadline } = this.#parked;
    if (this.#isExpiryArmed || deadline < 0) return;
    this.#isExpiryArmed = true;
    out.arm(timerId(this.#options.timers.write, this.partition), deadline);
  }

  #finishLoading(now: Us, shard: S, logEndOffset: number, highWatermark: number, out: Outbox): void {
    this.#noteWritten(Math.max(logEndOffset, this.#writtenOffset));
    this.#noteCommitted(highWatermark);
    this.#become({ kind: 'active', shard });
    const { partition, leaderEpoch } = this;
    out.fact({ fact: 'coordinator loaded', topic: this.#options.topic, partition, leaderEpoch });
    shard.onLoaded(now, out);
  }

  #noteWritten(offset: number): void {
    this.#writtenOffset = offset;
    this.#timeline.snapshot(offset);
  }

  /** Up to the last batch whose end the high watermark has reached: there is a snapshot. */
  #noteCommitted(highWatermark: number): void {
    if (highWatermark >= this.#writtenOffset) this.#committedOffset = this.#writtenOffset;
    else if (this.#timeline.has(highWatermark)) this.#committedOffset = highWatermark;
    else this.#committedOffset = this.#timeline.newestUpTo(highWatermark);
    this.#timeline.deleteUpTo(this.#committedOffset);
  }

  #fail(now: Us, why: string, out: Outbox): void {
    out.probe('coordinator: failed');
    this.#unload(now, { kind: 'failed' }, out);
    this.#tellUnloaded(why, out);
  }

  #unload(now: Us, next: Phase<S>, out: Outbox): void {
    const before = this.#phase;
    this.#become(next);
    this.#timers.cancelAll();
    this.#parked.failAll(now, ErrorCode.NOT_COORDINATOR, out);
    if (before.kind === 'active' || before.kind === 'loading') before.shard.onUnloaded(now, out);
    // Who was told that its write failed may have set others: nobody would be there when they go off.
    this.#timers.cancelAll();
  }

  #active(): S {
    assert(this.#phase.kind === 'active', 'only an active shard is written to');
    return this.#phase.shard;
  }

  #tellUnloaded(why: string, out: Outbox): void {
    const { partition, leaderEpoch } = this;
    const { topic } = this.#options;
    out.fact({ fact: 'coordinator unloaded', topic, partition, leaderEpoch, why });
  }

  #become(next: Phase<S>): void {
    const from = this.#phase.kind;
    assert(LEGAL[from].includes(next.kind), () => `a shard that is ${from} must not become ${next.kind}`);
    this.#phase = next;
  }
}
