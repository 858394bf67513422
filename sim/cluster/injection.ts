import { unreachable } from '../../engine/machine/index.ts';
import type { Host } from '../host/index.ts';
import type { EventKind } from '../kernel/index.ts';
import type { InjectedFault } from '../result/index.ts';
import { durationUs, type Fault, type Scenario } from '../scenario/index.ts';
import type { Cluster } from './cluster.ts';
import { resolveTarget } from './targets.ts';

/** Undoes one fault. */
type Heal = () => void;

interface Active {
  readonly fault: Fault;
  readonly targets: readonly string[];
  readonly from: number;
  readonly heals: Heal[];
}

/** Faults that a process does not come back from before they heal. */
const KEEPS_DOWN: ReadonlySet<Fault['kind']> = new Set(['kill', 'power-loss', 'stop', 'disk-error']);
/** A supervisor's patience before it starts a process that ended (systemd's RestartSec, of that order). */
const RESTART_US = 1_000_000;

/** What the injection tells: for lanes and the trace. */
export interface InjectionEvents {
  onInjected(fault: Fault, targets: readonly string[]): void;
  onHealed(fault: Fault, targets: readonly string[]): void;
}

/** Puts a schedule of faults on the kernel, does to the world what each says, and heals it in time. */
export class Injection {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #events: InjectionEvents;
  readonly #active = new Set<Active>();
  readonly #done: InjectedFault[] = [];
  readonly #begins: EventKind;
  readonly #heals: EventKind;
  readonly #restarts: EventKind;
  #trafficFromUs = 0;

  constructor(scenario: Scenario, cluster: Cluster, events: InjectionEvents) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#events = events;
    const { kernel } = cluster;
    this.#begins = kernel.register<Fault>('fault', (fault) => this.#inject(fault));
    this.#heals = kernel.register<Active>('heal', (active) => this.#heal(active));
    this.#restarts = kernel.register<Host>('restart', (host) => {
      if (!this.#isKeptDown(host.name)) host.start();
    });
  }

  /** A process is gone. Unless a fault wants it so, whoever watches processes starts it again. */
  onGone(host: Host): void {
    if (host.state === 'dead' && !this.#isKeptDown(host.name))
      this.#cluster.kernel.schedule(this.#cluster.kernel.now + RESTART_US, this.#restarts, host);
  }

  /** Times of the schedule count from `trafficFromUs`. */
  schedule(faults: readonly Fault[], trafficFromUs: number): void {
    const { kernel } = this.#cluster;
    this.#trafficFromUs = trafficFromUs;
    for (const fault of faults) kernel.schedule(trafficFromUs + durationUs(fault.at), this.#begins, fault);
  }

  /** Ends every fault, and starts whatever is not running. */
  healAll(): void {
    for (const active of [...this.#active]) this.#heal(active);
    this.#cluster.network.healAll();
    for (const host of this.#cluster.hosts.values()) {
      host.disk.healAll();
      host.resume();
      if (host.state === 'off') host.powerOn();
      else host.start();
    }
  }

  /** As injected, by time. */
  injected(): InjectedFault[] {
    return this.#done.toSorted((a, b) => a.from - b.from);
  }

  #isKeptDown(name: string): boolean {
    for (const { fault, targets } of this.#active)
      if (KEEPS_DOWN.has(fault.kind) && targets.includes(name)) return true;
    return false;
  }

  #inject(fault: Fault): void {
    const named = 'target' in fault ? fault.target : fault.from;
    const targets = resolveTarget(named, this.#scenario, this.#cluster);
    const others = 'to' in fault ? resolveTarget(fault.to, this.#scenario, this.#cluster) : [];
    const { kernel } = this.#cluster;
    const active: Active = { fault, targets, from: kernel.now, heals: [] };
    // Before it is done: a process that it ends is gone because of it.
    this.#active.add(active);
    active.heals.push(...this.#apply(fault, targets, others));
    this.#events.onInjected(fault, targets);
    if (fault.until !== undefined)
      kernel.schedule(this.#trafficFromUs + durationUs(fault.until), this.#heals, active);
  }

  #heal(active: Active): void {
    if (!this.#active.delete(active)) return;
    const { kernel } = this.#cluster;
    for (const heal of active.heals) heal();
    this.#events.onHealed(active.fault, active.targets);
    this.#done.push({
      fault: active.fault,
      targets: active.targets,
      from: active.from - this.#trafficFromUs,
      to: kernel.now - this.#trafficFromUs,
    });
  }

  #apply(fault: Fault, targets: readonly string[], others: readonly string[]): Heal[] {
    const { network } = this.#cluster;
    switch (fault.kind) {
      case 'kill':
      case 'power-loss':
      case 'stop':
      case 'pause':
      case 'disk-stall':
      case 'disk-error':
      case 'clock-step':
        return targets.map((name) => this.#applyToHost(fault, name));
      case 'partition': {
        const id = fault.oneWay
          ? network.inject(targets, others, { kind: 'cut' })
          : network.injectBothWays(targets, others, { kind: 'cut' });
        return [() => network.heal(id)];
      }
      case 'isolate': {
        const rest = network.names().filter((name) => !targets.includes(name));
        const id =
          fault.direction === 'both'
            ? network.injectBothWays(targets, rest, { kind: 'cut' })
            : fault.direction === 'outbound'
              ? network.inject(targets, rest, { kind: 'cut' })
              : network.inject(rest, targets, { kind: 'cut' });
        return [() => network.heal(id)];
      }
      case 'slow-network': {
        const extra = { floorUs: durationUs(fault.delay), tailUsMean: 0 };
        const id = network.injectBothWays(targets, others, { kind: 'delay', extra });
        return [() => network.heal(id)];
      }
      case 'reset-connections':
        network.reset(targets, others);
        return [];
      default:
        return unreachable(fault);
    }
  }

  #applyToHost(fault: Extract<Fault, { target: string }>, name: string): Heal {
    const host = this.#cluster.host(name);
    switch (fault.kind) {
      case 'kill':
        host.kill();
        return () => host.start();
      case 'power-loss':
        host.powerOff();
        return () => host.powerOn();
      case 'stop':
        host.stop();
        return () => host.start();
      case 'pause':
        host.pause();
        return () => host.resume();
      case 'disk-stall': {
        const id = host.disk.inject({ kind: 'stall', operationUs: STALLED_OPERATION_US });
        return () => host.disk.heal(id);
      }
      case 'disk-error': {
        const id = host.disk.inject({ kind: 'error', operation: fault.operation, path: '*', code: 'EIO' });
        return () => {
          host.disk.heal(id);
          host.start();
        };
      }
      case 'clock-step':
        host.clock.step(durationUs(fault.by) * (fault.backwards ? -1 : 1));
        return () => host.clock.synchronise();
      case 'isolate':
        throw new Error('isolate concerns the network');
      default:
        return unreachable(fault);
    }
  }
}

/** What a write or read takes on a disk that stalls: the controller answers, the medium hardly. */
const STALLED_OPERATION_US = 2_000;
