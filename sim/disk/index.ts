/**
 * A machine's disk as a process sees it through the page cache, and as the medium has it after a power loss.
 *
 * Owns: files and directories, syncs and their latency, crash states, disk faults with their heals.
 * Invariants: what a completed sync covered survives every power loss byte for byte (only `flipBit`, `wipe`
 * and a sync that failed with `dropsPages` break it, on purpose); a process crash loses nothing; chunks are
 * kept by reference and never changed; syncing a file that only grew copies nothing and costs the same
 * however long the file is.
 *
 * What a power loss leaves. Contents: all that was synced; also what was written longer ago than
 * `writebackUs`; of the rest, one file in four loses all, one in four nothing, the others page by page (4
 * KiB): kept, dropped (old bytes, or zeros in a grown file), torn at a 512-byte sector, or one sector of
 * nonsense. A new length may survive without its data (zeros) or not; an unsynced cut may be undone. Entries:
 * a file's or a directory's creation, rename or removal is durable after a sync of its directory or
 * `journalCommitUs`; of the others each directory keeps a prefix, in order. A synced file whose creation was
 * not is gone: stricter than ext4, which is what POSIX says.
 * Faults: errors, ENOSPC, stalls, slowness, throttles, short writes, damaged reads, syncs that drop their pages,
 * damage at rest that can be put right, an empty disk for a whole machine or under one directory.
 * Not modelled: the page cache's size (a read costs what the host's price list says), hard links, a device
 * for each of several directories, blocks smaller than one write that go stale; syncs share the bandwidth among
 * themselves, the background write-back is a separate queue.
 */
export { ChunkBlocks } from './chunk-blocks.ts';
export type { CrashReport } from './crash-state.ts';
export * from './disk-image.ts';
export * from './options.ts';
export * from './simulated-disk.ts';
