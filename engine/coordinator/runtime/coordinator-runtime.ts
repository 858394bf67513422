import { assert, MS, type Outbox, type Us } from '../../machine/index.ts';
import type { ClusterImage, MetadataDelta } from '../../metadata/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import { ArmedTimers } from './armed-timers.ts';
import type { CoordinatorShard, Decision, Settle, TransactionalOrigin } from './contract.ts';
import { HostedShard } from './hosted-shard.ts';
import type { RuntimeOptions } from './runtime-options.ts';

/** A shard as checks may look at it. */
export interface ShardView {
  readonly topic: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly phase: 'initial' | 'loading' | 'active' | 'failed' | 'closed';
  /** Everything below is in the shard's state. */
  readonly writtenOffset: number;
  /** Everything below is replicated, as far as the shard has heard. */
  readonly committedOffset: number;
  /** Requests that wait for replication. */
  readonly parkedCount: number;
}

/** A shard that answers, itself: for checks, which only look. */
export interface LoadedShard<S> {
  readonly partition: number;
  readonly shard: S;
  /** Everything below is in its state. */
  readonly writtenOffset: number;
  /** Everything below is replicated, as far as it has heard. */
  readonly committedOffset: number;
}

/** A timer whose write failed runs again after this (`CoordinatorTimerImpl`). */
const TIMER_RETRY_BACKOFF: Us = 500 * MS;

/**
 * The shards of one coordinators' topic on this broker (`CoordinatorRuntime`): one for each partition that it leads.
 * A shard is loaded when the broker is elected and closed when it resigns; leader epochs keep old news out.
 *
 * What differs from Kafka: each decision that has records is a batch of its own, where Kafka's adaptive linger
 * (`group.coordinator.append.linger.ms` -1) joins those that wait in the same queue at the same moment. Here nothing
 * waits: a request is decided in the step that takes it in.
 */
export class CoordinatorRuntime<S extends CoordinatorShard<R>, R> {
  readonly #options: RuntimeOptions<S, R>;
  readonly #timers: ArmedTimers<R>;
  readonly #shards = new Map<number, HostedShard<S, R>>();
  readonly #writeTimeoutUs: Us;

  constructor(options: RuntimeOptions<S, R>) {
    this.#options = options;
    this.#timers = new ArmedTimers(options.timers.shard);
    this.#writeTimeoutUs = options.writeTimeoutMs * MS;
  }

