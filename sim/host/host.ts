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
import { NodeClock, type NodeClockOptions } from '../clock/index.ts';
import { type DiskOptions, SimulatedDisk } from '../disk/index.ts';
import type { EventKind, Kernel } from '../kernel/index.ts';
import type { End, Location, Network, NetworkHost, Nic } from '../network/index.ts';
import type { RandomStreams } from '../random/index.ts';
import { EffectKind, Effects } from './effects.ts';
import type { Courier, CrashReason, HostEvents, HostState } from './host-events.ts';
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

export interface HostOptions {
  readonly name: string;
  readonly location: Location;
  readonly nic: Nic;
  /** Listened on from the end of the boot step. */
  readonly ports: readonly number[];
  /** Steps of which the work may overlap. */
  readonly threads: number;
  readonly prices: PriceList;
  /** From the start of the process to its `boot` input. Recovery comes on top, as that step's work. */
  readonly bootUs: Us;
  /** From power to the start of the process. */
  readonly powerOnUs: Us;
  readonly clock: NodeClockOptions;
  readonly disk: DiskOptions;
}

/** The world around a host. */
export interface HostWorld {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly random: RandomStreams;
  readonly courier: Courier;
  readonly events: HostEvents;
}

/** The effects of a step while its work is being done. */
interface Release {
  /** The process that it belongs to. */
  readonly life: number;
  readonly outgoing: readonly Outgoing[];
  readonly connections: readonly Connection[];
  readonly isBoot: boolean;
  readonly exitReason: 'clean' | 'failed' | null;
  readonly exitMessage: string;
}

const BOOT: Input = { kind: 'boot' };
const SHUTDOWN: Input = { kind: 'shutdown' };

/** One machine of the cluster: power, clock, disk, network card, and the process that runs on it. */
export class Host {
  readonly name: string;
  readonly clock: NodeClock;
  readonly disk: SimulatedDisk;
  readonly network: NetworkHost;

  readonly #world: HostWorld;
  readonly #kernel: Kernel;
  readonly #options: HostOptions;
  readonly #factory: MachineFactory;
  readonly #free: boolean;
  readonly #boots: EventKind;
  readonly #starts: EventKind;
  readonly #done: EventKind;

  readonly #sockets: Sockets;
  readonly #timers: TimerTable;
  readonly #effects: Effects;
  readonly #inbox = new Inbox();

  #state: HostState = 'dead';
  #paused = false;
  #machine: Machine | null = null;
  #incarnation = 0;
  /** Changes whenever a process begins or ends: what belongs to another life is stale. */
  #life = 0;
  #busyThreads = 0;
  /** A step runs, or its facts are being told. */
  #stepping = false;
  /** An exit was decided: no further input is taken. */
  #exiting = false;
  #shutdownAsked = false;
  /** Work that ended while the process was paused. */
  #late: Release[] = [];
  /** Nanoseconds of work not yet charged, below a microsecond. */
  #nanoseconds = 0;

