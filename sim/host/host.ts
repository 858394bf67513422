import type { Machine, Us } from '../../engine/machine/index.ts';
import { NodeClock, type NodeClockOptions } from '../clock/index.ts';
import { type ChunkBlocks, type DiskOptions, SimulatedDisk } from '../disk/index.ts';
import type { EventKind, Kernel } from '../kernel/index.ts';
import type { Location, Network, NetworkHost, Nic } from '../network/index.ts';
import type { RandomStreams } from '../random/index.ts';
import type { Courier, CrashReason, HostEvents, HostState } from './host-events.ts';
import type { PriceList } from './price-list.ts';
import { type MachineFactory, Process, type ProcessEvents, type Release } from './process.ts';
import { onTimerEvent, type Timer } from './timer-table.ts';

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
  /** What the disks of this world share; each packs for itself without. */
  readonly blocks?: ChunkBlocks;
}

/**
 * One machine of the cluster: power, clock, disk, network card, and the process that runs on it.
 *
 *   off -- powerOn --> dead -- start --> booting -- bootUs --> running -- exit, kill, a step throws --> dead
 *    ^------------------- powerOff, from any ---------------------'
 */
export class Host {
  readonly name: string;
  readonly clock: NodeClock;
  readonly disk: SimulatedDisk;
  readonly network: NetworkHost;

  /** Time of threads that work has taken so far, and bytes that it wrote to files. */
  busyUs: Us = 0;
  bytesWritten = 0;

  readonly #world: HostWorld;
  readonly #kernel: Kernel;
  readonly #options: HostOptions;
  readonly #factory: MachineFactory;
  readonly #boots: EventKind;
  readonly #starts: EventKind;
  readonly #processEvents: ProcessEvents;

  #state: HostState = 'dead';
  #process: Process | null = null;
  #incarnation = 0;
  /** Changes with every state: what was scheduled in another is stale. */
  #life = 0;
  #shutdownAsked = false;

  constructor(world: HostWorld, options: HostOptions, factory: MachineFactory) {
    const { kernel } = world;
    const { name } = options;
    this.name = name;
    this.#world = world;
    this.#kernel = kernel;
    this.#options = options;
    this.#factory = factory;
    this.clock = new NodeClock(kernel, options.clock);
    this.disk = new SimulatedDisk({
      kernel,
      random: world.random.stream(`disk/${name}`),
      options: options.disk,
      ...(world.blocks === undefined ? {} : { blocks: world.blocks }),
      onStrike: (what) => world.events.onProbe(this, what),
    });
    this.network = world.network.attach(name, options.location, options.nic);
    this.#boots = kernel.register<number>(`${name} boots`, (life) => {
      if (life === this.#life) this.#boot();
    });
    this.#starts = kernel.register<number>(`${name} has power`, (life) => {
      if (life === this.#life) this.start();
    });
    this.#processEvents = {
      timer: kernel.register<Timer>(`${name} timer`, onTimerEvent),
      workDone: kernel.register<Release>(`${name} work done`, (release) =>
        release.process.onWorkDone(release),
      ),
    };
  }

  get state(): HostState {
    return this.#state;
  }

  get paused(): boolean {
    return this.#process?.paused ?? false;
  }

  /** The running process's machine, for checks to look at; null when there is none. */
  get machine(): Machine | null {
    return this.#process?.machine ?? null;
  }

  /** How many processes have begun on this host. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** Inputs that wait for a thread. */
  get waiting(): number {
    return this.#process?.waiting ?? 0;
  }

  /** Starts the process, first or again. Only on a host that has power and no process. */
  start(): void {
    if (this.#state !== 'dead') return;
    this.#shutdownAsked = false;
    this.#become('booting');
    this.#kernel.schedule(this.#kernel.now + this.#options.bootUs, this.#boots, this.#life);
  }

  /** Asks the process to end itself (SIGTERM). One that still boots is asked when it has. */
  stop(): void {
    this.#shutdownAsked = true;
    this.#process?.shutDown();
  }

  /** Fault: the process is killed. Peers are reset, the page cache stays. */
  kill(): void {
    if (this.#state !== 'running' && this.#state !== 'booting') return;
    this.#bury('dead');
    this.#world.events.onCrash(this, { kind: 'killed' });
  }

  /** Fault: power is lost. Silence, and a crash state on the disk. */
  powerOff(): void {
    if (this.#state === 'off') return;
    this.#world.network.powerOff(this.network);
    const disk = this.disk.losePower();
    this.#bury('off');
    this.#world.events.onCrash(this, { kind: 'power lost', disk });
  }

  /**
   * Heal of `powerOff`: the machine is back, knows no connection, and (unless told not to) starts its
   * process.
   */
  powerOn(startProcess = true): void {
    if (this.#state !== 'off') return;
    this.clock.reboot(this.#options.clock.monotonicBaseUs ?? 0);
    this.#become('dead');
    this.#world.network.powerOn(this.network);
    if (startProcess)
      this.#kernel.schedule(this.#kernel.now + this.#options.powerOnUs, this.#starts, this.#life);
  }

  /**
   * Fault: the process is stopped (SIGSTOP, a long collection). Inputs queue, connections live, timers are
   * late.
   */
  pause(): void {
    if (this.#process === null || this.#process.paused) return;
    this.#process.pause();
    this.#world.events.onLife?.(this);
  }

  /** Heal of `pause`. */
  resume(): void {
    const process = this.#process;
    if (process === null || !process.paused) return;
    process.resume();
    this.#world.events.onLife?.(this);
  }

  /** For the process: its boot step is done. */
  listen(process: Process): void {
    for (const port of this.#options.ports) this.#world.network.listen(this.network, port, process);
  }

  /** For the process: it ends itself. */
  exit(process: Process, reason: 'clean' | 'failed', message: string): void {
    if (process.ended) return;
    this.#world.network.closeProcess(this.network, process);
    this.#bury('dead');
    this.#world.events.onExit(this, reason, message);
  }

  /** For the process: a step threw. */
  crash(process: Process, reason: CrashReason): void {
    if (process.ended) return;
    this.#bury('dead');
    this.#world.events.onCrash(this, reason);
  }

  #boot(): void {
    this.#incarnation++;
    const process = new Process(this, this.#world, this.#options, this.#processEvents);
    this.#process = process;
    this.disk.attach(process);
    this.#become('running');
    if (process.ended) return;
    process.boot(this.#factory, {
      disk: this.disk,
      random: this.#world.random.fork(`${this.name}/${this.#incarnation}`),
      wall: this.clock,
      incarnation: this.#incarnation,
    });
    if (this.#shutdownAsked) process.shutDown();
  }

  /** The process, if there is one, is gone; what it left open is reset. */
  #bury(state: HostState): void {
    const process = this.#process;
    if (process !== null) {
      this.#world.network.abortProcess(this.network, process);
      process.end();
    }
    this.#process = null;
    this.disk.detach();
    this.#become(state);
  }

  #become(state: HostState): void {
    this.#state = state;
    this.#life++;
    this.#world.events.onLife?.(this);
  }
}
