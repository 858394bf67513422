/** Blocks that other replicas of the same log may still want to share: theirs come within moments. */
const MAX_REMEMBERED = 256;

interface Block {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: Uint8Array;
}

/**
 * Runs of chunks put together in one block, for all disks of a world: replicas hold the same chunks by reference, and
 * so they hold the same block. Serves memory: a small chunk's view weighs as much as the chunk.
 */
export class ChunkBlocks {
  /** By the first chunk of the run, the oldest first. */
  readonly #blocks = new Map<Uint8Array, Block>();

  /** The bytes of `chunks[from, to)` in one. */
  blockOf(chunks: readonly Uint8Array[], from: number, to: number): Uint8Array {
    const first = chunks[from]!;
    const known = this.#blocks.get(first);
    if (known !== undefined && isSameRun(known.chunks, chunks, from, to)) return known.bytes;
    const run = chunks.slice(from, to);
    const bytes = joined(run);
    this.#blocks.set(first, { chunks: run, bytes });
    if (this.#blocks.size > MAX_REMEMBERED) this.#forgetOldest();
    return bytes;
  }

  #forgetOldest(): void {
    for (const first of this.#blocks.keys()) {
      this.#blocks.delete(first);
      return;
    }
  }
}

function isSameRun(
  run: readonly Uint8Array[],
  chunks: readonly Uint8Array[],
  from: number,
  to: number,
): boolean {
  if (run.length !== to - from) return false;
  for (let i = 0; i < run.length; i++) if (run[i] !== chunks[from + i]) return false;
  return true;
}

function joined(run: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const chunk of run) size += chunk.length;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of run) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
