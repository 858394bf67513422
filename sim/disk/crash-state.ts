import type { Us } from '../../engine/machine/index.ts';
import type { RandomStream } from '../random/index.ts';
import { Content } from './content.ts';
import type { FileNode } from './node.ts';
import { type CrashWeights, PAGE_BYTES, SECTOR_BYTES } from './options.ts';

/** What a power loss did, counted. */
export interface CrashReport {
  /** Files that had something to lose. */
  files: number;
  pagesKept: number;
  pagesDropped: number;
  pagesTorn: number;
  pagesGarbage: number;
  /** Creations, renames and removals that never happened. */
  entriesUndone: number;
}

export function emptyCrashReport(): CrashReport {
  return { files: 0, pagesKept: 0, pagesDropped: 0, pagesTorn: 0, pagesGarbage: 0, entriesUndone: 0 };
}

/** Where the bytes of a stretch of the surviving file come from. */
type Source = 'new' | 'old';

/**
 * Draws what a file holds after a power loss. Bytes that a completed sync covered are never touched.
 *
 *   |--- shared ---|--- written back ---|--- page by page: kept, dropped, torn, garbage ---|
 *
 * One file in four loses all the rest, one in four loses nothing: with many pages a draw for each would
 * almost never show these two, and they are the likely ones. Its new length survives with its data or not; a
 * cut may be undone.
 */
export class CrashState {
  readonly #random: RandomStream;
  readonly #weights: CrashWeights;
  readonly #total: number;
  /** What is older than this has been written back. */
  readonly #writtenBefore: Us;
  readonly #report: CrashReport;

  #node: FileNode | null = null;
  #out = new Content();
  /** The stretch that is being gathered. */
  #source: Source = 'new';
  #from = 0;
  #to = 0;

  constructor(random: RandomStream, weights: CrashWeights, writtenBefore: Us, report: CrashReport) {
    this.#random = random;
    this.#weights = weights;
    this.#total = weights.kept + weights.dropped + weights.torn + weights.garbage;
    this.#writtenBefore = writtenBefore;
    this.#report = report;
  }

  /** Leaves the file as the medium has it. */
  apply(node: FileNode): void {
    if (node.dirty) {
      this.#report.files++;
      this.#draw(node);
    } else if (node.live !== node.durable) {
      node.live = node.durable.prefix(node.durableSize);
    }
    node.durable = node.live;
    node.durableSize = node.live.size;
    node.shared = node.live.size;
    node.submitted = node.live.size;
    node.lost = [];
    node.syncs.clear();
  }

