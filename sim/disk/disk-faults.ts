import type { Us } from '../../engine/machine/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { DiskFault, DiskFaultId } from './options.ts';
import { matchesPath } from './path-pattern.ts';

type ErrorFault = Extract<DiskFault, { kind: 'error' }>;

/** The faults in force on one disk, in the order in which they came. */
export class DiskFaults {
  readonly #random: RandomStream;
  readonly #faults = new Map<DiskFaultId, DiskFault>();
  #next = 1;
  /** Nothing to ask for: the common case is one comparison. */
  any = false;
  stalls = 0;
  full = 0;
  /** What every operation but a sync takes longer. */
  operationUs: Us = 0;
  /** The tightest of the ceilings on the device; 0 for none. */
  bytesPerSecond = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  inject(fault: DiskFault): DiskFaultId {
    const id = this.#next++;
    this.#faults.set(id, fault);
    this.#count();
    return id;
  }

  heal(id: DiskFaultId): void {
    this.#faults.delete(id);
    this.#count();
  }

  healAll(): void {
    this.#faults.clear();
    this.#count();
  }

  get size(): number {
    return this.#faults.size;
  }

  /** The error fault that strikes this operation, or null. */
  strike(operation: 'read' | 'write' | 'sync', path: string): ErrorFault | null {
    for (const fault of this.#faults.values()) {
      if (fault.kind !== 'error' || fault.operation !== operation) continue;
      if (!matchesPath(fault.path, path)) continue;
      if (fault.oneIn === undefined || this.#random.below(fault.oneIn) === 0) return fault;
    }
    return null;
  }

  /** Whether a write is cut short, or a read damaged, this time. */
  strikesBytes(kind: 'short write' | 'corrupt read', path: string): boolean {
    for (const fault of this.#faults.values())
      if (fault.kind === kind && matchesPath(fault.path, path) && this.#random.below(fault.oneIn) === 0)
        return true;
    return false;
  }

  /** What syncs take longer now. */
  syncExtra(): Us {
    let us = 0;
    for (const fault of this.#faults.values())
      if (fault.kind === 'slow') us += this.#random.latency(fault.syncExtra);
    return us;
  }

  #count(): void {
    this.any = this.#faults.size > 0;
    this.stalls = 0;
    this.full = 0;
    this.operationUs = 0;
    this.bytesPerSecond = 0;
    for (const fault of this.#faults.values()) {
      if (fault.kind === 'stall') this.stalls++;
      else if (fault.kind === 'full') this.full++;
      else if (fault.kind === 'throttle')
        this.bytesPerSecond = Math.min(fault.bytesPerSecond, this.bytesPerSecond || fault.bytesPerSecond);
      if (fault.kind === 'stall' || fault.kind === 'slow') this.operationUs += fault.operationUs ?? 0;
    }
  }
}
