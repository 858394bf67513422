import type { Disk, RandomSource, WallClock } from '../machine/index.ts';
import type { Compression, VerifiedBatches } from '../records/index.ts';
import type { CleanerConfig, LogConfig, LogDirectoryConfig } from './log-config.ts';

export interface LogDirectoryOptions {
  readonly disk: Disk;
  /** A log.dir. It exists. */
  readonly path: string;
  /** Its place among the broker's log directories: the argument of its timers. */
  readonly ordinal?: number;
  readonly random: RandomSource;
  readonly wall: WallClock;
  readonly config: LogDirectoryConfig;
  readonly cleanerConfig?: CleanerConfig;
  readonly clusterId: string;
  readonly nodeId: number;
  readonly compression?: Compression;
  readonly verified?: VerifiedBatches | undefined;
  /** Topics' configurations as known at boot; the defaults otherwise. */
  readonly topicConfig?: (topic: string) => LogConfig;
}
