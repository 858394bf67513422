import type {
  CoordinatorShard,
  Decision,
  Settle,
  ShardContext,
  ShardTimers,
} from '../../../engine/coordinator/index.ts';
import type { Outbox, Us } from '../../../engine/machine/index.ts';
import { ClusterImage, MetadataDelta } from '../../../engine/metadata/index.ts';
import { SnapshotRegistry } from '../../../engine/timeline/index.ts';
import { RecordingOutbox } from '../recording-outbox.ts';

interface Armed<R> {
  at: Us;
  decide: (now: Us, out: Outbox) => Decision<R> | null;
}

/** The wall clock of a stage at time zero. */
export const STAGE_EPOCH_MS = 1_700_000_000_000;

/**
 * A shard without a log: what it decides is applied at once and replicated at once, unless the stage says otherwise.
 *
 *     const stage = new DirectRuntime(image, (context) => new GroupShard(context, config));
 *     stage.write((shard, now, out) => shard.something(now, ...));   // answers the code that settled it
 *     stage.advance(10 * SECOND);                                     // timers go off in their order
 *     const again = stage.rebuild();                                  // a shard from the records alone
 */
export class DirectRuntime<S extends CoordinatorShard<R>, R> {
  readonly out = new RecordingOutbox();
  readonly timeline = new SnapshotRegistry();
  /** Everything written so far, in order, with who wrote it. */
  readonly records: { readonly record: R; readonly producerId: number; readonly producerEpoch: number }[] =
    [];
  /** The next writes fail with this code, and nothing of them stays. */
  failWith = 0;
  /** Writes wait for `release`. */
  isHeld = false;
  now: Us = 0;
  readonly shard: S;
  readonly #makeShard: (context: ShardContext<R>) => S;
  readonly #timers = new Map<string, Armed<R>>();
  readonly #held: { settle: Settle; offset: number }[] = [];
  #image: ClusterImage;
  #draws = 0;

  constructor(image: ClusterImage, makeShard: (context: ShardContext<R>) => S) {
    this.#image = image;
    this.#makeShard = makeShard;
    this.timeline.snapshot(0);
    this.shard = makeShard(this.#context(this.timeline, this.#shardTimers()));
    this.shard.onLoaded(0, this.out);
  }

  get nowMs(): number {
    return STAGE_EPOCH_MS + Math.floor(this.now / 1000);
  }

  get timerKeys(): string[] {
    return [...this.#timers.keys()].sort();
  }

  /** When a timer goes off, -1 when it is not set. */
  timerAt(key: string): Us {
    return this.#timers.get(key)?.at ?? -1;
  }

  /** The offset behind everything that is replicated: what `scheduleRead` hands to a read. */
  get committedOffset(): number {
    return this.#held[0]?.offset ?? this.records.length;
  }

  /** Decides and applies. Answers what settled it, the code it was refused with, or -1 while it is held. */
  write(
    decide: (shard: S, now: Us, out: Outbox) => Decision<R> | number,
    producerId = -1,
    producerEpoch = -1,
  ): number {
    const decided = decide(this.shard, this.now, this.out);
    if (typeof decided === 'number') return decided;
    return this.#apply(decided, producerId, producerEpoch);
  }

  endTransaction(producerId: number, producerEpoch: number, isCommit: boolean): void {
    this.shard.replayEndTransactionMarker(producerId, producerEpoch, isCommit);
  }

  /** What was held is replicated. */
  release(): void {
    this.isHeld = false;
    for (const { settle } of this.#held.splice(0)) settle(this.now, 0, this.out);
    this.timeline.deleteUpTo(this.records.length);
  }

  /** Time passes; timers that become due go off in the order of their times. */
  advance(byUs: Us): void {
    const until = this.now + byUs;
    for (;;) {
      let next: [string, Armed<R>] | null = null;
      for (const entry of this.#timers)
        if (entry[1].at <= until && (next === null || entry[1].at < next[1].at)) next = entry;
      if (next === null) break;
      const [key, armed] = next;
      this.#timers.delete(key);
      this.now = Math.max(this.now, armed.at);
      const decision = armed.decide(this.now, this.out);
      if (decision !== null) this.#apply(decision, -1, -1);
    }
    this.now = until;
  }

  /** The metadata moves on. */
  setImage(image: ClusterImage, delta = new MetadataDelta()): void {
    this.#image = image;
    this.shard.onMetadata(this.now, image, delta, this.out);
  }

  /** A fresh shard that has replayed all records, as another broker would after a failover. Its timers do nothing. */
  rebuild(): S {
    const timeline = new SnapshotRegistry();
    const shard = this.#makeShard(this.#context(timeline, IDLE_TIMERS));
    for (const [offset, { record, producerId, producerEpoch }] of this.records.entries()) {
      shard.replay(offset, producerId, producerEpoch, record);
    }
    timeline.snapshot(this.records.length);
    shard.onLoaded(this.now, this.out);
    return shard;
  }

  #apply(decision: Decision<R>, producerId: number, producerEpoch: number): number {
    if (this.failWith !== 0 && decision.records.length > 0) {
      this.timeline.revertTo(this.records.length);
      decision.settle(this.now, this.failWith, this.out);
      return this.failWith;
    }
    for (const record of decision.records) {
      if (decision.replay !== false)
        this.shard.replay(this.records.length, producerId, producerEpoch, record);
      this.records.push({ record, producerId, producerEpoch });
    }
    this.timeline.snapshot(this.records.length);
    if (this.isHeld) {
      this.#held.push({ settle: decision.settle, offset: this.records.length - decision.records.length });
      return -1;
    }
    this.timeline.deleteUpTo(this.records.length);
    let settledWith = -1;
    decision.settle(this.now, (settledWith = 0), this.out);
    return settledWith;
  }

  #context(timeline: SnapshotRegistry, timers: ShardTimers<R>): ShardContext<R> {
    return {
      partition: 0,
      timeline,
      timers,
      wall: { nowMs: () => this.nowMs },
      random: { u32: () => this.#draw(), below: (bound) => this.#draw() % bound },
      image: () => this.#image,
    };
  }

  /** Any numbers do, as long as they differ. */
  #draw(): number {
    this.#draws += 1;
    return Math.imul(this.#draws, 0x9e3779b1) >>> 0;
  }

  #shardTimers(): ShardTimers<R> {
    return {
      schedule: (now, key, delayUs, decide) => {
        this.#timers.set(key, { at: now + delayUs, decide });
      },
      cancel: (key) => {
        this.#timers.delete(key);
      },
      has: (key) => this.#timers.has(key),
    };
  }
}

const IDLE_TIMERS: ShardTimers<never> = { schedule: () => {}, cancel: () => {}, has: () => false };

/** An image without anything in it. */
export function emptyImage(): ClusterImage {
  return new ClusterImage();
}
