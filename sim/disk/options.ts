import type { DiskErrorCode, Us } from '../../engine/machine/index.ts';
import type { Latency } from '../random/index.ts';

export const PAGE_BYTES = 4_096;
export const SECTOR_BYTES = 512;

/** How often each fate is drawn for a page that was written and not synced, as integer weights. */
export interface CrashWeights {
  /** It had reached the medium. */
  readonly kept: number;
  /** It had not: the old content, or zeros where there was none. */
  readonly dropped: number;
  /** Some leading or trailing sectors had. */
  readonly torn: number;
  /** Some sectors hold nonsense. */
  readonly garbage: number;
}

export interface DiskOptions {
  /** What a sync takes on top of moving its bytes. */
  readonly syncLatency: Latency;
  /** What the device writes in a second; 0 is unlimited. */
  readonly bytesPerSecond: number;
  /** Writers are held back when so much waits to be written back; 0 never. */
  readonly dirtyLimitBytes: number;
  /** 0 is unlimited; beyond it writes answer ENOSPC. */
  readonly capacityBytes: number;
  /** The kernel has written back what is older than this (Linux: 30 s). -1: only a sync writes. */
  readonly writebackUs: Us;
  /** The file system has committed entries older than this (ext4: 5 s). -1: only a sync commits. */
  readonly journalCommitUs: Us;
  readonly crash: CrashWeights;
}

/** A data centre's NVMe drive without power-loss protection, under Linux' and ext4's defaults. */
export const DEFAULT_DISK: DiskOptions = {
  syncLatency: { floorUs: 400, tailUsMean: 300 },
  bytesPerSecond: 1_000_000_000,
  dirtyLimitBytes: 0,
  capacityBytes: 0,
  writebackUs: 30_000_000,
  journalCommitUs: 5_000_000,
  crash: { kept: 4, dropped: 4, torn: 1, garbage: 1 },
};

export type DiskFault =
  /** Operations on matching paths answer an error, one in `oneIn` of them (absent: all). */
  | {
      readonly kind: 'error';
      /** `write` is every change but a sync. */
      readonly operation: 'read' | 'write' | 'sync';
      /** A path in which `*` stands for anything. */
      readonly path: string;
      readonly code: DiskErrorCode;
      readonly oneIn?: number;
      /**
       * For `sync`: the kernel then takes the pages for clean (Linux, "fsyncgate"): the next sync succeeds,
       * the data is in the page cache, and it is nowhere else.
       */
      readonly dropsPages?: boolean;
    }
  /** No sync completes until healed; each other operation takes so much longer. */
  | { readonly kind: 'stall'; readonly operationUs?: Us }
  /** Slow but not dead: more latency for each sync, and for each other operation. */
  | { readonly kind: 'slow'; readonly syncExtra: Latency; readonly operationUs?: Us }
  /** Nothing more fits. */
  | { readonly kind: 'full' }
  /** The device writes no more than this. */
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  /** One append in `oneIn` puts down a part of its bytes, and answers EIO. */
  | { readonly kind: 'short write'; readonly path: string; readonly oneIn: number }
  /** One read in `oneIn` has a bit changed in its last bytes; the file is good. */
  | { readonly kind: 'corrupt read'; readonly path: string; readonly oneIn: number };

/** Names a fault in force, so that it can be healed. */
export type DiskFaultId = number;
