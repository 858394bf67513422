import { unheard } from '../../machine/index.ts';
import { SnapshotRegistry } from '../../timeline/index.ts';
import type { Records } from '../../wire/index.ts';
import type { CoordinatorShard, ShardContext } from './contract.ts';
import { type ReplayOptions, replayStretch } from './replay-stretch.ts';

/** What a shard is made of, besides its timeline and its timers. */
export interface RebuildOptions<S extends CoordinatorShard<R>, R>
  extends ReplayOptions<R>,
    Pick<ShardContext<R>, 'partition' | 'wall' | 'random' | 'image'> {
  readonly makeShard: (context: ShardContext<R>) => S;
}

/**
 * A shard as a load of these batches leaves it, before it is told so: nobody asks it and no timer runs. For who
 * compares it with one that has lived. In words why there is none.
 */
export function rebuildShard<S extends CoordinatorShard<R>, R>(
  options: RebuildOptions<S, R>,
  chunks: Records,
  fromOffset: number,
): S | string {
  const { image, makeShard, partition, random, wall } = options;
  const timers = { schedule: () => {}, cancel: () => {}, has: () => false };
  const shard = makeShard({ partition, timeline: new SnapshotRegistry(), timers, wall, random, image });
  const stretch = { chunks, fromOffset, highWatermark: Number.MAX_SAFE_INTEGER };
  const replayed = replayStretch(shard, options, stretch, () => {}, unheard());
  return typeof replayed === 'string' ? replayed : shard;
}
