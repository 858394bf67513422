import {
  AssertionFailure,
  type CloseReason,
  type ConnectionId,
  type Disk,
  type DiskError,
  type Frame,
  type Input,
  type Machine,
  type RandomSource,
  resetWork,
  type Ticket,
  type Us,
  type WallClock,
} from '../../engine/machine/index.ts';
import type { EventKind, Kernel } from '../kernel/index.ts';
import type { End, SocketOwner } from '../network/index.ts';
import { Effects } from './effects.ts';
import type { Host, HostWorld } from './host.ts';
import type { CrashReason } from './host-events.ts';
import { INBOX_LIMIT, Inbox, type InputSubject } from './inbox.ts';
import { isFree, type PriceList, priceOf } from './price-list.ts';
import { type Connection, type Outgoing, Sockets } from './sockets.ts';
import { type Timer, TimerTable } from './timer-table.ts';

/** What a machine is built with. */
export interface MachinePorts {
  readonly disk: Disk;
  /** Streams of this incarnation: a restarted process does not repeat its first life. */
  readonly random: RandomSource;
  readonly wall: WallClock;
  /** 1 for the first process on this host. */
  readonly incarnation: number;
}

/** Builds the process's machine. It does nothing yet: the `boot` input follows. */
export type MachineFactory = (ports: MachinePorts) => Machine;

/** The effects of a step while its work is being done. */
export interface Release {
  readonly process: Process;
  readonly outgoing: readonly Outgoing[];
  readonly connections: readonly Connection[];
  readonly isBoot: boolean;
  readonly exitReason: 'clean' | 'failed' | null;
  readonly exitMessage: string;
}

/** The kinds of event of the processes of one host. */
export interface ProcessEvents {
  readonly timer: EventKind;
  readonly workDone: EventKind;
}

export interface ProcessOptions {
  readonly threads: number;
  readonly prices: PriceList;
}

const BOOT: Input = { kind: 'boot' };
const SHUTDOWN: Input = { kind: 'shutdown' };

/**
 * One incarnation: a machine, its inbox, timers and sockets. Ends once, and whatever still refers to it then
 * finds it ended.
 *
 *   input -> inbox -> (a thread is free) step -> facts told -> (work done) -> effects released, each when it may
 */
export class Process implements SocketOwner {
  readonly #host: Host;
  readonly #world: HostWorld;
  readonly #kernel: Kernel;
  readonly #options: ProcessOptions;
  readonly #workDone: EventKind;
  readonly #free: boolean;
  readonly #sockets: Sockets;
  readonly #timers: TimerTable;
  readonly #effects: Effects;
  readonly #inbox = new Inbox();

  machine: Machine | null = null;
  paused = false;
  ended = false;
  #busyThreads = 0;
  /** A step runs, is being told, or lets its effects out: other inputs wait. */
  #stepping = false;
  /** An exit was decided: no further input is taken. */
  #exiting = false;
  /** Work that ended while the process was paused. */
  #late: Release[] = [];
  /** Nanoseconds of work not yet charged, below a microsecond. */
  #nanoseconds = 0;

