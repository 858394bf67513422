import type { Random, WallClock } from '../../machine/index.ts';
import type { ClusterImage } from '../../metadata/index.ts';
import type { Compression } from '../../records/index.ts';
import type { CoordinatorShard, RecordCodec, ShardContext } from './contract.ts';
import type { CoordinatorLog, WriteVerifier } from './coordinator-log.ts';

export interface RuntimeOptions<S extends CoordinatorShard<R>, R> {
  /** `__consumer_offsets` or `__transaction_state`: for facts. */
  readonly topic: string;
  readonly log: CoordinatorLog;
  readonly codec: RecordCodec<R>;
  readonly compression: Compression;
  /** Absent: nobody writes transactionally. */
  readonly verifier?: WriteVerifier | undefined;
  readonly makeShard: (context: ShardContext<R>) => S;
  readonly wall: WallClock;
  readonly random: Random;
  /** The metadata as this broker has applied it. */
  readonly image: () => ClusterImage;
  /** How long a write may wait for its replication. */
  readonly writeTimeoutMs: number;
  /** Bytes of the log that one step replays at most. */
  readonly loadBufferBytes: number;
  /** Kinds of the process's timers that are this runtime's. */
  readonly timers: { readonly load: number; readonly shard: number; readonly write: number };
}
