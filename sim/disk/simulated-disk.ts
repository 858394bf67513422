import { type Disk, DiskError, SECOND, type Ticket, type Us } from '../../engine/machine/index.ts';
import type { EventHandle, EventKind, Kernel } from '../kernel/index.ts';
import type { RandomStream } from '../random/index.ts';
import { ChunkBlocks } from './chunk-blocks.ts';
import type { CrashReport } from './crash-state.ts';
import { Device } from './device.ts';
import { DiskFaults } from './disk-faults.ts';
import { DiskImage } from './disk-image.ts';
import { FileTree, type Packing } from './file-tree.ts';
import type { DirectoryNode, FileSync } from './node.ts';
import type { DiskFault, DiskFaultId, DiskOptions } from './options.ts';

/** Who hears that syncs end: the process that asked for them, until it dies. */
export interface SyncOwner {
  onSynced(ticket: Ticket, error: DiskError | null): void;
}

interface DirectorySync {
  readonly kind: 'directory';
  readonly path: string;
  readonly node: DirectoryNode;
  readonly upTo: number;
}

/** A path that was not there when asked. */
interface MissingSync {
  readonly kind: 'missing';
  readonly path: string;
}

/** A sync under way. */
interface Sync {
  readonly ticket: Ticket;
  /** The process that asked. */
  readonly session: number;
  readonly what: FileSync | DirectorySync | MissingSync;
  handle: EventHandle;
}

/** A batch's header and a little: what is shorter holds no records. */
const LEAST_MISREAD_BYTES = 68;
/** How near to the end of a read the changed bit is. */
const MISREAD_TAIL_BYTES = 6;

/** Written this long ago, or written back: when exactly makes no difference to a crash any more. */
const PACK_AGE: Us = 60 * SECOND;

const TOLD = { EIO: 'disk: EIO answered', ENOSPC: 'disk: ENOSPC answered' } as const;

export interface SimulatedDiskPorts {
  readonly kernel: Kernel;
  /** For latencies, faults and crash states. */
  readonly random: RandomStream;
  readonly options: DiskOptions;
  /** Shared by the disks of a world, so that replicas share what they pack. */
  readonly blocks?: ChunkBlocks;
  /** Hears, for each time that a fault struck, what it did. */
  readonly onStrike?: (what: string) => void;
}

/** One machine's disk: page cache and medium, with latency, faults and crashes. */
export class SimulatedDisk implements Disk {
  readonly #kernel: Kernel;
  readonly #random: RandomStream;
  readonly #options: DiskOptions;
  readonly #device: Device;
  readonly #faults: DiskFaults;
  readonly #onStrike: (what: string) => void;
  readonly #ends: EventKind;
  readonly #packing: Packing;
  #tree: FileTree;

  #owner: SyncOwner | null = null;
  #session = 0;
  #nextTicket: Ticket = 1;
  readonly #syncs = new Map<Ticket, Sync>();
  /** Ended while the disk was stalled, in that order. */
  #stalled: Sync[] = [];
  #delayUs: Us = 0;

  constructor(ports: SimulatedDiskPorts) {
    const { kernel, random, options } = ports;
    this.#kernel = kernel;
    this.#random = random;
    this.#options = options;
    this.#onStrike = ports.onStrike ?? (() => {});
    this.#device = new Device(options.bytesPerSecond, options.dirtyLimitBytes);
    this.#faults = new DiskFaults(random);
    const ageUs = Math.max(PACK_AGE, options.writebackUs);
    this.#packing = { ageUs, blocks: ports.blocks ?? new ChunkBlocks() };
    this.#tree = new FileTree(options.capacityBytes, this.#packing);
    this.#ends = kernel.register<Sync>('sync ends', (sync) => this.#onEnd(sync));
  }

  append(path: string, chunk: Uint8Array): DiskError | null {
    if (this.#faults.any) {
      const rejected = this.#hinder('write', path) ?? this.#rejectGrowth(path) ?? this.#cutShort(path, chunk);
      if (rejected !== null) return rejected;
    }
    this.#delayUs += this.#device.throttle(this.#kernel.now, chunk.length);
    return this.#told(this.#tree.append(path, chunk, this.#kernel.now));
  }

  write(path: string, content: Uint8Array): DiskError | null {
    const rejected = this.#hinder('write', path) ?? this.#rejectGrowth(path);
    if (rejected !== null) return rejected;
    this.#delayUs += this.#device.throttle(this.#kernel.now, content.length);
    return this.#told(this.#tree.write(path, content, this.#kernel.now));
  }

