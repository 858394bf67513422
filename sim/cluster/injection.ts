import { FAULT_RULES, type FaultRule, type FaultWorld, type Heal, type Injected } from '../fault/index.ts';
import type { Host } from '../host/index.ts';
import type { EventKind } from '../kernel/index.ts';
import type { InjectedFault } from '../result/index.ts';
import { durationUs, type Fault, type Scenario } from '../scenario/index.ts';
import type { Cluster } from './cluster.ts';
import { isSafe } from './loss-guard.ts';
import { resolveTarget } from './targets.ts';

interface Active {
  readonly fault: Fault;
  readonly from: number;
  injected: Injected;
}

/** What a fault does some time after it began. */
interface Step {
  readonly active: Active;
  readonly action: () => void;
}

/** A supervisor's patience before it starts a process that ended (systemd's RestartSec, of that order). */
const RESTART_US = 1_000_000;
const NOBODY: Injected = { targets: [], heals: [] };

/** What the injection tells: for lanes and the trace. */
export interface InjectionEvents {
  onInjected(fault: Fault, targets: readonly string[]): void;
  onHealed(fault: Fault, targets: readonly string[]): void;
  /** A fault was left out, or had an effect worth counting. */
  onFaultProbe(name: string): void;
}

/**
 * Keeps the calendar of faults: when each begins, what it does later, when it heals. What it does is its rule's
 * business.
 */
export class Injection {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #events: InjectionEvents;
  readonly #active = new Set<Active>();
  readonly #done: InjectedFault[] = [];
  /** How many faults want this host's process down. */
  readonly #keptDown = new Map<string, number>();
  readonly #begins: EventKind;
  readonly #steps: EventKind;
  readonly #heals: EventKind;
  readonly #restarts: EventKind;
  #trafficFromUs = 0;

  constructor(scenario: Scenario, cluster: Cluster, events: InjectionEvents) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#events = events;
    const { kernel } = cluster;
    this.#begins = kernel.register<Fault>('fault', (fault) => this.#inject(fault));
    this.#steps = kernel.register<Step>('fault step', ({ active, action }) => {
      if (this.#active.has(active)) action();
    });
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
    return (this.#keptDown.get(name) ?? 0) > 0;
  }

  #inject(fault: Fault): void {
    const { kernel } = this.#cluster;
    if (fault.whenSafe === true && !isSafe(fault, this.#scenario, this.#cluster)) {
      this.#events.onFaultProbe('fault left out: it would have been one too many');
      return;
    }
    const active: Active = { fault, from: kernel.now, injected: NOBODY };
    this.#active.add(active);
    const rule = FAULT_RULES[fault.kind] as FaultRule;
    active.injected = rule.inject(fault, this.#worldOf(active));
    this.#events.onInjected(fault, active.injected.targets);
    if (fault.until !== undefined)
      kernel.schedule(this.#trafficFromUs + durationUs(fault.until), this.#heals, active);
  }

  #heal(active: Active): void {
    if (!this.#active.delete(active)) return;
    const { kernel } = this.#cluster;
    const { fault, from, injected } = active;
    for (const heal of injected.heals) heal();
    this.#events.onHealed(fault, injected.targets);
    this.#done.push({
      fault,
      targets: injected.targets,
      from: from - this.#trafficFromUs,
      to: kernel.now - this.#trafficFromUs,
    });
  }

  #worldOf(active: Active): FaultWorld {
    const { kernel, network } = this.#cluster;
    const { at, until } = active.fault;
    return {
      scenario: this.#scenario,
      network,
      lastsUs: until === undefined ? -1 : durationUs(until) - durationUs(at),
      host: (name) => this.#cluster.host(name),
      resolve: (target) => resolveTarget(target, this.#scenario, this.#cluster),
      after: (delayUs, action) => {
        kernel.schedule(kernel.now + delayUs, this.#steps, { active, action });
      },
      keepDown: (name) => this.#keepDown(name),
      probe: (name) => this.#events.onFaultProbe(name),
    };
  }

  #keepDown(name: string): Heal {
    this.#keptDown.set(name, (this.#keptDown.get(name) ?? 0) + 1);
    return () => {
      this.#keptDown.set(name, this.#keptDown.get(name)! - 1);
    };
  }
}
