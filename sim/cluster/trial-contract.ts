import type { Frame } from '../../engine/machine/index.ts';
import type { DiskImage } from '../disk/index.ts';
import type { Result } from '../result/index.ts';
import type { Dataset } from '../workload/index.ts';

export interface TrialOptions {
  readonly seed: string;
  /** How messages travel: as values, or as real bytes in both directions. The same trace hash either way. */
  readonly codec: 'objects' | 'bytes';
  /** The data sets that the scenario's workloads name. */
  readonly datasets: ReadonlyMap<string, Dataset>;
  /** Gets one line per event when a full trace is asked for. */
  readonly traceLine?: ((line: string) => void) | undefined;
  /** Told now and then how far simulated time is, out of how much. */
  readonly progress?: ((simulatedUs: number, ofUs: number) => void) | undefined;
  /**
   * What is on the disk of a server before it first starts; null: nothing. Topics that are there are not created, and
   * checks know nothing of their records: traffic goes to other topics.
   */
  readonly mount?: ((node: string) => DiskImage | null) | undefined;
  /** Handed the disk of every server as processes see it, when the run is over. */
  readonly disks?: ((node: string, disk: DiskImage) => void) | undefined;
  /**
   * Deep-freezes messages in flight, and checks their bodies against their schemas: a machine that changes one, or
   * sends what a wire would not carry, then crashes (a test mode).
   */
  readonly freeze?: boolean | undefined;
  /** Breaks the engine on purpose: what every frame becomes on its way. For tests that must see a check fire. */
  readonly sabotage?: ((frame: Frame) => Frame) | undefined;
}

/** The part of a result that is the same everywhere: all but the machine that it ran on. */
export type TrialResult = Omit<Result, 'host'>;