  #draw(node: FileNode): void {
    const random = this.#random;
    this.#node = node;
    this.#out = new Content();
    this.#source = 'new';
    this.#from = 0;
    this.#to = 0;
    const written = this.#writtenBefore < 0 ? 0 : node.live.writtenBy(this.#writtenBefore);
    const safe = Math.max(node.shared, written);
    const mood = random.below(4);
    const size = this.#drawSize(node, safe, mood);
    this.#put('new', 0, Math.min(safe, size));
    // Beyond the new length there are no new bytes: if a cut is undone, what it cut off is there as it was.
    const drawn = Math.min(size, node.live.size);
    for (let at = safe; at < drawn; ) {
      const end = Math.min(drawn, at - (at % PAGE_BYTES) + PAGE_BYTES);
      if (mood === 0) this.#drop(at, end);
      else if (mood === 1) this.#keep(at, end);
      else this.#drawPage(at, end);
      at = end;
    }
    this.#put('old', Math.max(safe, drawn), size);
    this.#flush();
    node.live = node.lost.length === 0 ? this.#out : this.#withoutLost(node);
  }

  #drawSize(node: FileNode, safe: number, mood: number): number {
    const { live, durableSize } = node;
    if (live.size < durableSize) {
      // Cut, or replaced by something shorter: the old length may be back.
      if (node.cutAt <= this.#writtenBefore) return live.size;
      return mood === 1 || (mood !== 0 && this.#random.below(2) === 0) ? live.size : durableSize;
    }
    const least = Math.max(safe, Math.min(durableSize, live.size));
    if (mood === 0) return least;
    if (mood === 1 || this.#random.below(2) === 0) return live.size;
    const pages = Math.ceil((live.size - least) / PAGE_BYTES);
    const reached = least - (least % PAGE_BYTES) + this.#random.below(pages + 1) * PAGE_BYTES;
    return Math.min(live.size, Math.max(least, reached));
  }

  #drawPage(at: number, end: number): void {
    const { kept, dropped, torn } = this.#weights;
    const draw = this.#random.below(this.#total);
    if (draw < kept) this.#keep(at, end);
    else if (draw < kept + dropped) this.#drop(at, end);
    else if (draw < kept + dropped + torn) this.#tear(at, end);
    else this.#garble(at, end);
  }

  #keep(at: number, end: number): void {
    this.#report.pagesKept++;
    this.#put('new', at, end);
  }

  #drop(at: number, end: number): void {
    this.#report.pagesDropped++;
    this.#put('old', at, end);
  }

  #tear(at: number, end: number): void {
    this.#report.pagesTorn++;
    const cut = this.#sectorBetween(at, end);
    const newFirst = this.#random.below(2) === 0;
    this.#put(newFirst ? 'new' : 'old', at, cut);
    this.#put(newFirst ? 'old' : 'new', cut, end);
  }

  #garble(at: number, end: number): void {
    this.#report.pagesGarbage++;
    const from = this.#sectorBetween(at, end);
    const to = Math.min(end, from - (from % SECTOR_BYTES) + SECTOR_BYTES);
    this.#put('new', at, from);
    this.#flush();
    const nonsense = new Uint8Array(to - from);
    for (let i = 0; i < nonsense.length; i++) nonsense[i] = this.#random.below(256);
    this.#out.append(nonsense, 0);
    this.#from = to;
    this.#to = to;
    this.#put('new', to, end);
  }

  /** A sector boundary in [at, end). */
  #sectorBetween(at: number, end: number): number {
    const first = Math.floor(at / SECTOR_BYTES);
    const sectors = Math.ceil(end / SECTOR_BYTES) - first;
    return Math.max(at, (first + this.#random.below(sectors)) * SECTOR_BYTES);
  }

  /** Adds a stretch, joined with the one before when both come from the same place: chunks stay whole. */
  #put(source: Source, from: number, to: number): void {
    if (from >= to) return;
    if (source !== this.#source) {
      this.#flush();
      this.#source = source;
      this.#from = from;
    }
    this.#to = to;
  }

  /**
   * New bytes are the page cache's and, where a cut is undone, the old ones behind it; where there is
   * nothing, zeros.
   */
  #flush(): void {
    const node = this.#node!;
    if (this.#source === 'new') this.#copy(node.live, node.live.size);
    this.#copy(node.durable, node.durableSize);
    if (this.#from < this.#to) this.#out.append(new Uint8Array(this.#to - this.#from), 0);
    this.#from = this.#to;
  }

  #copy(content: Content, size: number): void {
    const end = Math.min(this.#to, size);
    if (this.#from >= end) return;
    this.#out.appendRange(content, this.#from, end, 0);
    this.#from = end;
  }

  /** What a failed sync dropped was never on the medium: zeros, whatever later syncs said. */
  #withoutLost(node: FileNode): Content {
    const whole = this.#out;
    const out = new Content();
    let at = 0;
    for (const range of node.lost) {
      const from = Math.min(range.from, whole.size);
      const to = Math.min(range.to, whole.size);
      out.appendRange(whole, at, from, 0);
      if (to > from) out.append(new Uint8Array(to - from), 0);
      at = Math.max(at, to);
    }
    out.appendRange(whole, at, whole.size, 0);
    return out;
  }
}
