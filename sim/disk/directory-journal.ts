import type { Us } from '../../engine/machine/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { DirectoryNode, EntryChange } from './node.ts';

/**
 * A creation, removal or rename that is not durable yet. A rename is one operation: both its names change or
 * neither.
 */
interface Operation {
  readonly seq: number;
  readonly at: Us;
  readonly changes: readonly EntryChange[];
}

/**
 * What happened to directory entries since they were last durable, oldest first.
 *
 * After a power loss each directory has a prefix of its own operations: the journal never lets a later one of
 * a directory survive an earlier one, but two directories may stand at different times. A rename between two
 * directories needs the earlier operations of both.
 */
export class DirectoryJournal {
  #operations: Operation[] = [];
  #nextSeq = 1;

  record(at: Us, changes: readonly EntryChange[]): void {
    this.#operations.push({ seq: this.#nextSeq++, at, changes });
  }

  /** Stands for "up to here" in a sync that begins now. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  get size(): number {
    return this.#operations.length;
  }

  /** Makes a directory's operations up to `seq` durable, and what they rest on in others. */
  commitDirectory(directory: DirectoryNode, seq: number): void {
    const needed = new Set<DirectoryNode>([directory]);
    const chosen = new Set<Operation>();
    for (let i = this.#operations.length - 1; i >= 0; i--) {
      const operation = this.#operations[i]!;
      if (operation.seq > seq || !operation.changes.some((change) => needed.has(change.directory))) continue;
      chosen.add(operation);
      for (const change of operation.changes) needed.add(change.directory);
    }
    this.#commit((operation) => chosen.has(operation));
  }

  /** Makes everything up to a time durable: the file system's own periodic commit. */
  commitBefore(time: Us): void {
    this.#commit((operation) => operation.at <= time);
  }

  /** Power is lost: draws what survives, and forgets the rest. Says how many operations were undone. */
  losePower(random: RandomStream): number {
    const broken = new Set<DirectoryNode>();
    const waiting = new Map<DirectoryNode, number>();
    for (const { changes } of this.#operations)
      for (const { directory } of changes) waiting.set(directory, (waiting.get(directory) ?? 0) + 1);
    // How many of its operations each directory may keep: all, none, or any number between.
    const allowed = new Map<DirectoryNode, number>();
    for (const [directory, count] of waiting) allowed.set(directory, random.below(count + 1));
    this.#commit(({ changes }) => {
      const survives = changes.every(
        ({ directory }) => !broken.has(directory) && allowed.get(directory)! > 0,
      );
      for (const { directory } of changes) {
        if (survives) allowed.set(directory, allowed.get(directory)! - 1);
        else broken.add(directory);
      }
      return survives;
    });
    const undone = this.#operations.length;
    this.#operations = [];
    return undone;
  }

  #commit(survives: (operation: Operation) => boolean): void {
    const kept: Operation[] = [];
    for (const operation of this.#operations) {
      if (!survives(operation)) {
        kept.push(operation);
        continue;
      }
      for (const { directory, name, node } of operation.changes) {
        if (node === null) directory.durable.delete(name);
        else directory.durable.set(name, node);
      }
    }
    this.#operations = kept;
  }
}
