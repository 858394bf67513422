import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDiskError } from '../engine/machine/index.ts';
import type { DiskImage } from '../sim/disk/index.ts';

/** Writes a simulated disk as real files and directories under `directory`: Kafka's own tools can read them. */
export function saveDisk(disk: DiskImage, directory: string): void {
  saveDirectory(disk, '', directory);
}

function saveDirectory(disk: DiskImage, path: string, into: string): void {
  mkdirSync(into, { recursive: true });
  for (const name of disk.list(path === '' ? '/' : path)) {
    const from = `${path}/${name}`;
    const size = disk.size(from);
    if (size < 0) {
      saveDirectory(disk, from, join(into, name));
      continue;
    }
    const content = disk.read(from, 0, size);
    if (!isDiskError(content)) writeFileSync(join(into, name), content);
  }
}