  /** Partitions whose shards are active, ascending. */
  activePartitions(): number[] {
    const active: number[] = [];
    for (const { partition, phase } of this.#shards.values()) if (phase === 'active') active.push(partition);
    return active.sort((a, b) => a - b);
  }

  /** Partitions that this broker leads or begins to lead, whatever has become of them, ascending. */
  partitions(): number[] {
    return [...this.#shards.keys()].sort((a, b) => a - b);
  }

  /** A shard as checks may look at it, with how far it is replicated; null unless it is active. */
  view(partition: number): { readonly shard: S; readonly committedOffset: number } | null {
    const hosted = this.#shards.get(partition);
    const shard = hosted?.shard ?? null;
    return hosted === undefined || shard === null ? null : { shard, committedOffset: hosted.committedOffset };
  }

  /** The leader epoch in which a partition was loaded, -1 when it is not here: the coordinator's epoch. */
  leaderEpoch(partition: number): number {
    return this.#shards.get(partition)?.leaderEpoch ?? -1;
  }

  /** Every partition that this broker leads or begins to lead, ascending. */
  *views(): IterableIterator<ShardView> {
    const { topic } = this.#options;
    for (const partition of this.partitions()) {
      const { committedOffset, leaderEpoch, parkedCount, phase, writtenOffset } =
        this.#shards.get(partition)!;
      yield { topic, partition, leaderEpoch, phase, writtenOffset, committedOffset, parkedCount };
    }
  }

  /** Every shard that is active, by partition. */
  *loaded(): IterableIterator<LoadedShard<S>> {
    for (const partition of this.partitions()) {
      const { committedOffset, shard, writtenOffset } = this.#shards.get(partition)!;
      if (shard !== null) yield { partition, shard, writtenOffset, committedOffset };
    }
  }

  /** Requests that wait for replication. */
  get parkedCount(): number {
    let count = 0;
    for (const hosted of this.#shards.values()) count += hosted.parkedCount;
    return count;
  }

  /**
   * `decide` answers a decision, whose `settle` hears what became of it, or an error code, which `failed` hears as well
   * as why there was no deciding: COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR.
   */
  scheduleWrite(
    now: Us,
    partition: number,
    decide: (shard: S) => Decision<R> | number,
    failed: Settle,
    out: Outbox,
  ): void {
    const hosted = this.#shards.get(partition);
    if (hosted === undefined) failed(now, ErrorCode.NOT_COORDINATOR, out);
    else hosted.write(now, null, decide, failed, out);
  }

  /** A write that counts only when its transaction commits. The transaction is verified before anything is decided. */
  scheduleTransactionalWrite(
    now: Us,
    partition: number,
    origin: TransactionalOrigin,
    decide: (shard: S) => Decision<R> | number,
    failed: Settle,
    out: Outbox,
  ): void {
    const { verifier } = this.#options;
    assert(verifier !== undefined, 'transactional writes have a verifier');
    const { producerEpoch, producerId } = origin;
    verifier.verify(
      now,
      partition,
      origin,
      (at, errorCode, guard, to) => {
        const hosted = this.#shards.get(partition);
        if (errorCode !== ErrorCode.NONE) failed(at, errorCode, to);
        else if (hosted === undefined) failed(at, ErrorCode.NOT_COORDINATOR, to);
        else hosted.write(at, { producerId, producerEpoch, guard }, decide, failed, to);
      },
      out,
    );
  }

  /** Reads what is replicated: `committedOffset` goes to the timeline structures. */
  scheduleRead(
    now: Us,
    partition: number,
    read: (shard: S, committedOffset: number) => void,
    failed: Settle,
    out: Outbox,
  ): void {
    const hosted = this.#shards.get(partition);
    const shard = hosted?.shard ?? null;
    if (hosted === undefined) failed(now, ErrorCode.NOT_COORDINATOR, out);
    else if (shard === null) failed(now, hosted.reject(), out);
    else read(shard, hosted.committedOffset);
  }

  /** A transaction has ended: its marker goes into the partition, and its writes count or are forgotten. */
  completeTransaction(
    now: Us,
    partition: number,
    producerId: number,
    producerEpoch: number,
    coordinatorEpoch: number,
    isCommit: boolean,
    transactionVersion: number,
    settle: Settle,
    out: Outbox,
  ): void {
    const hosted = this.#shards.get(partition);
    if (hosted === undefined) {
      settle(now, ErrorCode.NOT_COORDINATOR, out);
      return;
    }
    const origin = { producerId, producerEpoch, guard: null };
    hosted.completeTransaction(now, origin, coordinatorEpoch, isCommit, transactionVersion, settle, out);
  }

  /** This broker leads a partition in a new leader epoch (`scheduleLoadOperation`). */
  onElected(now: Us, partition: number, leaderEpoch: number, out: Outbox): void {
    let hosted = this.#shards.get(partition);
    if (hosted === undefined) {
      hosted = new HostedShard(partition, this.#options, this.#timers, this.#writeTimeoutUs);
      this.#shards.set(partition, hosted);
    }
    if (hosted.leaderEpoch >= leaderEpoch) return;
    hosted.leaderEpoch = leaderEpoch;
    if (hosted.phase === 'initial' || hosted.phase === 'failed') hosted.becomeLoading(now, out);
  }

  /** Another leads in this epoch, or (null) the partition is gone (`scheduleUnloadOperation`). */
  onResigned(now: Us, partition: number, leaderEpoch: number | null, out: Outbox): void {
    const hosted = this.#shards.get(partition);
    if (hosted === undefined || (leaderEpoch !== null && hosted.leaderEpoch >= leaderEpoch)) return;
    this.#shards.delete(partition);
    hosted.becomeClosed(now, out);
  }

  /** The process ends: whatever waits is answered. */
  close(now: Us, out: Outbox): void {
    for (const partition of this.partitions()) this.onResigned(now, partition, null, out);
  }

  onHighWatermark(now: Us, partition: number, out: Outbox): void {
    this.#shards.get(partition)?.onHighWatermark(now, out);
  }

  onMetadata(now: Us, image: ClusterImage, delta: MetadataDelta, out: Outbox): void {
    for (const partition of this.activePartitions()) {
      this.#shards.get(partition)?.shard?.onMetadata(now, image, delta, out);
    }
  }

  onTimer(now: Us, kind: number, argument: number, out: Outbox): void {
    const { timers } = this.#options;
    switch (kind) {
      case timers.load:
        this.#shards.get(argument)?.load(now, out);
        return;
      case timers.write:
        this.#shards.get(argument)?.onExpiryTimer(now, out);
        return;
      case timers.shard:
        this.#onShardTimer(now, argument, out);
        return;
      default:
        assert(false, () => `timer kind ${kind} is not this runtime's`);
    }
  }

  #onShardTimer(now: Us, id: number, out: Outbox): void {
    const timer = this.#timers.take(id);
    if (timer === undefined) return;
    const { decide, key, owner, retry } = timer;
    const hosted = this.#shards.get(owner.partition);
    assert(hosted !== undefined && hosted.timers === owner, 'timers of a shard go with it');
    const failed: Settle = (at, errorCode, to) => {
      if (!retry || errorCode === ErrorCode.NOT_COORDINATOR) return;
      to.probe('coordinator: timer runs again');
      owner.schedule(at, key, TIMER_RETRY_BACKOFF, decide, to, true);
    };
    hosted.runTimer(now, decide, failed, out);
  }
}
