import { type Classified, type ClusterViews, classify, pending } from '../check/index.ts';
import { drawSchedule } from '../fault/index.ts';
import type { Host } from '../host/index.ts';
import { RunMetrics } from '../metrics/index.ts';
import type { Result } from '../result/index.ts';
import { durationUs, type Fault, type Scenario } from '../scenario/index.ts';
import { Trace } from '../trace/index.ts';
import { asExpected } from './as-expected.ts';
import { adminFactory } from './client-machines.ts';
import { Cluster } from './cluster.ts';
import { CompactionWatch } from './compaction-watch.ts';
import { findAtEnd, findRefused, findVacuous, sortViolations } from './findings.ts';
import { GroupWatch } from './group-watch.ts';
import { Injection } from './injection.ts';
import { Observer } from './observer.ts';
import { Operations } from './operations.ts';
import { TopicSetup } from './topic-setup.ts';
import { ADMIN_HOST, FIRST_RACK, OPERATIONS_HOST } from './topology.ts';
import { Traffic } from './traffic.ts';
import type { TrialOptions, TrialResult } from './trial-contract.ts';
import { utilisationOf } from './utilisation.ts';

/** How often conditions are looked at while waiting. */
const SLICE_US = 100_000;
/** After so many it looks at other moments, too. */
const REGULAR_LOOKS = 300;
/** A healthy cluster is up in a few seconds. */
const BOOT_LIMIT_US = 120_000_000;
/** Traffic begins on a whole second, so that times in reports are easy to compare with the log. */
const TRAFFIC_GRAIN_US = 1_000_000;

/** One trial in its phases: boot, runTraffic, settle, result. */
export class Trial {
  readonly #scenario: Scenario;
  readonly #options: TrialOptions;
  readonly #observer: Observer;
  readonly #cluster: Cluster;
  readonly #injection: Injection;
  readonly #compaction: CompactionWatch;
  readonly #groups: GroupWatch;
  /** As written, then as drawn. */
  readonly #faults: readonly Fault[];
  /** Null until the cluster is up. */
  #traffic: Traffic | null = null;
  /** Null while there is no traffic, and in a scenario without operations. */
  #operations: Operations | null = null;
  /** What had not converged when the time for it ran out. */
  #pending: string[] = [];

