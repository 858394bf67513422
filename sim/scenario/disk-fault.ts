import type { Duration } from './duration.ts';
import type { Target, TimedFault } from './timed-fault.ts';

/** Syncs do not complete, reads and writes crawl. */
export interface DiskStall extends TimedFault {
  readonly kind: 'disk-stall';
  readonly target: Target;
}

/** Slow but not dead: each sync takes about so much longer, each read and write a hundredth of it. */
export interface DiskSlow extends TimedFault {
  readonly kind: 'disk-slow';
  readonly target: Target;
  readonly delay: Duration;
}

/** The device writes no more than this. */
export interface DiskThrottle extends TimedFault {
  readonly kind: 'disk-throttle';
  readonly target: Target;
  readonly bytesPerSecond: number;
}

/** Such operations answer EIO. Heals by a good disk and, if the process gave up, a restart. */
export interface DiskFailure extends TimedFault {
  readonly kind: 'disk-error';
  readonly target: Target;
  readonly operation: 'read' | 'write' | 'sync';
  /** A path in which `*` stands for anything; every path if absent. */
  readonly path?: string | undefined;
  /** One operation in so many; every one if absent. */
  readonly oneIn?: number | undefined;
}

/** No space left: what would grow answers ENOSPC. Heals by space and, if the process gave up, a restart. */
export interface DiskFull extends TimedFault {
  readonly kind: 'disk-full';
  readonly target: Target;
}

/** A sync fails and the kernel takes the pages for clean: they are in the page cache, and nowhere else. */
export interface SyncLoss extends TimedFault {
  readonly kind: 'sync-loss';
  readonly target: Target;
}

/** One write in `oneIn` puts down a part of its bytes and answers EIO. */
export interface ShortWrite extends TimedFault {
  readonly kind: 'short-write';
  readonly target: Target;
  readonly oneIn: number;
}

/** One read of records in `oneIn` returns a bit changed; the medium is good. */
export interface CorruptRead extends TimedFault {
  readonly kind: 'corrupt-read';
  readonly target: Target;
  readonly oneIn: number;
}

/** What a file is for, as far as damage cares. */
export type FileClass = 'segment' | 'index' | 'checkpoint' | 'metadata';

/** A bit changes at rest: in a batch where its CRC sees it, or anywhere in a file of another class. */
export interface BitFlip extends TimedFault {
  readonly kind: 'bit-flip';
  readonly target: Target;
  readonly in: FileClass;
  /** Any integer: which file, which batch, which bit. */
  readonly salt: number;
}

/** A batch was written to the place of another one's: its own place has zeros, the other's is overwritten. */
export interface MisdirectedWrite extends TimedFault {
  readonly kind: 'misdirected-write';
  readonly target: Target;
  readonly salt: number;
}

/** A block of a segment is as it was before its last write: the write was acknowledged and never reached it. */
export interface StaleBlock extends TimedFault {
  readonly kind: 'stale-block';
  readonly target: Target;
  readonly salt: number;
}

/** Everything under a log directory answers EIO; heals by an empty disk in its place, and a restart if needed. */
export interface LoseDirectory extends TimedFault {
  readonly kind: 'lose-directory';
  readonly target: Target;
  readonly directory: string;
}

export type DiskFault =
  | DiskStall
  | DiskSlow
  | DiskThrottle
  | DiskFailure
  | DiskFull
  | SyncLoss
  | ShortWrite
  | CorruptRead
  | BitFlip
  | MisdirectedWrite
  | StaleBlock
  | LoseDirectory;
