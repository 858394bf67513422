/** A sync under way. Zero means "none": an effect that waits for ticket 0 waits for nothing. */
export type Ticket = number;

/** What an operation on the disk can answer instead of doing it. */
export type DiskErrorCode = 'EIO' | 'ENOENT' | 'ENOSPC';

export class DiskError {
  readonly code: DiskErrorCode;
  readonly path: string;
  constructor(code: DiskErrorCode, path: string) {
    this.code = code;
    this.path = path;
  }
}

/** True for an answer that is an error value. */
export function isDiskError(answer: unknown): answer is DiskError {
  return answer instanceof DiskError;
}

/**
 * The page cache's own semantics. Every operation but a sync takes effect at once in the view of this process, is lost
 * by nobody but a power loss, and answers an error value instead of throwing. Paths are absolute, '/'-separated, and
 * their directories must have been made.
 *
 * A power loss keeps what a completed sync covered and, of the rest, draws per page: kept, dropped, torn or garbage.
 * File contents are made durable by `sync(file)`; creations, renames and removals by `syncDirectory(parent)`.
 */
export interface Disk {
  /** Appends a chunk, kept by reference: the caller never changes these bytes again. Creates the file if missing. */
  append(path: string, chunk: Uint8Array): DiskError | null;
  /** Replaces the whole content (creates the file if missing). Kept by reference like `append`. */
  write(path: string, content: Uint8Array): DiskError | null;
  /**
   * Up to `length` bytes from `position`; shorter at the end of the file. A view when one appended chunk holds it all.
   */
  read(path: string, position: number, length: number): Uint8Array | DiskError;
  /** The size in bytes, or -1 when there is no such file. */
  size(path: string): number;
  truncate(path: string, size: number): DiskError | null;
  rename(from: string, to: string): DiskError | null;
  /** Removes a file, or a directory with all in it. */
  remove(path: string): DiskError | null;
  makeDirectory(path: string): DiskError | null;
  /** Names (not paths) in a directory, sorted by code unit; empty when it does not exist. */
  list(directory: string): readonly string[];
  /** Starts making a file's content durable; a `synced` input with this ticket tells the end. */
  sync(path: string): Ticket;
  /** Starts making a directory's entries durable; likewise. */
  syncDirectory(path: string): Ticket;
}