  constructor(scenario: Scenario, options: TrialOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#observer = new Observer(new Trace(options.traceLine));
    this.#cluster = new Cluster(scenario, options, this.#observer);
    this.#observer.attach(this.#cluster.kernel);
    this.#compaction = new CompactionWatch(scenario, this.#cluster, this.#observer.invariants.shadow);
    this.#groups = new GroupWatch(this.#cluster, this.#observer.invariants.shadow);
    this.#observer.whenTold((host, fact) => {
      const { now } = this.#cluster.kernel;
      this.#compaction.onFact(now, host, fact);
      this.#groups.onFact(now, host, fact);
    });
    this.#cluster.onStrike = (what) => this.#observer.onFaultProbe(what);
    const { faults, randomFaults } = scenario;
    const random = this.#cluster.random.stream('faults');
    this.#faults =
      randomFaults === null ? faults : [...faults, ...drawSchedule(randomFaults, scenario, random)];
    this.#injection = new Injection(scenario, this.#cluster, this.#observer);
    this.#observer.whenGone((host) => this.#onGone(host));
  }

  /** For checks that look closer than a result does. */
  get cluster(): Cluster {
    return this.#cluster;
  }

  /** From cold machines to topics that are led and fully replicated. False: it did not come to that. */
  boot(): boolean {
    this.#cluster.startServers();
    if (!this.#waitFor(() => this.#unsettled().length === 0, BOOT_LIMIT_US)) return false;
    const setup = new TopicSetup(this.#scenario.cluster.topics, this.#options.mount !== undefined);
    this.#cluster.addClient(ADMIN_HOST, 'a', adminFactory(this.#scenario, setup, setup));
    const ready = (): boolean => setup.done && (setup.errors.length > 0 || this.#unsettled().length === 0);
    if (!this.#waitFor(ready, BOOT_LIMIT_US)) return false;
    this.#pending = setup.errors.map((error) => `topic not created: ${error}`);
    return this.#pending.length === 0;
  }

  /** Traffic under faults, sampled by interval. */
  runTraffic(): void {
    const { kernel } = this.#cluster;
    const fromUs = Math.ceil((kernel.now + 1) / TRAFFIC_GRAIN_US) * TRAFFIC_GRAIN_US;
    kernel.run(fromUs);
    const traffic = new Traffic(this.#scenario, this.#cluster, fromUs, (at, fact) =>
      this.#observer.invariants.onClient(at, fact),
    );
    this.#traffic = traffic;
    traffic.addClients(this.#options.datasets);
    this.#beginOperations(fromUs);
    this.#injection.schedule(this.#faults, fromUs);
    while (kernel.now < traffic.untilUs) {
      kernel.run(Math.min(traffic.untilUs, kernel.now + traffic.intervalUs));
      traffic.sample();
      this.#tellProgress(traffic);
    }
  }

  #beginOperations(fromUs: number): void {
    const { operations } = this.#scenario;
    if (operations.length === 0) return;
    const application = new Operations(operations, fromUs, this.#observer);
    this.#operations = application;
    this.#cluster.addClient(
      OPERATIONS_HOST,
      FIRST_RACK,
      adminFactory(this.#scenario, application, application),
    );
  }

  /** Heals everything, and gives the cluster its time to converge. */
  settle(): void {
    const traffic = this.#traffic!;
    this.#injection.healAll();
    const converged = (): boolean => pending(this.#views()).length === 0;
    if (!this.#waitFor(converged, durationUs(this.#scenario.settle), () => traffic.sampleIfDue()))
      this.#pending = pending(this.#views());
    traffic.sampleIfDue();
    this.#tellProgress(traffic);
  }

  /** The verdict and everything that it rests on. `failure`: why the run ended early. */
  result(failure: string | null): TrialResult {
    const { kernel, hosts } = this.#cluster;
    const { trace, lanes, bytesOnWire, groupChanges } = this.#observer;
    const scenario = this.#scenario;
    if (failure !== null && this.#pending.length === 0) this.#pending = [failure, ...this.#unsettled()];
    const { violations, allowed, weaknesses } = this.#judge();
    const fromUs = this.#traffic?.fromUs ?? 0;
    const { metrics, operations } = measured(this.#traffic);
    const nodes = [...hosts.keys()].filter((name) => name !== ADMIN_HOST);
    const drawn = lanes.finish(kernel.now, fromUs, nodes);
    const paused = drawn.lanes
      .filter(({ state }) => state === 'paused')
      .map(({ node, from, to }) => ({ client: node, from: from + fromUs, to: to + fromUs }));
    return {
      format: 1,
      scenario,
      seed: this.#options.seed,
      codec: this.#options.codec,
      verdict: violations.length > 0 ? 'violation' : this.#pending.length > 0 ? 'stuck' : 'pass',
      violations,
      allowed,
      weaknesses,
      pending: this.#pending,
      traceHash: trace.hash.digest(),
      simulatedUs: kernel.now,
      trafficFromUs: fromUs,
      events: kernel.events,
      probes: Object.fromEntries([...trace.probes].sort((a, b) => (a[0] < b[0] ? -1 : 1))),
      faults: this.#injection.injected(),
      operations,
      adminOperations: this.#operations?.told() ?? [],
      metrics: {
        series: metrics.series(),
        produceLatency: metrics.produceLatency.quantiles(),
        endToEnd: metrics.endToEnd.quantiles(),
        utilisation: utilisationOf(this.#cluster, Math.max(1, kernel.now - fromUs)),
        bytesOnWire,
      },
      transactions: (this.#traffic?.recorder.transactions ?? []).map((span) => ({
        ...span,
        from: span.from - fromUs,
        to: span.to - fromUs,
      })),
      groups: this.#traffic?.groups(groupChanges.byGroup, paused) ?? [],
      ...drawn,
    };
  }

  /** A process is gone: what a client had sent is in doubt, and who did not have to go is started again. */
  #onGone(host: Host): void {
    this.#traffic?.recorder.onClientGone(host.name);
    this.#injection.onGone(host);
  }

  #judge(): Classified {
    const { failures, invariants, trace, witness } = this.#observer;
    const sorted = sortViolations(this.#scenario, invariants.violations, trace.probes);
    const converged = this.#pending.length === 0;
    const found =
      this.#traffic === null
        ? { violations: [], allowed: [] }
        : findAtEnd(
            this.#scenario,
            this.#cluster,
            this.#traffic,
            this.#views(),
            converged,
            this.#options.datasets,
            this.#compaction,
            trace.probes,
          );
    const reloads = this.#groups.validate(this.#cluster.kernel.now, this.#views());
    const refused = findRefused(this.#operations?.refused() ?? [], this.#traffic?.fromUs ?? 0);
    const vacuous = findVacuous(this.#scenario, this.#cluster.kernel.now, trace.probes);
    const { recorder } = this.#traffic ?? {};
    if (recorder !== undefined)
      witness.hear({ history: recorder.history(), transactions: recorder.clientTransactions });
    const all = {
      violations: [
        ...failures,
        ...sorted.violations,
        ...found.violations,
        ...reloads,
        ...refused,
        ...vacuous,
      ],
      allowed: [...sorted.allowed, ...found.allowed],
    };
    return asExpected(this.#scenario, classify(all, witness));
  }

  /** What is not as it should be, whatever clients do. */
  #unsettled(): string[] {
    return pending({
      ...this.#views(),
      outstanding: 0,
      unsent: [],
      operations: [],
      members: [],
      positions: [],
    });
  }

  #views(): ClusterViews {
    const readsAll = this.#scenario.expect.consumersReadAll;
    return {
      brokers: this.#cluster.brokerViews(),
      controllers: this.#cluster.controllerViews(),
      outstanding: this.#traffic?.recorder.outstanding ?? 0,
      unsent: this.#traffic?.unsent() ?? [],
      operations: this.#operations?.pending() ?? [],
      members: this.#traffic?.members() ?? [],
      compacted: this.#observer.invariants.shadow.compacted,
      positions: readsAll ? (this.#traffic?.positions() ?? []) : [],
    };
  }

  #waitFor(condition: () => boolean, limitUs: number, each: () => void = () => {}): boolean {
    const { kernel } = this.#cluster;
    const until = kernel.now + limitUs;
    for (let looks = 0; !condition(); looks++) {
      if (kernel.now >= until) return false;
      kernel.run(Math.min(until, kernel.now + sliceAfter(looks)));
      each();
    }
    return true;
  }

  #tellProgress({ fromUs, untilUs }: Traffic): void {
    this.#options.progress?.(this.#cluster.kernel.now - fromUs, untilUs - fromUs);
  }
}

/** What comes as regularly as one looks would be seen in the same phase for ever: a record of metadata on its way. */
function sliceAfter(looks: number): number {
  return looks < REGULAR_LOOKS ? SLICE_US : SLICE_US + (looks % 10) * (SLICE_US / 10);
}

/** What clients came to; nothing when the cluster never came up. */
function measured(traffic: Traffic | null): Pick<Result, 'operations'> & { metrics: RunMetrics } {
  const none = { ok: 0, fail: 0, unknown: 0 };
  const { produce, poll } = traffic?.recorder ?? { produce: none, poll: none };
  return {
    metrics: traffic?.metrics ?? new RunMetrics(0, 1),
    operations: { produce: { ...produce }, poll: { ...poll } },
  };
}
