import { acksOf, type TopicPartition } from '../../engine/client/index.ts';
import {
  type ClusterViews,
  findAnomalies,
  judge,
  pending,
  validateReplicas,
  whereValuesAre,
} from '../check/index.ts';
import { drawSchedule } from '../fault/index.ts';
import { RunMetrics } from '../metrics/index.ts';
import type { Violation } from '../result/index.ts';
import { durationUs, type Fault, type ProducerSpec, type Scenario } from '../scenario/index.ts';
import { Trace } from '../trace/index.ts';
import {
  DatasetDriver,
  IDS_PER_PRODUCER,
  PollDriver,
  readRecordId,
  SyntheticDriver,
} from '../workload/index.ts';
import { adminFactory, configOfProducer, consumerFactory, producerFactory } from './client-machines.ts';
import { Cluster } from './cluster.ts';
import { COMPRESSION } from './compression.ts';
import { HistoryRecorder } from './history-recorder.ts';
import { Injection } from './injection.ts';
import { Observer } from './observer.ts';
import { promisesOf } from './promises.ts';
import { sampleCluster } from './sample.ts';
import { TopicSetup } from './topic-setup.ts';
import { clientsOf } from './topology.ts';
import type { TrialOptions, TrialResult } from './trial-contract.ts';
import { utilisationOf } from './utilisation.ts';

/** How often conditions are looked at while waiting. */
const SLICE_US = 100_000;
/** A healthy cluster is up in a few seconds. */
const BOOT_LIMIT_US = 120_000_000;
/** Intervals that a report shows. */
const INTERVALS = 240;
const SHORTEST_INTERVAL_US = 50_000;
const DEFAULT_KEEP_LAST = 0;

/** One trial in its phases. */
export class Trial {
  readonly #scenario: Scenario;
  readonly #options: TrialOptions;
  readonly #observer: Observer;
  readonly #cluster: Cluster;
  readonly #injection: Injection;
  readonly #faults: readonly Fault[];
  readonly #durationUs: number;
  #metrics: RunMetrics;
  #recorder: HistoryRecorder;
  #trafficFromUs = 0;
  #pending: string[] = [];

