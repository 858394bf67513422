/** One configuration of a sweep, run to its end. */
export interface SweepPoint {
  /** By axis name. */
  readonly configuration: Readonly<Record<string, string | number>>;
  readonly recordsPerSecond: number;
  /** Acknowledged to producers. */
  readonly bytesPerSecond: number;
  /** Of these, what followers kept up with: with acks=1 a leader may run ahead of its replication. */
  readonly replicatedBytesPerSecond: number;
  /** Microseconds, send to acknowledgement. */
  readonly latencyP50: number;
  readonly latencyP99: number;
  /** The resource that was busiest, where, and how busy (per mille); `in-flight` when none was over the half. */
  readonly binding: string;
  readonly busyPerMille: number;
  /** The lowest analytic bound of disks and links, which replicated throughput is never above. */
  readonly boundBytesPerSecond: number;
  readonly boundName: string;
  readonly verdict: string;
}

/** A grid of configurations over one scenario. Deterministic: no wall time in it. */
export interface SweepTable {
  readonly format: 1;
  readonly name: string;
  readonly title: string;
  readonly why: string;
  /** The hardware profile, and whether its prices are measured, published or invented. */
  readonly hardware: string;
  readonly provenance: string;
  readonly axes: readonly string[];
  readonly points: readonly SweepPoint[];
}