  constructor(host: Host, world: HostWorld, options: ProcessOptions, events: ProcessEvents) {
    this.#host = host;
    this.#world = world;
    this.#kernel = world.kernel;
    this.#options = options;
    this.#workDone = events.workDone;
    this.#free = isFree(options.prices);
    this.#sockets = new Sockets({
      network: world.network,
      host: host.network,
      disk: host.disk,
      owner: this,
      transmit: (connection, frame) => this.#transmit(connection, frame),
      onBroken: (connection, reason) => this.#offerClosed(connection, reason),
    });
    this.#timers = new TimerTable(world.kernel, host.clock, events.timer, (timer) =>
      this.#offer({ kind: 'timer', timer: timer.id }, timer),
    );
    this.#effects = new Effects(this.#sockets, this.#timers);
  }

  /** Builds the machine and boots it. */
  boot(factory: MachineFactory, ports: MachinePorts): void {
    try {
      this.machine = factory(ports);
    } catch (error) {
      this.#host.crash(this, { kind: 'exception', error, input: 'boot' });
      return;
    }
    this.#offer(BOOT, null);
  }

  shutDown(): void {
    this.#offer(SHUTDOWN, null);
  }

  /** Inputs that wait for a thread. */
  get waiting(): number {
    return this.#inbox.size;
  }

  pause(): void {
    this.paused = true;
    this.#sockets.held = true;
  }

  resume(): void {
    this.paused = false;
    this.#sockets.held = false;
    const late = this.#late;
    this.#late = [];
    for (const release of late) this.#release(release);
    this.#sockets.flushAll();
    this.#drain();
  }

  /** Everything that lived in its memory is gone. */
  end(): void {
    this.ended = true;
    this.#timers.clear();
    this.#inbox.clear();
    this.#sockets.clear();
    this.#effects.clear();
    this.#late = [];
  }

  onConnected(id: ConnectionId): void {
    const connection = this.#sockets.find(id);
    if (connection === undefined) return;
    this.#offer({ kind: 'connected', connection: id }, connection);
    this.#sockets.onOpened(connection);
  }

  onAccepted(end: End, port: number): ConnectionId {
    const connection = this.#sockets.accept(end);
    this.#offer({ kind: 'accepted', connection: connection.id, port }, connection);
    return connection.id;
  }

  onClosed(id: ConnectionId, reason: CloseReason): void {
    const connection = this.#sockets.find(id);
    if (connection === undefined) return;
    this.#sockets.onEnded(connection);
    this.#offerClosed(connection, reason);
  }

  onFrame(id: ConnectionId, payload: unknown): void {
    const connection = this.#sockets.get(id);
    if (connection === undefined) return;
    this.#offer({ kind: 'frame', connection: id, frame: payload as Frame }, connection);
  }

  onSynced(ticket: Ticket, error: DiskError | null): void {
    this.#sockets.onSynced(ticket, error !== null);
    this.#offer({ kind: 'synced', ticket, error }, null);
  }

  #offerClosed(connection: Connection, reason: CloseReason): void {
    this.#offer({ kind: 'closed', connection: connection.id, reason }, connection);
  }

  /** Takes the input now if a thread is free and nothing waits before it. */
  #offer(input: Input, subject: InputSubject): void {
    if (this.ended) return;
    if (!this.paused && this.#inbox.size === 0 && this.#isIdle()) {
      this.#takeInput(input, subject);
      this.#drain();
    } else if (this.#inbox.size < INBOX_LIMIT) {
      this.#inbox.push(input, subject);
    } else {
      const error = new AssertionFailure('the inbox is full: the process is too far behind');
      this.#host.crash(this, { kind: 'exception', error, input: input.kind });
    }
  }

  #isIdle(): boolean {
    return this.#busyThreads < this.#options.threads && !this.#stepping;
  }

  #drain(): void {
    while (this.#inbox.size > 0 && !this.paused && this.#isIdle()) {
      const { subject } = this.#inbox;
      this.#takeInput(this.#inbox.take(), subject);
    }
  }

  #takeInput(input: Input, subject: InputSubject): void {
    if (this.#exiting) return;
    switch (input.kind) {
      case 'timer':
        if (!this.#timers.take(subject as Timer)) return;
        break;
      case 'frame':
        if ((subject as Connection).ignored) return;
        this.#world.events.onDelivered(this.#host, (subject as Connection).peer, input.frame);
        if (this.ended) return;
        break;
      case 'closed':
        if ((subject as Connection).ignored) return;
        this.#sockets.drop(subject as Connection);
        break;
      case 'connected':
      case 'accepted':
        if ((subject as Connection).ignored) return;
        break;
      default:
        break;
    }
    this.#step(input);
  }

  #step(input: Input): void {
    const effects = this.#effects;
    let failure: CrashReason | null = null;
    this.#stepping = true;
    try {
      this.machine!.step(this.#host.clock.monotonic(), input, effects);
    } catch (error) {
      failure = { kind: 'exception', error, input: input.kind };
    }
    if (effects.facts.length > 0 || effects.probes.length > 0) this.#tell();
    // Somebody who heard a fact may have ended this process.
    if (failure !== null) this.#host.crash(this, failure);
    else if (!this.ended) this.#settle(input);
    this.#stepping = false;
    this.#world.events.onStepped?.(this.#host, input);
  }

  /** What the step did has happened, also when it failed in the end: its disk operations took effect. */
  #tell(): void {
    const { facts, probes } = this.#effects;
    const { events } = this.#world;
    for (let i = 0; i < facts.length; i++) events.onFact(this.#host, facts[i]!);
    for (let i = 0; i < probes.length; i++) events.onProbe(this.#host, probes[i]!);
    facts.length = 0;
    probes.length = 0;
  }

  /** Prices the step's work, and releases its effects now or when the work is done. */
  #settle(input: Input): void {
    const effects = this.#effects;
    this.#exiting = effects.exitReason !== null;
    const us = this.#charge();
    if (us === 0 && !this.paused && input !== BOOT && !this.#exiting) {
      if (effects.count > 0) this.#applyNow();
      return;
    }
    const release = this.#reserve(input === BOOT);
    if (us === 0) {
      this.#release(release);
    } else {
      this.#busyThreads++;
      this.#kernel.schedule(this.#kernel.now + us, this.#workDone, release);
    }
  }

  /** What the step's work costs; the part below a microsecond is carried over. */
  #charge(): Us {
    const { work, sends } = this.#effects;
    const delay = this.#host.disk.takeDelayUs();
    if (this.#free) {
      resetWork(work);
      return delay;
    }
    const ns = this.#nanoseconds + priceOf(this.#options.prices, work, sends);
    const us = Math.floor(ns / 1_000);
    this.#nanoseconds = ns - us * 1_000;
    resetWork(work);
    return us + delay;
  }

  /** The common case of a world in which work is free. */
  #applyNow(): void {
    const effects = this.#effects;
    for (let i = 0; i < effects.count; i++)
      this.#sockets.apply(
        effects.connections[i]!,
        effects.kinds[i]!,
        effects.frames[i]!,
        effects.tickets[i]!,
      );
    effects.clear();
  }

  /** Gives every effect its place in its connection's order. */
  #reserve(isBoot: boolean): Release {
    const effects = this.#effects;
    const outgoing: Outgoing[] = [];
    const connections: Connection[] = [];
    for (let i = 0; i < effects.count; i++) {
      const connection = effects.connections[i]!;
      connections.push(connection);
      outgoing.push(
        this.#sockets.queue(connection, effects.kinds[i]!, effects.frames[i]!, effects.tickets[i]!, false),
      );
    }
    const { exitReason, exitMessage } = effects;
    effects.clear();
    return { process: this, outgoing, connections, isBoot, exitReason, exitMessage };
  }

  onWorkDone(release: Release): void {
    if (this.ended) return;
    this.#busyThreads--;
    this.#release(release);
    this.#drain();
  }

  #release(release: Release): void {
    if (this.ended) return;
    if (this.paused) {
      this.#late.push(release);
      return;
    }
    const wasStepping = this.#stepping;
    this.#stepping = true;
    if (release.isBoot && release.exitReason === null) this.#host.listen(this);
    for (const outgoing of release.outgoing) outgoing.released = true;
    for (const connection of release.connections) this.#sockets.flush(connection);
    this.#stepping = wasStepping;
    if (release.exitReason !== null) this.#host.exit(this, release.exitReason, release.exitMessage);
  }

  #transmit(connection: Connection, frame: Frame): void {
    const { courier, network, events } = this.#world;
    const size = courier.size(frame);
    network.send(connection.end!, courier.carry(frame), size);
    events.onSent(this.#host, connection.peer, frame, size);
  }
}
