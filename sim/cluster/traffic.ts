import {
  acksOf,
  Consumer,
  type ConsumerListener,
  Pipeline,
  type TopicPartition,
} from '../../engine/client/index.ts';
import { topicOfLog } from '../../engine/log/index.ts';
import type { LiveMember } from '../check/index.ts';
import type { EventKind } from '../kernel/index.ts';
import { RunMetrics } from '../metrics/index.ts';
import type { GroupChange, GroupOutcome } from '../result/index.ts';
import {
  type ClientPlace,
  type ConsumerSpec,
  clientPlaces,
  durationUs,
  groupOf,
  groupOfPipeline,
  type ProducerSpec,
  readsTopic,
  type Scenario,
  type TopicSpec,
  topicsOf,
  transactionalIdOf,
} from '../scenario/index.ts';
import {
  Copies,
  type Dataset,
  DatasetDriver,
  GroupDriver,
  IDS_PER_PRODUCER,
  PollDriver,
  SourceDriver,
  SyntheticDriver,
  TransactionDriver,
} from '../workload/index.ts';
import type { Silence } from './availability.ts';
import {
  configOfMember,
  configOfProducer,
  consumerFactory,
  pipelineFactory,
  placeGroupOf,
  producerFactory,
  sourceFactory,
  subscriptionOf,
  transactionalFactory,
} from './client-machines.ts';
import type { Cluster } from './cluster.ts';
import { type ClientSink, HistoryRecorder } from './history-recorder.ts';
import { readersOfUncommitted } from './promises.ts';
import { sampleCluster } from './sample.ts';
import { FIRST_RACK } from './topology.ts';

/** Intervals that a report shows. */
const INTERVALS = 240;
const SHORTEST_INTERVAL_US = 50_000;

/** The clients of a scenario, what they saw, and the cluster as it was sampled meanwhile. */
export class Traffic {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly intervalUs: number;
  readonly metrics: RunMetrics;
  readonly recorder: HistoryRecorder;
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #givesUp: EventKind;
  /** By producer that resumes: the application of its last process. */
  readonly #sources = new Map<string, SourceDriver>();
  #samples = 0;

