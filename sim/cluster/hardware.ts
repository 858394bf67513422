import { DEFAULT_DISK, type DiskOptions } from '../disk/index.ts';
import { FREE, type PriceList } from '../host/index.ts';
import type { Nic } from '../network/index.ts';

/** What machines a cluster runs on. Prices are integers; who says so stands in `provenance`. */
export interface HardwareProfile {
  readonly name: string;
  /** Whether these are measured, published or invented, and how. */
  readonly provenance: string;
  readonly prices: PriceList;
  /** Threads that work on requests; each node's. */
  readonly threads: number;
  readonly disk: DiskOptions;
  readonly brokerNic: Nic;
  readonly clientNic: Nic;
}

const GIGABIT = 125_000_000;

/** Work costs nothing and links carry anything; latencies and syncs remain. For searching wrong behaviour. */
const free: HardwareProfile = {
  name: 'free',
  provenance: 'no prices: latencies of links and syncs only',
  prices: FREE,
  threads: 1,
  disk: DEFAULT_DISK,
  brokerNic: { outBytesPerSecond: 0, inBytesPerSecond: 0 },
  clientNic: { outBytesPerSecond: 0, inBytesPerSecond: 0 },
};

/** A small virtual machine: 1 Gbit/s, one SATA-class disk, four request threads. Nobody measured these prices. */
const invented: HardwareProfile = {
  name: 'invented-small',
  provenance:
    'invented: 1 Gbit/s links, a disk that writes 200 MB/s, four request threads, prices of the right order; not calibrated against any machine',
  prices: {
    step: 2_000,
    send: 4_000,
    request: 8_000,
    partition: 1_500,
    batch: 1_500,
    record: 150,
    copiedKib: 120,
    checksummedKib: 90,
    compressedKib: 6_000,
    readKib: 60,
    writtenKib: 180,
  },
  threads: 4,
  disk: { ...DEFAULT_DISK, bytesPerSecond: 200_000_000, dirtyLimitBytes: 64 * 1024 * 1024 },
  brokerNic: { outBytesPerSecond: GIGABIT, inBytesPerSecond: GIGABIT },
  clientNic: { outBytesPerSecond: 10 * GIGABIT, inBytesPerSecond: 10 * GIGABIT },
};

const PROFILES: readonly HardwareProfile[] = [free, invented];

export function hardwareNames(): string[] {
  return PROFILES.map(({ name }) => name);
}

export function hardwareProfile(name: string): HardwareProfile {
  const profile = PROFILES.find((known) => known.name === name);
  if (profile === undefined) throw new RangeError(`no hardware profile is called ${name}`);
  return profile;
}