  constructor(scenario: Scenario, options: TrialOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#durationUs = durationUs(scenario.duration);
    this.#observer = new Observer(
      new Trace({ keepLast: options.keepLast ?? DEFAULT_KEEP_LAST, line: options.traceLine }),
    );
    this.#cluster = new Cluster(scenario, options, this.#observer);
    this.#observer.attach(this.#cluster.kernel);
    const { random } = this.#cluster;
    const drawn =
      scenario.randomFaults === null
        ? []
        : drawSchedule(scenario.randomFaults, scenario, random.stream('faults'));
    this.#faults = [...scenario.faults, ...drawn];
    this.#injection = new Injection(scenario, this.#cluster, {
      onInjected: (fault, targets) => this.#onFault(fault, targets, true),
      onHealed: (fault, targets) => this.#onFault(fault, targets, false),
    });
    this.#metrics = new RunMetrics(0, SHORTEST_INTERVAL_US);
    this.#recorder = this.#newRecorder();
  }

  /** From cold machines to topics that are led and fully replicated. False: it did not come to that. */
  boot(): boolean {
    const { kernel } = this.#cluster;
    this.#cluster.startServers();
    if (!this.#waitFor(() => this.#unsettled().length === 0, BOOT_LIMIT_US)) return false;
    const setup = new TopicSetup(this.#scenario.cluster.topics);
    this.#cluster.addClient('a1', 'a', adminFactory(this.#scenario, setup, setup));
    const ready = (): boolean => setup.done && (setup.errors.length > 0 || this.#unsettled().length === 0);
    if (!this.#waitFor(ready, BOOT_LIMIT_US)) return false;
    if (setup.errors.length > 0) {
      this.#pending = setup.errors.map((error) => `topic not created: ${error}`);
      return false;
    }
    this.#trafficFromUs = Math.ceil((kernel.now + 1) / 1_000_000) * 1_000_000;
    return true;
  }

  /** Traffic under faults, sampled by interval. */
  runTraffic(): void {
    const { kernel } = this.#cluster;
    kernel.run(this.#trafficFromUs);
    const intervalUs = Math.max(
      SHORTEST_INTERVAL_US,
      Math.ceil(this.#durationUs / INTERVALS / 1_000) * 1_000,
    );
    this.#metrics = new RunMetrics(this.#trafficFromUs, intervalUs);
    this.#recorder = this.#newRecorder();
    this.#addProducers();
    this.#addConsumers();
    this.#injection.schedule(this.#faults, this.#trafficFromUs);
    const until = this.#trafficFromUs + this.#durationUs;
    while (kernel.now < until) {
      kernel.run(Math.min(until, kernel.now + intervalUs));
      this.#sample();
      this.#options.progress?.(kernel.now - this.#trafficFromUs, this.#durationUs);
    }
  }

  /** Heals everything, and gives the cluster its time to converge. */
  settle(): void {
    const { kernel } = this.#cluster;
    this.#injection.healAll();
    const converged = (): boolean => pending(this.#views()).length === 0;
    if (!this.#waitFor(converged, durationUs(this.#scenario.settle), () => this.#sampleIfDue())) {
      this.#pending = pending(this.#views());
    }
    this.#sampleIfDue();
    this.#options.progress?.(kernel.now - this.#trafficFromUs, this.#durationUs);
  }

  result(failure: string | null): TrialResult {
    const { kernel } = this.#cluster;
    const scenario = this.#scenario;
    if (failure !== null && this.#pending.length === 0) this.#pending = [failure, ...this.#unsettled()];
    const { violations, allowed } = this.#judge(failure === null && this.#pending.length === 0);
    const { trace, lanes } = this.#observer;
    for (const probe of scenario.expect.probes) {
      if (!trace.probes.has(probe)) {
        violations.push({
          check: 'Vacuous',
          at: kernel.now,
          message: `the scenario expects "${probe}", which never happened: the run proves nothing about it`,
          evidence: { probe },
        });
      }
    }
    const nodes = [...this.#cluster.hosts.keys()].filter((name) => name !== 'a1');
    const events = kernel.events;
    return {
      format: 1,
      scenario,
      seed: this.#options.seed,
      codec: this.#options.codec,
      verdict: violations.length > 0 ? 'violation' : this.#pending.length > 0 ? 'stuck' : 'pass',
      violations,
      allowed,
      pending: this.#pending,
      traceHash: trace.hash.digest(),
      simulatedUs: kernel.now,
      trafficFromUs: this.#trafficFromUs,
      events,
      probes: Object.fromEntries([...trace.probes].sort((a, b) => (a[0] < b[0] ? -1 : 1))),
      faults: this.#injection.injected(),
      operations: { produce: { ...this.#recorder.produce }, poll: { ...this.#recorder.poll } },
      metrics: {
        series: this.#metrics.series(),
        produceLatency: this.#metrics.produceLatency.quantiles(),
        endToEnd: this.#metrics.endToEnd.quantiles(),
        utilisation: utilisationOf(this.#cluster, Math.max(1, kernel.now - this.#trafficFromUs)),
        bytesOnWire: this.#observer.bytesOnWire,
      },
      ...lanes.finish(kernel.now, this.#trafficFromUs, nodes),
    };
  }

  #newRecorder(): HistoryRecorder {
    return new HistoryRecorder(
      this.#metrics,
      () => this.#cluster.kernel.now,
      (at, fact) => this.#observer.invariants.onClient(at, fact),
    );
  }

  #addProducers(): void {
    this.#scenario.traffic.producers.forEach((spec, i) => {
      const config = configOfProducer(this.#scenario, spec);
      const listener = this.#recorder.producer(spec.name, acksOf(config));
      this.#cluster.addClient(
        spec.name,
        spec.rack ?? 'a',
        producerFactory(config, this.#driver(spec, i * IDS_PER_PRODUCER), listener),
      );
    });
  }

  #driver(spec: ProducerSpec, firstId: number): DatasetDriver | SyntheticDriver {
    const { workload, topic } = spec;
    // A client's monotonic clock begins with its machine, at zero of the run.
    const startUs = this.#trafficFromUs;
    if (workload.kind === 'synthetic') {
      const random = this.#cluster.random.stream(`workload/${spec.name}`);
      return new SyntheticDriver({
        workload,
        topic,
        firstId,
        random,
        startUs,
        untilUs: startUs + this.#durationUs,
      });
    }
    const dataset = this.#options.datasets.get(workload.dataset);
    if (dataset === undefined) throw new RangeError(`the data set ${workload.dataset} was not handed in`);
    return new DatasetDriver({
      dataset,
      topic,
      firstId,
      count: workload.events,
      rate: workload.rate,
      startUs,
    });
  }

  #addConsumers(): void {
    for (const spec of this.#scenario.traffic.consumers) {
      const assignment = this.#assignmentOf(spec.topic, spec.partitions);
      const factory = consumerFactory(
        this.#scenario,
        spec,
        () => new PollDriver(assignment),
        this.#recorder.consumer(spec.name),
      );
      this.#cluster.addClient(spec.name, spec.rack ?? 'a', factory);
    }
  }

  #assignmentOf(topic: string, partitions: readonly number[] | null): TopicPartition[] {
    const spec = this.#scenario.cluster.topics.find(({ name }) => name === topic)!;
    const indexes = partitions ?? Array.from({ length: spec.partitions }, (_, i) => i);
    return indexes.map((partition) => ({ topic, partition }));
  }

  #onFault(fault: Fault, targets: readonly string[], begins: boolean): void {
    const { now, lanes, trace } = this.#observer;
    trace.onEvent(now, targets.join(','), `${begins ? 'fault' : 'heal'}: ${fault.kind}`);
    if (begins) {
      lanes.onInjected(now, fault, targets);
      trace.onProbe(targets.length === 0 ? 'fault found no target' : `fault: ${fault.kind}`);
    } else {
      lanes.onHealed(now, fault, targets);
    }
  }

  /** What is not as it should be, whatever clients do. */
  #unsettled(): string[] {
    return pending({ ...this.#views(), outstanding: 0, positions: [] });
  }

  #views(): ClusterViews {
    const recorder = this.#recorder;
    const positions = this.#scenario.expect.consumersReadAll
      ? this.#scenario.traffic.consumers.flatMap(({ name, topic, partitions }) =>
          this.#assignmentOf(topic, partitions).map(({ partition }) => {
            const log = `${topic}-${partition}`;
            return { client: name, log, position: recorder.positions.get(`${name} ${log}`) ?? -1 };
          }),
        )
      : [];
    return {
      brokers: this.#cluster.brokerViews(),
      controllers: this.#cluster.controllerViews(),
      outstanding: recorder.outstanding,
      positions,
    };
  }

  #waitFor(condition: () => boolean, limitUs: number, each: () => void = () => {}): boolean {
    const { kernel } = this.#cluster;
    const until = kernel.now + limitUs;
    while (!condition()) {
      if (kernel.now >= until) return false;
      kernel.run(Math.min(until, kernel.now + SLICE_US));
      each();
    }
    return true;
  }

  #sampled = 0;

  #sample(): void {
    this.#sampled++;
    this.#metrics.onSample(
      sampleCluster(this.#cluster.brokerViews(), this.#cluster.active(), this.#recorder),
    );
  }

  #sampleIfDue(): void {
    const { kernel } = this.#cluster;
    while (this.#trafficFromUs + (this.#sampled + 1) * this.#metrics.intervalUs <= kernel.now) this.#sample();
  }

  #judge(converged: boolean): { violations: Violation[]; allowed: Violation[] } {
    const { kernel } = this.#cluster;
    const views = this.#views();
    const violations = [...this.#observer.failures, ...this.#observer.invariants.violations];
    if (this.#trafficFromUs === 0) return { violations, allowed: [] };
    const promises = promisesOf(this.#scenario, converged);
    violations.push(...validateReplicas(kernel.now, views));
    const anomalies = findAnomalies(this.#recorder.history());
    const judged = judge(anomalies, promises, whereValuesAre(views, COMPRESSION, readRecordId));
    const allowed = judged.allowed;
    violations.push(...judged.violations);
    return { violations, allowed };
  }
}

/** Hosts that stand for clients, for whoever lists nodes. */
export function clientNames(scenario: Scenario): string[] {
  return clientsOf(scenario).map(({ name }) => name);
}
