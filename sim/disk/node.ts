import type { Us } from '../../engine/machine/index.ts';
import { Content } from './content.ts';

/** Bytes that a failed sync dropped: in the page cache they are clean, on the medium they never were. */
export interface LostRange {
  readonly from: number;
  to: number;
}

/**
 * A file. `shared` is how much of `live` is known to be on the medium: a prefix of it equals a prefix of the
 * durable content, and `shared <= min(live.size, durableSize)`.
 */
export class FileNode {
  readonly kind = 'file';
  live = new Content();
  durable: Content = this.live;
  durableSize = 0;
  shared = 0;
  /** What syncs under way have taken on, as a prefix of `live`. */
  submitted = 0;
  /** Number of the latest sync that became durable: an older one that ends later changes nothing. */
  durableSync = 0;
  /** When it was last cut or replaced. */
  cutAt: Us = -1;
  lost: LostRange[] = [];
  readonly syncs = new Set<FileSync>();

  /** Cuts to a prefix: `live` becomes a new content, so that the durable one stays as it was. */
  truncate(size: number, now: Us): void {
    this.cutAt = now;
    this.live = this.live.prefix(size);
    this.#forgetBeyond(size);
    for (const range of this.lost) if (range.to > size) range.to = size;
    this.lost = this.lost.filter((range) => range.from < range.to);
  }

  replace(content: Content, now: Us): void {
    this.cutAt = now;
    this.live = content;
    this.#forgetBeyond(0);
    this.lost = [];
  }

  /** A sync ended well: what it took on is durable. */
  settle(sync: FileSync): void {
    if (sync.seq < this.durableSync) return;
    this.durableSync = sync.seq;
    this.durable = sync.content;
    this.durableSize = sync.size;
    this.shared = sync.shared;
  }

  /** Differs from what is durable. */
  get dirty(): boolean {
    return this.lost.length > 0 || this.shared < this.live.size || this.shared < this.durableSize;
  }

  #forgetBeyond(size: number): void {
    this.shared = Math.min(this.shared, size);
    this.submitted = Math.min(this.submitted, size);
    for (const sync of this.syncs) sync.shared = Math.min(sync.shared, size);
  }
}

/** A sync of a file under way: the content as it was when asked. */
export interface FileSync {
  readonly kind: 'file';
  readonly seq: number;
  readonly path: string;
  readonly node: FileNode;
  readonly content: Content;
  readonly size: number;
  /** How much of it `node.live` still begins with. */
  shared: number;
}

/** A directory: what processes see, and what the medium has. */
export class DirectoryNode {
  readonly kind = 'directory';
  entries = new Map<string, FileNode | DirectoryNode>();
  durable = new Map<string, FileNode | DirectoryNode>();
}

export type Node = FileNode | DirectoryNode;

/** One step of a change to directories: a name now stands for a node, or for nothing. */
export interface EntryChange {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: Node | null;
}