  constructor(world: HostWorld, options: HostOptions, factory: MachineFactory) {
    const { kernel } = world;
    const { name } = options;
    this.name = name;
    this.#world = world;
    this.#kernel = kernel;
    this.#options = options;
    this.#factory = factory;
    this.#free = isFree(options.prices);
    this.clock = new NodeClock(kernel, options.clock);
    this.disk = new SimulatedDisk({
      kernel,
      random: world.random.stream(`disk/${name}`),
      options: options.disk,
    });
    this.network = world.network.attach(name, options.location, options.nic);
    this.#sockets = new Sockets({
      network: world.network,
      host: this.network,
      disk: this.disk,
      owner: this,
      transmit: (connection, frame) => this.#transmit(connection, frame),
      onBroken: (connection, reason) => this.#offerClosed(connection, reason),
    });
    this.#timers = new TimerTable(kernel, this.clock, name, (timer) =>
      this.#offer({ kind: 'timer', timer: timer.id }, timer),
    );
    this.#effects = new Effects(this.#sockets, this.#timers);
    this.#boots = kernel.register<number>(`${name} boots`, (life) => this.#onBoot(life));
    this.#starts = kernel.register<number>(`${name} has power`, (life) => {
      if (life === this.#life) this.start();
    });
    this.#done = kernel.register<Release>(`${name} work done`, (release) => this.#onWorkDone(release));
  }

  get state(): HostState {
    return this.#state;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** The running process's machine, for checks to look at; null when there is none. */
  get machine(): Machine | null {
    return this.#machine;
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** Inputs that wait for a thread. */
  get waiting(): number {
    return this.#inbox.size;
  }

  /** Starts the process, first or again. Only on a host that has power and no process. */
  start(): void {
    if (this.#state !== 'dead') return;
    this.#life++;
    this.#become('booting');
    this.#kernel.schedule(this.#kernel.now + this.#options.bootUs, this.#boots, this.#life);
  }

  /** Asks the process to end itself (SIGTERM). */
  stop(): void {
    this.#shutdownAsked = true;
    if (this.#state === 'running') this.#offer(SHUTDOWN, null);
  }

  /** Fault: the process is killed. Peers are reset, the page cache stays. */
  kill(): void {
    if (this.#state === 'running' || this.#state === 'booting') this.#die({ kind: 'killed' });
  }

  /** Fault: power is lost. Silence, and a crash state on the disk. */
  powerOff(): void {
    if (this.#state === 'off') return;
    this.#world.network.powerOff(this.network);
    const disk = this.disk.losePower();
    this.#endProcess();
    this.#become('off');
    this.#world.events.onCrash(this, { kind: 'power lost', disk });
  }

  /** Heal of `powerOff`: the machine is back, knows no connection, and (unless told not to) starts its process. */
  powerOn(startProcess = true): void {
    if (this.#state !== 'off') return;
    this.clock.reboot(this.#options.clock.monotonicBaseUs ?? 0);
    this.#become('dead');
    this.#world.network.powerOn(this.network);
    if (startProcess)
      this.#kernel.schedule(this.#kernel.now + this.#options.powerOnUs, this.#starts, this.#life);
  }

  /** Fault: the process is stopped (SIGSTOP, a long collection). Inputs queue, connections live, timers are late. */
  pause(): void {
    if (this.#paused || this.#state !== 'running') return;
    this.#paused = true;
    this.#sockets.held = true;
    this.#world.events.onLife?.(this);
  }

  /** Heal of `pause`. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#sockets.held = false;
    this.#world.events.onLife?.(this);
    const life = this.#life;
    const late = this.#late;
    this.#late = [];
    for (const release of late) this.#release(release);
    if (life !== this.#life) return;
    this.#sockets.flushAll();
    this.#drain();
  }

  onConnected(id: ConnectionId): void {
    const connection = this.#sockets.get(id);
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
    const connection = this.#sockets.get(id);
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
    if (this.#state !== 'running') return;
    if (!this.#paused && this.#inbox.size === 0 && this.#isFree()) {
      this.#takeInput(input, subject);
      this.#drain();
    } else if (this.#inbox.size < INBOX_LIMIT) {
      this.#inbox.push(input, subject);
    } else {
      const error = new AssertionFailure('the inbox is full: the process is too far behind');
      this.#die({ kind: 'exception', error, input: input.kind });
    }
  }

  #isFree(): boolean {
    return this.#busyThreads < this.#options.threads && !this.#stepping;
  }

  #drain(): void {
    while (this.#inbox.size > 0 && !this.#paused && this.#isFree()) {
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
        this.#world.events.onDelivered(this, (subject as Connection).peer, input.frame);
        if (this.#state !== 'running') return;
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
    const life = this.#life;
    const effects = this.#effects;
    this.#stepping = true;
    let failure: CrashReason | null = null;
    try {
      this.#machine!.step(this.clock.monotonic(), input, effects);
    } catch (error) {
      failure = { kind: 'exception', error, input: input.kind };
    }
    if (effects.facts.length > 0 || effects.probes.length > 0) this.#tell();
    this.#stepping = false;
    if (life !== this.#life) {
      // Somebody who heard a fact ended this process.
    } else if (failure !== null) {
      effects.clear();
      this.#die(failure);
    } else {
      this.#settle(input);
    }
    this.#world.events.onStepped?.(this, input);
  }

  /** What the step did has happened, also when it failed in the end: its disk operations took effect. */
  #tell(): void {
    const { facts, probes } = this.#effects;
    const { events } = this.#world;
    for (let i = 0; i < facts.length; i++) events.onFact(this, facts[i]!);
    for (let i = 0; i < probes.length; i++) events.onProbe(this, probes[i]!);
    facts.length = 0;
    probes.length = 0;
  }

  /** Prices the step's work, and releases its effects now or when the work is done. */
  #settle(input: Input): void {
    const effects = this.#effects;
    this.#exiting = effects.exitReason !== null;
    const us = this.#charge();
    if (us === 0 && !this.#paused && input !== BOOT && !this.#exiting) {
      if (effects.count > 0) this.#applyNow();
      return;
    }
    const release = this.#reserve(input === BOOT);
    if (us === 0) {
      this.#release(release);
    } else {
      this.#busyThreads++;
      this.#kernel.schedule(this.#kernel.now + us, this.#done, release);
    }
  }

  /** What the step's work costs; the part below a microsecond is carried over. */
  #charge(): Us {
    const { work, sends } = this.#effects;
    const delay = this.disk.takeDelayUs();
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
    return { life: this.#life, outgoing, connections, isBoot, exitReason, exitMessage };
  }

  #onWorkDone(release: Release): void {
    if (release.life !== this.#life) return;
    this.#busyThreads--;
    this.#release(release);
    this.#drain();
  }

  #release(release: Release): void {
    if (release.life !== this.#life) return;
    if (this.#paused) {
      this.#late.push(release);
      return;
    }
    if (release.isBoot && release.exitReason === null) this.#listen();
    for (const outgoing of release.outgoing) outgoing.released = true;
    for (const connection of release.connections) this.#sockets.flush(connection);
    if (release.exitReason !== null) this.#exit(release.exitReason, release.exitMessage);
  }

  #transmit(connection: Connection, frame: Frame): void {
    const { courier, network, events } = this.#world;
    const size = courier.size(frame);
    network.send(connection.end!, courier.carry(frame), size);
    events.onSent(this, connection.peer, frame, size);
  }

  #onBoot(life: number): void {
    if (life !== this.#life || this.#state !== 'booting') return;
    this.#incarnation++;
    this.disk.attach(this);
    this.#become('running');
    if (life !== this.#life) return;
    try {
      this.#machine = this.#factory({
        disk: this.disk,
        random: this.#world.random.fork(`${this.name}/${this.#incarnation}`),
        wall: this.clock,
        incarnation: this.#incarnation,
      });
    } catch (error) {
      this.#die({ kind: 'exception', error, input: 'boot' });
      return;
    }
    this.#offer(BOOT, null);
    if (this.#shutdownAsked) this.#offer(SHUTDOWN, null);
  }

  #listen(): void {
    for (const port of this.#options.ports) this.#world.network.listen(this.network, port, this);
  }

  #exit(reason: 'clean' | 'failed', message: string): void {
    this.#world.network.closeProcess(this.network, this);
    this.#endProcess();
    this.#become('dead');
    this.#world.events.onExit(this, reason, message);
  }

  #die(reason: CrashReason): void {
    this.#world.network.abortProcess(this.network, this);
    this.#endProcess();
    this.#become('dead');
    this.#world.events.onCrash(this, reason);
  }

  /** Everything that lived in the process's memory. */
  #endProcess(): void {
    this.#life++;
    this.disk.detach();
    this.#machine = null;
    this.#timers.clear();
    this.#inbox.clear();
    this.#sockets.clear();
    this.#effects.clear();
    resetWork(this.#effects.work);
    this.#late = [];
    this.#busyThreads = 0;
    this.#nanoseconds = 0;
    this.#paused = false;
    this.#exiting = false;
    this.#shutdownAsked = false;
  }

  #become(state: HostState): void {
    this.#state = state;
    this.#world.events.onLife?.(this);
  }
}
