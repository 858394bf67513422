import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DiskImage } from '../sim/disk/index.ts';

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
    if (content instanceof Uint8Array) writeFileSync(join(into, name), content);
  }
}

/** A simulated disk with what stands below a real directory: the other way of `saveDisk`. */
export function loadDisk(directory: string): DiskImage {
  const disk = new DiskImage();
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const path = `/${relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/')}`;
    if (entry.isDirectory()) makeDirectories(disk, path);
    else {
      makeDirectories(disk, path.slice(0, path.lastIndexOf('/')));
      disk.write(path, new Uint8Array(readFileSync(join(entry.parentPath, entry.name))));
    }
  }
  return disk;
}

function makeDirectories(disk: DiskImage, path: string): void {
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1))
    disk.makeDirectory(path.slice(0, at));
  if (path !== '') disk.makeDirectory(path);
}