  read(path: string, position: number, length: number): Uint8Array | DiskError {
    if (this.#faults.any) {
      const rejected = this.#hinder('read', path);
      if (rejected !== null) return rejected;
      if (this.#faults.strikesBytes('corrupt read', path)) return this.#misread(path, position, length);
    }
    return this.#tree.read(path, position, length);
  }

  size(path: string): number {
    return this.#tree.size(path);
  }

  truncate(path: string, size: number): DiskError | null {
    return this.#hinder('write', path) ?? this.#tree.truncate(path, size, this.#kernel.now);
  }

  rename(from: string, to: string): DiskError | null {
    return this.#hinder('write', from) ?? this.#tree.rename(from, to, this.#kernel.now);
  }

  remove(path: string): DiskError | null {
    return this.#hinder('write', path) ?? this.#tree.remove(path, this.#kernel.now);
  }

  makeDirectory(path: string): DiskError | null {
    return this.#hinder('write', path) ?? this.#tree.makeDirectory(path, this.#kernel.now);
  }

  list(directory: string): readonly string[] {
    return this.#tree.list(directory);
  }

  sync(path: string): Ticket {
    const node = this.#tree.file(path);
    if (node === null) return this.#begin({ kind: 'missing', path }, 0);
    const size = node.live.size;
    const bytes = Math.max(0, size - Math.max(node.shared, node.submitted));
    node.submitted = size;
    const seq = this.#nextTicket;
    const what: FileSync = { kind: 'file', seq, path, node, content: node.live, size, shared: size };
    node.syncs.add(what);
    return this.#begin(what, bytes);
  }

  syncDirectory(path: string): Ticket {
    const node = this.#tree.directory(path);
    if (node === null) return this.#begin({ kind: 'missing', path }, 0);
    return this.#begin({ kind: 'directory', path, node, upTo: this.#tree.journal.lastSeq }, 0);
  }

  /** Whether a ticket of the process that runs now is still under way. */
  isPending(ticket: Ticket): boolean {
    return this.#syncs.has(ticket);
  }

  /** Bytes in files, as processes see them. */
  get usedBytes(): number {
    return this.#tree.usedBytes;
  }

  /**
   * How much longer than nothing the operations since the last call took; the host adds it to the step's
   * work.
   */
  takeDelayUs(): Us {
    const delay = this.#delayUs;
    this.#delayUs = 0;
    return delay;
  }

  /** From now on this process hears of its syncs. */
  attach(owner: SyncOwner): void {
    this.#owner = owner;
    this.#session++;
  }

  /** The process died. The kernel finishes what it asked for; nobody hears of it. */
  detach(): void {
    this.#owner = null;
    this.#session++;
    this.#delayUs = 0;
  }

  /** Power is lost: syncs under way never end, and a crash state is drawn. */
  losePower(): CrashReport {
    this.detach();
    for (const sync of this.#syncs.values()) this.#kernel.cancel(sync.handle);
    this.#syncs.clear();
    this.#stalled = [];
    this.#device.reset();
    return this.#tree.losePower(this.#kernel.now, this.#random, this.#options);
  }

  /** Fault: the disk is replaced by an empty one. Only while no process runs on it. */
  wipe(): void {
    this.losePower();
    this.#tree = new FileTree(this.#options.capacityBytes, this.#packing);
  }

  /** Fault: an empty disk takes the place of the one under this directory. Only while no process runs on it. */
  wipeDirectory(path: string): void {
    this.#tree.wipeDirectory(path, this.#kernel.now);
  }

  inject(fault: DiskFault): DiskFaultId {
    const id = this.#faults.inject(fault);
    this.#device.limit(this.#faults.bytesPerSecond);
    return id;
  }

  heal(id: DiskFaultId): void {
    this.#faults.heal(id);
    this.#device.limit(this.#faults.bytesPerSecond);
    this.#resume();
  }

  healAll(): void {
    this.#faults.healAll();
    this.#device.limit(0);
    this.#resume();
  }

  /** Fault: one bit changed, in the page cache and on the medium. False when there is no such byte. */
  flipBit(path: string, position: number, bit: number): boolean {
    const byte = this.#tree.file(path)?.live.read(position, 1)[0];
    if (byte === undefined) return false;
    this.damage(path, position, new Uint8Array([byte ^ (1 << (bit & 7))]));
    return true;
  }

  /**
   * Fault: other bytes at rest, in the page cache and on the medium, as far as what was written there at once goes.
   * Answers the heal, which leaves alone a place that holds something else by then; null when there is no such place.
   * Damage that overlaps is healed in the opposite order. Bytes that do not change tell a place apart from another.
   */
  damage(path: string, position: number, bytes: Uint8Array): (() => void) | null {
    const node = this.#tree.file(path);
    if (node === null || position >= node.live.size) return null;
    const wounds = [node.live.overwrite(position, bytes)];
    if (node.durable !== node.live && position < node.durableSize)
      wounds.push(node.durable.overwrite(position, bytes));
    return () => {
      for (const wound of wounds) {
        node.live.repair(wound);
        if (node.durable !== node.live && wound.position < node.durableSize) node.durable.repair(wound);
      }
    };
  }

  /** What is there, whatever faults and latencies say; nothing of a file that is not there. For faults and checks. */
  peek(path: string, position: number, length: number): Uint8Array {
    const found = this.#tree.read(path, position, length);
    return found instanceof DiskError ? new Uint8Array(0) : found;
  }

  /** Every file's path, sorted. For faults that choose one. */
  paths(): string[] {
    return this.#tree.paths();
  }

  /**
   * A copy of what processes see, to recover from in a check. It shares bytes, and nothing done to it is seen
   * here.
   */
  image(): DiskImage {
    return new DiskImage(this.#tree.clone());
  }

  /** Another disk takes this one's place before anybody uses it: all that is on it is durable. */
  mount(image: DiskImage): void {
    this.#tree = image.copyTree();
  }

  #begin(what: Sync['what'], bytes: number): Ticket {
    const ticket = this.#nextTicket++;
    const now = this.#kernel.now;
    let at = this.#device.transfer(now, bytes) + this.#random.latency(this.#options.syncLatency);
    if (this.#faults.any) at += this.#faults.syncExtra();
    const sync: Sync = { ticket, session: this.#session, what, handle: 0 };
    sync.handle = this.#kernel.schedule(at, this.#ends, sync);
    this.#syncs.set(ticket, sync);
    return ticket;
  }

  #onEnd(sync: Sync): void {
    if (this.#faults.stalls > 0) {
      this.#stalled.push(sync);
      return;
    }
    const { what, ticket } = sync;
    const error = this.#settle(what);
    this.#syncs.delete(ticket);
    if (sync.session === this.#session && this.#owner !== null) this.#owner.onSynced(ticket, error);
  }

  /** Makes durable what the sync took on, unless a fault strikes. */
  #settle(what: Sync['what']): DiskError | null {
    if (what.kind === 'missing') return new DiskError('ENOENT', what.path);
    if (what.kind === 'file') what.node.syncs.delete(what);
    const fault = this.#faults.any ? this.#faults.strike('sync', what.path) : null;
    if (fault === null) {
      if (what.kind === 'file') what.node.settle(what);
      else this.#tree.journal.commitDirectory(what.node, what.upTo);
      return null;
    }
    if (what.kind === 'file') {
      const { node } = what;
      if (fault.dropsPages === true) {
        this.#onStrike('disk: failed sync dropped its pages');
        if (node.shared < what.shared) node.lost.push({ from: node.shared, to: what.shared });
        node.settle(what);
      } else {
        node.submitted = Math.min(node.submitted, node.shared);
      }
    }
    return this.#told(new DiskError(fault.code, what.path));
  }

  #resume(): void {
    if (this.#faults.stalls > 0 || this.#stalled.length === 0) return;
    const ended = this.#stalled;
    this.#stalled = [];
    for (const sync of ended) sync.handle = this.#kernel.schedule(this.#kernel.now, this.#ends, sync);
  }

  #hinder(operation: 'read' | 'write', path: string): DiskError | null {
    if (!this.#faults.any) return null;
    this.#delayUs += this.#faults.operationUs;
    const fault = this.#faults.strike(operation, path);
    return fault === null ? null : this.#told(new DiskError(fault.code, path));
  }

  /** A full disk takes no bytes; cutting, renaming and removing go on. */
  #rejectGrowth(path: string): DiskError | null {
    return this.#faults.full > 0 ? this.#told(new DiskError('ENOSPC', path)) : null;
  }

  /** A part of the chunk is in the file and the caller hears of an error: the rest was never there. */
  #cutShort(path: string, chunk: Uint8Array): DiskError | null {
    if (chunk.length === 0 || !this.#faults.strikesBytes('short write', path)) return null;
    this.#onStrike('disk: write cut short');
    const part = chunk.slice(0, this.#random.below(chunk.length));
    return this.#tree.append(path, part, this.#kernel.now) ?? new DiskError('EIO', path);
  }

  /** The bytes of a read with one bit changed near their end: where a batch has its records. */
  #misread(path: string, position: number, length: number): Uint8Array | DiskError {
    const good = this.#tree.read(path, position, length);
    if (good instanceof DiskError || good.length < LEAST_MISREAD_BYTES) return good;
    this.#onStrike('disk: read damaged');
    const bad = good.slice();
    const at = bad.length - 1 - this.#random.below(MISREAD_TAIL_BYTES);
    bad[at] = bad[at]! ^ (1 << this.#random.below(8));
    return bad;
  }

  #told<E>(answer: E): E {
    if (answer instanceof DiskError && answer.code !== 'ENOENT') this.#onStrike(TOLD[answer.code]);
    return answer;
  }
}
