/** Blocks that other replicas of the same log may still want to share: theirs come within moments. */
const MAX_REMEMBERED = 32;

/**
 * Runs of chunks put together in one block, for all disks of a world: replicas hold the same chunks by reference, and
 * so they hold the same block. Serves memory: a small chunk's view weighs as much as the chunk.
 */
export class ChunkBlocks {
  /** By the first chunk of the run, the oldest first. */
  readonly #blocks = new Map<Uint8Array, Uint8Array>();

  /** The bytes of `chunks[from, to)` in one. */
  blockOf(chunks: readonly Uint8Array[], from: number, to: number): Uint8Array {
    const first = chunks[from]!;
    const known = this.#blocks.get(first);
    if (known !== undefined && holds(known, chunks, from, to)) return known;
    const block = joined(chunks, from, to);
    this.#blocks.set(first, block);
    if (this.#blocks.size > MAX_REMEMBERED) this.#forgetOldest();
    return block;
  }

  #forgetOldest(): void {
    for (const first of this.#blocks.keys()) {
      this.#blocks.delete(first);
      return;
    }
  }
}

function sizeOf(chunks: readonly Uint8Array[], from: number, to: number): number {
  let size = 0;
  for (let i = from; i < to; i++) size += chunks[i]!.length;
  return size;
}

/** A replica that was damaged, or cut and written anew, begins alike and differs later. */
function holds(block: Uint8Array, chunks: readonly Uint8Array[], from: number, to: number): boolean {
  if (block.length !== sizeOf(chunks, from, to)) return false;
  let at = 0;
  for (let i = from; i < to; i++) {
    const chunk = chunks[i]!;
    for (let j = 0; j < chunk.length; j++) if (block[at++] !== chunk[j]) return false;
  }
  return true;
}

function joined(chunks: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const block = new Uint8Array(sizeOf(chunks, from, to));
  let at = 0;
  for (let i = from; i < to; i++) {
    block.set(chunks[i]!, at);
    at += chunks[i]!.length;
  }
  return block;
}
