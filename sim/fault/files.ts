import type { SimulatedDisk } from '../disk/index.ts';
import type { FileClass } from '../scenario/index.ts';
import { mixed } from './luck.ts';

/** Where a batch's length stands, what comes before its records' own header, and what its CRC covers from. */
const LENGTH_AT = 8;
const PREFIX_BYTES = 12;
const COVERED_FROM = 21;
const HEADER_BYTES = 61;

/** Whole batches in one segment that a fault looks through; a damaged one must not be a walk of minutes. */
const MAX_BATCHES = 100_000;

export interface BatchPlace {
  readonly path: string;
  readonly position: number;
  readonly length: number;
}

/** Paths of one class, sorted, that hold something. */
export function filesOf(disk: SimulatedDisk, wanted: FileClass): string[] {
  return disk.paths().filter((path) => disk.size(path) > 0 && classOf(path) === wanted);
}

function classOf(path: string): FileClass | null {
  const inMetadata = path.includes('/__cluster_metadata-');
  if (path.endsWith('.log')) return inMetadata ? 'metadata' : 'segment';
  if (path.endsWith('index')) return inMetadata ? null : 'index';
  return path.endsWith('checkpoint') ? 'checkpoint' : null;
}

/** A batch on this disk, the salt says which; null when there is none. */
export function batchOn(disk: SimulatedDisk, salt: number, wanted: FileClass = 'segment'): BatchPlace | null {
  const paths = filesOf(disk, wanted);
  if (paths.length === 0) return null;
  const path = paths[mixed(salt, 0) % paths.length]!;
  const batches = batchesIn(disk, path);
  return batches.length === 0 ? null : batches[mixed(salt, 1) % batches.length]!;
}

/** A place in a batch that its CRC covers. */
export function coveredPlace({ position, length }: BatchPlace, salt: number): number {
  return position + COVERED_FROM + (mixed(salt, 2) % (length - COVERED_FROM));
}

export function batchesIn(disk: SimulatedDisk, path: string): BatchPlace[] {
  const found: BatchPlace[] = [];
  const size = disk.size(path);
  let position = 0;
  while (found.length < MAX_BATCHES && position + HEADER_BYTES <= size) {
    const bytes = disk.peek(path, position + LENGTH_AT, 4);
    const length = PREFIX_BYTES + ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!);
    if (length < HEADER_BYTES || position + length > size) break;
    found.push({ path, position, length });
    position += length;
  }
  return found;
}
