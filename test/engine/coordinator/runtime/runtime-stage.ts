import {
  CoordinatorRuntime,
  type CoordinatorShard,
  type Decision,
  type RecordCodec,
  type ShardContext,
  type WriteVerifier,
} from '../../../../engine/coordinator/index.ts';
import { timerArgument, timerKind, type Us } from '../../../../engine/machine/index.ts';
import { ClusterImage } from '../../../../engine/metadata/index.ts';
import { noCompression } from '../../../../engine/records/index.ts';
import { TimelineMap } from '../../../../engine/timeline/index.ts';
import { utf8Decode, utf8Encode } from '../../../../engine/wire/index.ts';
import { RecordingOutbox } from '../../recording-outbox.ts';
import { MemoryCoordinatorLog } from '../memory-coordinator-log.ts';

export interface ToyRecord {
  readonly key: string;
  readonly value: string | null;
}

/** Keys with values, and what open transactions would make of them. */
export class ToyShard implements CoordinatorShard<ToyRecord> {
  readonly context: ShardContext<ToyRecord>;
  readonly values: TimelineMap<string, string>;
  readonly pending: TimelineMap<string, string | null>;
  readonly events: string[] = [];

  constructor(context: ShardContext<ToyRecord>) {
    this.context = context;
    this.values = new TimelineMap(context.timeline);
    this.pending = new TimelineMap(context.timeline);
  }

  replay(_offset: number, producerId: number, _epoch: number, { key, value }: ToyRecord): void {
    if (producerId !== -1) this.pending.set(`${producerId} ${key}`, value);
    else if (value === null) this.values.delete(key);
    else this.values.set(key, value);
  }

  replayEndTransactionMarker(producerId: number, _epoch: number, isCommit: boolean): void {
    for (const [name, value] of [...this.pending]) {
      if (!name.startsWith(`${producerId} `)) continue;
      this.pending.delete(name);
      if (!isCommit) continue;
      const key = name.slice(name.indexOf(' ') + 1);
      if (value === null) this.values.delete(key);
      else this.values.set(key, value);
    }
  }

  onLoaded(): void {
    this.events.push('loaded');
  }
  onUnloaded(): void {
    this.events.push('unloaded');
  }
  onMetadata(): void {
    this.events.push('metadata');
  }

  /** Sorted, so that two shards can be compared. */
  state(atOffset?: number): string[] {
    const values = [...this.values.entries(atOffset)].map(([key, value]) => `${key}=${value}`);
    const pending = [...this.pending.entries(atOffset)].map(([key, value]) => `${key}~${value}`);
    return [...values, ...pending].sort();
  }
}

/** `x...` keys are of a type from the future, `!...` keys make no sense. */
const codec: RecordCodec<ToyRecord> = {
  encode: ({ key, value }) => ({ key: utf8Encode(key), value: value === null ? null : utf8Encode(value) }),
  decode: (key, value) => {
    const name = utf8Decode(key);
    if (name.startsWith('x')) return null;
    if (name.startsWith('!')) return `${name} makes no sense`;
    return { key: name, value: value === null ? null : utf8Decode(value) };
  },
};

export const TOY_TIMERS = { load: 40, shard: 41, write: 42 };

/** A runtime over logs in memory, with a clock that the test moves. */
export class RuntimeStage {
  now: Us = 0;
  readonly out = new RecordingOutbox();
  readonly log: MemoryCoordinatorLog;
  readonly runtime: CoordinatorRuntime<ToyShard, ToyRecord>;
  /** What settled the writes, in order. */
  readonly settled: { readonly name: string; readonly errorCode: number }[] = [];
  /** What the verifier says next. */
  verdict = 0;

  constructor(log = new MemoryCoordinatorLog(), loadBufferBytes = 1_000_000) {
    this.log = log;
    const verifier: WriteVerifier = {
      verify: (now, _partition, origin, done, out) =>
        done(now, this.verdict, `guard of ${origin.producerId}`, out),
    };
    const image = new ClusterImage();
    this.runtime = new CoordinatorRuntime<ToyShard, ToyRecord>({
      topic: '__toys',
      log,
      codec,
      compression: noCompression,
      verifier,
      makeShard: (context) => new ToyShard(context),
      wall: { nowMs: () => 1_000_000 + Math.floor(this.now / 1000) },
      random: { u32: () => 1, below: () => 0 },
      image: () => image,
      writeTimeoutMs: 5_000,
      loadBufferBytes,
      timers: TOY_TIMERS,
    });
  }

  /** Elects and loads. */
  lead(partition: number, leaderEpoch: number): void {
    this.runtime.onElected(this.now, partition, leaderEpoch, this.out);
    this.run(0);
  }

  /** Time passes, and timers go off. */
  run(byUs: Us): void {
    const until = this.now + byUs;
    for (;;) {
      const due = [...this.out.timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1])[0];
      if (due === undefined) break;
      const [timer, at] = due;
      this.out.timers.delete(timer);
      this.now = Math.max(this.now, at);
      this.runtime.onTimer(this.now, timerKind(timer), timerArgument(timer), this.out);
    }
    this.now = until;
  }

  decision(name: string, records: readonly ToyRecord[], isAtomic = true): Decision<ToyRecord> {
    return { records, isAtomic, settle: this.settle(name) };
  }

  settle(name: string): (now: Us, errorCode: number) => void {
    return (_now, errorCode) => {
      this.settled.push({ name, errorCode });
    };
  }

  write(name: string, partition: number, records: readonly ToyRecord[], isAtomic = true): void {
    const failed = this.settle(`${name} failed`);
    this.runtime.scheduleWrite(
      this.now,
      partition,
      () => this.decision(name, records, isAtomic),
      failed,
      this.out,
    );
  }

  writeInTransaction(
    name: string,
    partition: number,
    producerId: number,
    records: readonly ToyRecord[],
  ): void {
    const origin = { transactionalId: `t${producerId}`, producerId, producerEpoch: 0, apiVersion: 5 };
    const decide = () => this.decision(name, records);
    const failed = this.settle(`${name} failed`);
    this.runtime.scheduleTransactionalWrite(this.now, partition, origin, decide, failed, this.out);
  }

  end(name: string, partition: number, producerId: number, isCommit: boolean): void {
    const { now, out } = this;
    this.runtime.completeTransaction(now, partition, producerId, 0, 7, isCommit, 2, this.settle(name), out);
  }

  /** The followers have caught up to an offset. */
  replicate(partition: number, highWatermark = this.log.partition(partition).logEndOffset): void {
    this.log.partition(partition).highWatermark = highWatermark;
    this.runtime.onHighWatermark(this.now, partition, this.out);
  }

  state(partition: number): string[] | undefined {
    return this.runtime.view(partition)?.shard.state();
  }

  /** What a read sees; the code when it may not read. */
  read(partition: number): string[] | number {
    let seen: string[] | number = -1;
    this.runtime.scheduleRead(
      this.now,
      partition,
      (shard, committedOffset) => {
        seen = shard.state(committedOffset);
      },
      (_now, errorCode) => {
        seen = errorCode;
      },
      this.out,
    );
    return seen;
  }
}
