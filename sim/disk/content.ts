import type { Us } from '../../engine/machine/index.ts';
import type { ChunkBlocks } from './chunk-blocks.ts';

/**
 * Appends up to this size (but the first) are gathered in a buffer of one's own: an index entry is not worth
 * a chunk.
 */
const SMALL_CHUNK_BYTES = 64;
const GATHER_BYTES = 4_096;
/** Chunks that begin between two multiples of this are packed together, so that equal files are packed alike. */
const BLOCK_BYTES = 32_768;
/** Fewer in a block are left as they are. */
const WORTH_PACKING = 16;
/** How many chunks come before anybody looks again whether some can be packed. */
const PACK_EVERY = 1_024;

/** Bytes that a fault changed: where, what stands there now, and what stood there. */
export interface Damaged {
  readonly position: number;
  readonly bad: Uint8Array;
  readonly good: Uint8Array;
}

/**
 * The bytes of a file: a list of chunks that only grows. A prefix of it never changes, so that "what was
 * durable" is this object and a size, and costs nothing. Cutting and replacing make a new content.
 */
export class Content {
  size = 0;
  /** All but the last are exact; the last may be a gathering buffer, longer than what is in it. */
  readonly chunks: Uint8Array[] = [];
  readonly #starts: number[] = [];
  /** When each chunk was (last) written. */
  readonly #times: Us[] = [];
  /** The last chunk is a gathering buffer of this object's own. */
  #gathers = false;
  /** How many chunks there are when the next look at packing is due. */
  #packAt = PACK_EVERY;

  append(chunk: Uint8Array, now: Us): void {
    const length = chunk.length;
    if (length === 0) return;
    if (length > SMALL_CHUNK_BYTES || this.size === 0) {
      this.#seal();
      this.#push(chunk, now);
    } else {
      this.#gather(chunk, now);
    }
    this.size += length;
  }

  /** A view when one chunk holds it all, a copy otherwise. */
  read(position: number, length: number): Uint8Array {
    const end = Math.min(position + length, this.size);
    if (position >= end) return new Uint8Array(0);
    let index = this.#indexOf(position);
    const first = this.chunks[index]!;
    const offset = position - this.#starts[index]!;
    if (offset + (end - position) <= first.length) {
      return offset === 0 && end - position === first.length
        ? first
        : first.subarray(offset, offset + end - position);
    }
    const bytes = new Uint8Array(end - position);
    let filled = 0;
    let from = offset;
    while (filled < bytes.length) {
      const chunk = this.chunks[index++]!;
      const piece = chunk.subarray(from, Math.min(chunk.length, from + bytes.length - filled));
      bytes.set(piece, filled);
      filled += piece.length;
      from = 0;
    }
    return bytes;
  }

  get isPackingDue(): boolean {
    return this.chunks.length >= this.#packAt;
  }

  /**
   * Puts small chunks that were written at `before` or earlier together in blocks. The bytes stay what they are; when
   * they were written is known of a block only.
   */
  pack(before: Us, blocks: ChunkBlocks): void {
    const { chunks } = this;
    let kept = 0;
    let from = 0;
    while (from < chunks.length) {
      const to = this.#blockEnd(from);
      const isWorth = to - from >= WORTH_PACKING && to < chunks.length && this.#times[to - 1]! <= before;
      if (isWorth) {
        this.#keep(kept++, blocks.blockOf(chunks, from, to), this.#starts[from]!, this.#times[to - 1]!);
      } else {
        for (let i = from; i < to; i++) this.#keep(kept++, chunks[i]!, this.#starts[i]!, this.#times[i]!);
      }
      from = to;
    }
    chunks.length = kept;
    this.#starts.length = kept;
    this.#times.length = kept;
    this.#packAt = kept + PACK_EVERY;
  }

  /** Where the chunks end that begin in the same block as this one. */
  #blockEnd(from: number): number {
    const block = Math.floor(this.#starts[from]! / BLOCK_BYTES);
    let to = from + 1;
    while (to < this.#starts.length && Math.floor(this.#starts[to]! / BLOCK_BYTES) === block) to++;
    return to;
  }

  #keep(at: number, chunk: Uint8Array, start: number, time: Us): void {
    this.chunks[at] = chunk;
    this.#starts[at] = start;
    this.#times[at] = time;
  }

  /** Appends the bytes [from, to) of another content chunk by chunk, without copying. */
  appendRange(other: Content, from: number, to: number, now: Us): void {
    let position = from;
    while (position < to) {
      const index = other.#indexOf(position);
      const chunk = other.chunks[index]!;
      const offset = position - other.#starts[index]!;
      const end = Math.min(chunk.length, offset + to - position);
      const piece = offset === 0 && end === chunk.length ? chunk : chunk.subarray(offset, end);
      this.#seal();
      this.#push(piece, Math.min(now, other.#times[index]!));
      this.size += piece.length;
      position += piece.length;
    }
  }

  /** A new content with the first `size` bytes, sharing them. */
  prefix(size: number): Content {
    const content = new Content();
    content.appendRange(this, 0, Math.min(size, this.size), Number.MAX_SAFE_INTEGER);
    return content;
  }

  /** The end of what was written at `time` or before, counted from the start without a gap. */
  writtenBy(time: Us): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low === this.chunks.length ? this.size : this.#starts[low]!;
  }

  /**
   * Damages bytes in place, as far as the chunk that holds the first of them goes; the chunk is copied, for others
   * share it. Answers what `repair` needs.
   */
  overwrite(position: number, bytes: Uint8Array): Damaged {
    const index = this.#indexOf(position);
    const good = this.chunks[index]!;
    const at = position - this.#starts[index]!;
    const damaged = good.slice();
    const end = Math.min(at + bytes.length, this.size - this.#starts[index]!, damaged.length);
    damaged.set(bytes.subarray(0, end - at), at);
    this.chunks[index] = damaged;
    return { position, bad: damaged.slice(at, end), good: good.slice(at, end) };
  }

  /** Puts back what was there before. Where something else stands by now, it is left alone. */
  repair({ position, bad, good }: Damaged): boolean {
    if (position >= this.size) return false;
    const index = this.#indexOf(position);
    const at = position - this.#starts[index]!;
    const chunk = this.chunks[index]!;
    for (let i = 0; i < bad.length; i++) if (chunk[at + i] !== bad[i]) return false;
    const mended = chunk.slice();
    mended.set(good, at);
    this.chunks[index] = mended;
    return true;
  }

  #gather(chunk: Uint8Array, now: Us): void {
    const last = this.chunks.length - 1;
    if (this.#gathers) {
      const used = this.size - this.#starts[last]!;
      if (used + chunk.length <= GATHER_BYTES) {
        this.chunks[last]!.set(chunk, used);
        this.#times[last] = now;
        return;
      }
      this.#seal();
    }
    const buffer = new Uint8Array(GATHER_BYTES);
    buffer.set(chunk);
    this.#push(buffer, now);
    this.#gathers = true;
  }

  /** The gathering buffer becomes an exact chunk. */
  #seal(): void {
    if (!this.#gathers) return;
    const last = this.chunks.length - 1;
    this.chunks[last] = this.chunks[last]!.subarray(0, this.size - this.#starts[last]!);
    this.#gathers = false;
  }

  #push(chunk: Uint8Array, now: Us): void {
    this.chunks.push(chunk);
    this.#starts.push(this.size);
    this.#times.push(now);
  }

  /** The chunk that holds a position inside the content. */
  #indexOf(position: number): number {
    const starts = this.#starts;
    let high = starts.length - 1;
    if (starts[high]! <= position) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
