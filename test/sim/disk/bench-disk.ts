import type { DiskError, Ticket } from '../../../engine/machine/index.ts';
import { DEFAULT_DISK, type DiskOptions, SimulatedDisk, type SyncOwner } from '../../../sim/disk/index.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import { RandomStreams } from '../../../sim/random/index.ts';

/** Syncs take 100 us, bytes are free, and only a sync writes. */
export const STEADY_DISK: DiskOptions = {
  ...DEFAULT_DISK,
  syncLatency: { floorUs: 100, tailUsMean: 0 },
  bytesPerSecond: 0,
  writebackUs: -1,
  journalCommitUs: -1,
};

/** A disk on a bench: a process that notes which syncs ended, and when. */
export class BenchDisk implements SyncOwner {
  readonly kernel = new Kernel();
  readonly disk: SimulatedDisk;
  readonly story: string[] = [];

  constructor(options: Partial<DiskOptions> = {}, seed = 'disk') {
    this.disk = new SimulatedDisk({
      kernel: this.kernel,
      random: new RandomStreams(seed).stream('disk'),
      options: { ...STEADY_DISK, ...options },
    });
    this.disk.attach(this);
    this.disk.makeDirectory('/d');
    this.syncNow('/', 'directory');
    this.story.length = 0;
  }

  onSynced(ticket: Ticket, error: DiskError | null): void {
    this.story.push(`${this.kernel.now} ${ticket} ${error === null ? 'ok' : error.code}`);
  }

  run(us: number): void {
    const until = this.kernel.now + us;
    this.kernel.run(until);
    this.kernel.now = until;
  }

  /** Syncs and waits for the end. */
  syncNow(path: string, kind: 'file' | 'directory' = 'file'): void {
    if (kind === 'file') this.disk.sync(path);
    else this.disk.syncDirectory(path);
    this.run(1_000);
  }

  /** Loses power and starts anew. */
  crash() {
    const report = this.disk.losePower();
    this.disk.attach(this);
    return report;
  }

  text(path: string): string {
    const size = this.disk.size(path);
    return size < 0 ? 'no such file' : textOf(this.disk.read(path, 0, size));
  }
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export function textOf(answer: Uint8Array | DiskError): string {
  return answer instanceof Uint8Array ? String.fromCharCode(...answer) : answer.code;
}
