import { DiskError, type Us } from '../../engine/machine/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { ChunkBlocks } from './chunk-blocks.ts';
import { Content } from './content.ts';
import { type CrashReport, CrashState, emptyCrashReport } from './crash-state.ts';
import { DirectoryJournal } from './directory-journal.ts';
import { DirectoryNode, FileNode, type Node } from './node.ts';
import type { DiskOptions } from './options.ts';

/** Small chunks written longer ago than this go into blocks. */
export interface Packing {
  readonly ageUs: Us;
  readonly blocks: ChunkBlocks;
}

/**
 * Files and directories as processes see them, and behind them as the medium has them. Knows no latency and
 * no faults.
 */
export class FileTree {
  #root = new DirectoryNode();
  /** Paths looked up before. Dropped whole when a name stops meaning what it meant. */
  readonly #known = new Map<string, FileNode>();
  readonly #capacity: number;
  readonly #packing: Packing | null;
  readonly journal = new DirectoryJournal();
  /** Bytes in files, as processes see them. */
  usedBytes = 0;

  constructor(capacityBytes: number, packing: Packing | null = null) {
    this.#capacity = capacityBytes;
    this.#packing = packing;
  }

  append(path: string, chunk: Uint8Array, now: Us): DiskError | null {
    const node = this.#known.get(path) ?? this.#open(path, now);
    if (node instanceof DiskError) return node;
    if (this.#capacity > 0 && this.usedBytes + chunk.length > this.#capacity)
      return new DiskError('ENOSPC', path);
    node.live.append(chunk, now);
    if (this.#packing !== null && node.live.isPackingDue) {
      node.live.pack(now - this.#packing.ageUs, this.#packing.blocks);
    }
    this.usedBytes += chunk.length;
    return null;
  }

  write(path: string, content: Uint8Array, now: Us): DiskError | null {
    const node = this.#known.get(path) ?? this.#open(path, now);
    if (node instanceof DiskError) return node;
    const growth = content.length - node.live.size;
    if (this.#capacity > 0 && this.usedBytes + growth > this.#capacity) return new DiskError('ENOSPC', path);
    const fresh = new Content();
    fresh.append(content, now);
    node.replace(fresh, now);
    this.usedBytes += growth;
    return null;
  }

  read(path: string, position: number, length: number): Uint8Array | DiskError {
    const node = this.file(path);
    return node === null ? new DiskError('ENOENT', path) : node.live.read(position, length);
  }

  size(path: string): number {
    const node = this.file(path);
    return node === null ? -1 : node.live.size;
  }

  truncate(path: string, size: number, now: Us): DiskError | null {
    const node = this.file(path);
    if (node === null) return new DiskError('ENOENT', path);
    const growth = size - node.live.size;
    if (growth === 0) return null;
    if (growth > 0) return this.append(path, new Uint8Array(growth), now);
    node.truncate(size, now);
    this.usedBytes += growth;
    return null;
  }

  rename(from: string, to: string, now: Us): DiskError | null {
    const source = this.#parentOf(from);
    const target = this.#parentOf(to);
    const node = source?.entries.get(nameOf(from));
    if (source === null || node === undefined) return new DiskError('ENOENT', from);
    if (target === null) return new DiskError('ENOENT', to);
    const replaced = target.entries.get(nameOf(to));
    if (replaced === node) return null;
    if (replaced !== undefined) this.usedBytes -= bytesUnder(replaced);
    this.#known.clear();
    source.entries.delete(nameOf(from));
    target.entries.set(nameOf(to), node);
    this.journal.record(now, [
      { directory: source, name: nameOf(from), node: null },
      { directory: target, name: nameOf(to), node },
    ]);
    return null;
  }

  remove(path: string, now: Us): DiskError | null {
    const parent = this.#parentOf(path);
    const node = parent?.entries.get(nameOf(path));
    if (parent === null || node === undefined) return new DiskError('ENOENT', path);
    if (node.kind === 'file') this.#known.delete(path);
    else this.#known.clear();
    this.usedBytes -= bytesUnder(node);
    parent.entries.delete(nameOf(path));
    this.journal.record(now, [{ directory: parent, name: nameOf(path), node: null }]);
    return null;
  }

  makeDirectory(path: string, now: Us): DiskError | null {
    if (this.#lookUp(path)?.kind === 'directory') return null;
    const parent = this.#parentOf(path);
    if (parent === null || parent.entries.has(nameOf(path))) return new DiskError('ENOENT', path);
    this.#link(parent, nameOf(path), new DirectoryNode(), now);
    return null;
  }

  list(path: string): readonly string[] {
    const node = this.#lookUp(path);
    return node?.kind === 'directory' ? [...node.entries.keys()].sort() : [];
  }

  file(path: string): FileNode | null {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const node = this.#lookUp(path);
    if (node?.kind !== 'file') return null;
    this.#known.set(path, node);
    return node;
  }

  directory(path: string): DirectoryNode | null {
    const node = this.#lookUp(path);
    return node?.kind === 'directory' ? node : null;
  }

  /** An empty directory in place of one, durably: another disk was mounted there. */
  wipeDirectory(path: string, now: Us): void {
    const parent = this.#parentOf(path);
    const old = parent?.entries.get(nameOf(path));
    if (parent === null || old?.kind !== 'directory') return;
    this.usedBytes -= bytesUnder(old);
    this.#known.clear();
    this.#link(parent, nameOf(path), new DirectoryNode(), now);
    this.journal.commitDirectory(parent, this.journal.lastSeq);
  }

  /** Every file's path, sorted. */
  paths(): string[] {
    const found: string[] = [];
    collect(this.#root, '', found);
    return found.sort();
  }

  /** Leaves what the medium has after a power loss now. */
  losePower(now: Us, random: RandomStream, options: DiskOptions): CrashReport {
    const report = emptyCrashReport();
    if (options.journalCommitUs >= 0) this.journal.commitBefore(now - options.journalCommitUs);
    report.entriesUndone = this.journal.losePower(random);
    const writtenBefore = options.writebackUs < 0 ? -1 : now - options.writebackUs;
    const state = new CrashState(random, options.crash, writtenBefore, report);
    this.#known.clear();
    restore(this.#root, state);
    this.usedBytes = bytesUnder(this.#root);
    return report;
  }

  /** A copy of what processes see, all of it durable; bytes are shared. */
  clone(): FileTree {
    const copy = new FileTree(this.#capacity, this.#packing);
    copy.#root = cloneDirectory(this.#root);
    copy.usedBytes = this.usedBytes;
    return copy;
  }

  #open(path: string, now: Us): FileNode | DiskError {
    const found = this.file(path);
    if (found !== null) return found;
    const parent = this.#parentOf(path);
    if (parent === null || parent.entries.has(nameOf(path))) return new DiskError('ENOENT', path);
    const node = new FileNode();
    this.#link(parent, nameOf(path), node, now);
    this.#known.set(path, node);
    return node;
  }

  #link(parent: DirectoryNode, name: string, node: Node, now: Us): void {
    parent.entries.set(name, node);
    this.journal.record(now, [{ directory: parent, name, node }]);
  }

  #lookUp(path: string): Node | null {
    let node: Node = this.#root;
    for (const name of path.split('/')) {
      if (name === '') continue;
      if (node.kind !== 'directory') return null;
      const next: Node | undefined = node.entries.get(name);
      if (next === undefined) return null;
      node = next;
    }
    return node;
  }

  #parentOf(path: string): DirectoryNode | null {
    const node = this.#lookUp(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    return node?.kind === 'directory' ? node : null;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function collect(directory: DirectoryNode, path: string, into: string[]): void {
  for (const [name, node] of directory.entries) {
    if (node.kind === 'file') into.push(`${path}/${name}`);
    else collect(node, `${path}/${name}`, into);
  }
}

function bytesUnder(node: Node): number {
  if (node.kind === 'file') return node.live.size;
  let bytes = 0;
  for (const child of node.entries.values()) bytes += bytesUnder(child);
  return bytes;
}

/** In the order of names: the order in which entries were made durable is not part of the medium's state. */
function restore(directory: DirectoryNode, state: CrashState): void {
  const names = [...directory.durable.keys()].sort();
  directory.entries = new Map();
  for (const name of names) {
    const node = directory.durable.get(name)!;
    directory.entries.set(name, node);
    if (node.kind === 'file') state.apply(node);
    else restore(node, state);
  }
}

function cloneDirectory(directory: DirectoryNode): DirectoryNode {
  const copy = new DirectoryNode();
  for (const [name, node] of directory.entries) {
    const child = node.kind === 'file' ? cloneFile(node) : cloneDirectory(node);
    copy.entries.set(name, child);
    copy.durable.set(name, child);
  }
  return copy;
}

function cloneFile(node: FileNode): FileNode {
  const copy = new FileNode();
  copy.live = node.live.prefix(node.live.size);
  copy.durable = copy.live;
  copy.durableSize = copy.live.size;
  copy.shared = copy.live.size;
  copy.submitted = copy.live.size;
  return copy;
}