  constructor(scenario: Scenario, cluster: Cluster, fromUs: number, sink: ClientSink) {
    const lasts = durationUs(scenario.duration);
    this.fromUs = fromUs;
    this.untilUs = fromUs + lasts;
    this.intervalUs = Math.max(SHORTEST_INTERVAL_US, Math.ceil(lasts / INTERVALS / 1_000) * 1_000);
    this.metrics = new RunMetrics(fromUs, this.intervalUs);
    const readsUncommitted = readersOfUncommitted(scenario);
    this.recorder = new HistoryRecorder(this.metrics, () => cluster.kernel.now, sink, readsUncommitted);
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#givesUp = cluster.kernel.register<string>('application gives up', (name) =>
      cluster.host(name).kill(),
    );
  }

  /** Producers first, in the order of the scenario: hosts are numbered as they come. */
  addClients(datasets: ReadonlyMap<string, Dataset>): void {
    const { producers, consumers } = this.#scenario.traffic;
    const { verified } = this.#cluster;
    producers.forEach((spec, i) => {
      const driver = this.#driver(spec, i * IDS_PER_PRODUCER, datasets);
      const config = configOfProducer(this.#scenario, spec);
      const place = spec.rack ?? FIRST_RACK;
      if (spec.transactions !== null) {
        const random = this.#cluster.random.stream(`transactions/${spec.name}`);
        const { transactions } = spec;
        const listener = this.recorder.transactional(spec.name, config['transactional.id']);
        if (driver instanceof DatasetDriver && transactions.resumes) {
          const group = placeGroupOf(spec.name);
          const source = (): SourceDriver => {
            const application = new SourceDriver(driver, transactions, spec.topic, group, random);
            this.#sources.set(spec.name, application);
            return application;
          };
          const resuming = sourceFactory(this.#scenario, spec, source, listener, verified);
          this.#cluster.addClient(spec.name, place, resuming);
          return;
        }
        const application = (): TransactionDriver => new TransactionDriver(driver, transactions, random);
        const factory = transactionalFactory(config, application, listener, verified);
        this.#cluster.addClient(spec.name, place, factory);
        return;
      }
      const listener = this.recorder.producer(spec.name, acksOf(config));
      const factory = producerFactory(config, driver, listener, verified);
      this.#cluster.addClient(spec.name, place, factory);
    });
    for (const place of clientPlaces(this.#scenario.traffic)) {
      if (place.kind !== 'consumer') continue;
      const spec = consumers[place.spec]!;
      const group = groupOf(spec);
      if (group !== null) {
        this.#addMember(place, spec, group);
        continue;
      }
      const driver = (): PollDriver => new PollDriver(this.#assignmentOf(spec));
      const listener = this.#mortal(spec.name, this.recorder.consumer(spec.name));
      const factory = consumerFactory(this.#scenario, spec, driver, listener, verified);
      this.#cluster.addClient(spec.name, spec.rack ?? FIRST_RACK, factory);
    }
    this.#addPipelines();
  }

  #addPipelines(): void {
    const { pipelines, producers } = this.#scenario.traffic;
    let index = producers.length;
    for (const place of clientPlaces(this.#scenario.traffic)) {
      if (place.kind !== 'pipeline') continue;
      const spec = pipelines[place.spec]!;
      const copies = new Copies(spec.to, index++ * IDS_PER_PRODUCER);
      const group = groupOfPipeline(spec);
      const consumed = this.recorder.member(place.name, group, () => {});
      const calls = this.recorder.groups.get(group)!;
      const produced = this.recorder.transactional(
        place.name,
        transactionalIdOf(this.#scenario.traffic, place)!,
      );
      const factory = pipelineFactory(
        this.#scenario,
        spec,
        place,
        (record) => copies.copyOf(record),
        (isPoll) => calls.onCall(place.name, isPoll),
        this.#mortal(place.name, consumed),
        produced,
        this.#cluster.random.stream(`transactions/${place.name}`),
        this.#cluster.verified,
      );
      this.#cluster.addClient(place.name, spec.rack ?? FIRST_RACK, factory);
    }
  }

  /** A member of a group: its application begins anew with each process, and knows what the last poll returned. */
  #addMember(place: ClientPlace, spec: ConsumerSpec, group: string): void {
    let application: GroupDriver | null = null;
    const heard = this.recorder.member(place.name, group, (count) => application?.onRecords(count));
    const calls = this.recorder.groups.get(group)!;
    const driver = (): GroupDriver => {
      const onCall = (isPoll: boolean): void => calls.onCall(place.name, isPoll);
      application = new GroupDriver(
        subscriptionOf(spec),
        spec.commit,
        durationUs(spec.workPerRecord),
        onCall,
      );
      return application;
    };
    const listener = this.#mortal(place.name, heard);
    const member = { ...spec, name: place.name, config: configOfMember(spec, place) };
    const factory = consumerFactory(this.#scenario, member, driver, listener, this.#cluster.verified);
    this.#cluster.addClient(place.name, spec.rack ?? FIRST_RACK, factory);
  }

  /**
   * A consumer answers the same for ever about a record that came damaged (`CompletedFetch.fetchRecords`, "please seek
   * past the record"). Its application is one that does not skip records: it dies of the exception, and is started
   * again.
   */
  #mortal(name: string, listener: ConsumerListener): ConsumerListener {
    const { kernel } = this.#cluster;
    return {
      ...listener,
      onPollFailed: (now, failure) => {
        listener.onPollFailed(now, failure);
        if (failure.kind === 'corrupt record') kernel.schedule(kernel.now, this.#givesUp, name);
      },
    };
  }

  /** The cluster as it is now, at the end of an interval. */
  sample(): void {
    this.#samples++;
    const ends = new Map<string, number>();
    const { recorder } = this;
    this.metrics.onSample(sampleCluster(this.#cluster.brokerViews(), this.#cluster.active(), recorder, ends));
    for (const group of recorder.groups.values()) {
      const topics = this.#topicsOf(group.group);
      group.sample(
        [...ends].filter(([log]) => topics.has(topicOfLog(log))),
        recorder.positions,
      );
    }
  }

  /** Samples for the intervals that have ended since the last one. */
  sampleIfDue(): void {
    const { kernel } = this.#cluster;
    while (this.fromUs + (this.#samples + 1) * this.intervalUs <= kernel.now) this.sample();
  }

  /** Producers that resume and are not at the end of their data set, pipelines with work in hand: in words. */
  unsent(): string[] {
    const sources = [...this.#sources].flatMap(([name, { unsent }]) =>
      unsent === null ? [] : [`${name} ${unsent}`],
    );
    const pipelines = clientPlaces(this.#scenario.traffic).flatMap(({ kind, name }) => {
      const machine = kind === 'pipeline' ? this.#cluster.host(name).machine : null;
      const isBusy = machine instanceof Pipeline && machine.view().hasUncommitted;
      return isBusy ? [`${name} has not committed what it has read`] : [];
    });
    return [...sources, ...pipelines];
  }

  /** Members of groups whose processes live, by their own word. */
  members(): LiveMember[] {
    const { consumers, pipelines } = this.#scenario.traffic;
    const live: LiveMember[] = [];
    for (const { kind, name: client, spec } of clientPlaces(this.#scenario.traffic)) {
      if (kind === 'producer' || this.#cluster.host(client).state !== 'running') continue;
      const group = kind === 'consumer' ? groupOf(consumers[spec]!) : groupOfPipeline(pipelines[spec]!);
      const recorder = group === null ? undefined : this.recorder.groups.get(group);
      if (group === null || recorder === undefined) continue;
      const topic = kind === 'consumer' ? consumers[spec]!.topic : pipelines[spec]!.from;
      live.push({ client, group, topics: [topic], ...recorder.standing(client) });
    }
    return live;
  }

  /** Where each consumer stands in each of its partitions; -1 before it has a position. */
  positions(): { readonly client: string; readonly log: string; readonly position: number }[] {
    const { consumers, pipelines } = this.#scenario.traffic;
    const readers = [
      ...consumers.map((spec) => ({ ...spec, of: groupOf(spec) ?? spec.name, goesBack: false })),
      ...pipelines.map((spec) => ({
        ...spec,
        topic: spec.from,
        pattern: null,
        partitions: null,
        of: groupOfPipeline(spec),
        goesBack: true,
      })),
    ];
    return readers.flatMap(({ goesBack, name, of, ...spec }) =>
      this.#assignmentOf(spec).map(({ partition, topic }) => {
        const log = `${topic}-${partition}`;
        // What a pipeline has read and taken back is before it again.
        const heard = goesBack ? -1 : (this.recorder.positions.get(`${of} ${log}`) ?? -1);
        return { client: of, log, position: Math.max(heard, this.#standing(name, topic, partition)) };
      }),
    );
  }

  /** Where the client's processes stand by themselves: behind the last record there may be markers. -1: nowhere. */
  #standing(of: string, topic: string, partition: number): number {
    let highest = -1;
    for (const { client, name } of clientPlaces(this.#scenario.traffic)) {
      const machine = client === of ? this.#cluster.host(name).machine : null;
      const views =
        machine instanceof Consumer
          ? machine.view()
          : machine instanceof Pipeline
            ? machine.view().consumed
            : [];
      for (const view of views)
        if (view.topic === topic && view.partition === partition) highest = Math.max(highest, view.position);
    }
    return highest;
  }

  /** What each group came to. `paused`: when processes stood still, in times of the run. */
  groups(changes: ReadonlyMap<string, readonly GroupChange[]>, paused: readonly Silence[]): GroupOutcome[] {
    return [...this.recorder.groups.values()].map((recorder) => {
      const topics = this.#topicsOf(recorder.group);
      const logs = topicsOf(this.#scenario)
        .filter(({ name }) => topics.has(name))
        .flatMap(({ name, partitions }) => Array.from({ length: partitions }, (_, i) => `${name}-${i}`));
      return recorder.outcome(this.fromUs, logs, changes.get(recorder.group) ?? [], paused);
    });
  }

  /** What a group's members read. */
  #topicsOf(group: string): Set<string> {
    const { consumers, pipelines } = this.#scenario.traffic;
    return new Set([
      ...consumers
        .filter((spec) => groupOf(spec) === group)
        .flatMap((spec) => this.#topicsReadBy(spec).map(({ name }) => name)),
      ...pipelines.filter((spec) => groupOfPipeline(spec) === group).map(({ from }) => from),
    ]);
  }

  #driver(
    { name, topic, workload }: ProducerSpec,
    firstId: number,
    datasets: ReadonlyMap<string, Dataset>,
  ): DatasetDriver | SyntheticDriver {
    // A client's monotonic clock begins with its machine, at zero of the run.
    const startUs = this.fromUs;
    if (workload.kind === 'synthetic') {
      const random = this.#cluster.random.stream(`workload/${name}`);
      const tombstones = this.#cluster.random.stream(`tombstones/${name}`);
      const { untilUs } = this;
      return new SyntheticDriver({ workload, topic, firstId, random, tombstones, startUs, untilUs });
    }
    const dataset = datasets.get(workload.dataset);
    if (dataset === undefined) throw new RangeError(`the data set ${workload.dataset} was not handed in`);
    const { events: count, rate } = workload;
    return new DatasetDriver({ dataset, topic, firstId, count, rate, startUs });
  }

  #topicsReadBy(spec: Pick<ConsumerSpec, 'pattern' | 'topic'>): TopicSpec[] {
    return topicsOf(this.#scenario).filter(({ name }) => readsTopic(spec, name));
  }

  #assignmentOf(spec: Pick<ConsumerSpec, 'topic' | 'pattern' | 'partitions'>): TopicPartition[] {
    return this.#topicsReadBy(spec).flatMap(({ name: topic, partitions: count }) => {
      const indexes = spec.partitions ?? Array.from({ length: count }, (_, i) => i);
      return indexes.map((partition) => ({ topic, partition }));
    });
  }
}
