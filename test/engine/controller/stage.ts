import { expect } from 'vitest';
import {
  Controller,
  type ControllerConfig,
  defaultControllerConfig,
  type QuorumPort,
  UNKNOWN_QUORUM,
} from '../../../engine/controller/index.ts';
import type { Request, Responder } from '../../../engine/exchange/index.ts';
import { type Fact, noWork, type Outbox, timerKind, type Us } from '../../../engine/machine/index.ts';
import {
  type ClusterImage,
  decodeRecords,
  MetadataError,
  MetadataLoader,
  type MetadataRecord,
  type PartitionRegistration,
  SUPPORTED_FEATURES,
} from '../../../engine/metadata/index.ts';
import {
  type AlterPartitionRequest,
  type AlterPartitionResponse,
  ApiKey,
  apiOf,
  type BrokerHeartbeatResponse,
  type BrokerRegistrationResponse,
  brokerHeartbeatRequest,
  brokerRegistrationRequest,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  createTopicsRequest,
  type DeleteTopicsRequest,
  type DeleteTopicsResponse,
  decodeStruct,
  deleteTopicsRequest,
  type ElectLeadersResponse,
  electLeadersRequest,
  encodeStruct,
  make,
  type Partially,
} from '../../../engine/wire/index.ts';

import {
  askAdministration,
  type BrokerOptions,
  directoryOf,
  type HeartbeatOptions,
  type IsrChangeOptions,
  incarnationOf,
  isrChangeOf,
  seededRandoms,
} from './stage-parts.ts';

export { directoryOf, seededRandom } from './stage-parts.ts';
export const CLUSTER_ID = 'trial-cluster';
export const MS = 1_000;
export const SECOND = 1_000_000;

/**
 * A controller with a log of one voter: everything appended is committed when the test says so. State is set up by
 * requests and records only. Every answer is checked to survive its own encoding.
 */
export class Stage {
  now: Us = 0;
  /** Whether requests come in an Envelope of a broker. */
  forwarded = true;
  /** What the next controller knows of its quorum. */
  quorum: QuorumPort = UNKNOWN_QUORUM;
  readonly facts: Fact[] = [];
  readonly probes = new Set<string>();
  readonly answers = new Map<number, object>();
  readonly armed = new Map<number, Us>();
  readonly loader = new MetadataLoader();
  readonly log: { readonly offset: number; readonly record: MetadataRecord }[] = [];
  config: ControllerConfig;
  controller: Controller;
  #seed: number;
  #epoch = 1;
  #nextOffset = 0;
  #nextRequest = 1;
  readonly #asked = new Map<number, { readonly apiKey: number; readonly apiVersion: number }>();
  readonly #epochs = new Map<number, number>();
  #uncommitted: { readonly batch: Uint8Array; readonly baseOffset: number; readonly lastOffset: number }[] =
    [];
  readonly out: Outbox = {
    work: noWork(),
    connect: () => 0,
    send: () => {},
    close: () => {},
    arm: (timer, at) => {
      this.armed.set(timer, at);
    },
    disarm: (timer) => {
      this.armed.delete(timer);
    },
    exit: () => {},
    probe: (name) => {
      this.probes.add(name);
    },
    fact: (fact) => {
      this.facts.push(fact);
    },
  };
  readonly #responder: Responder = {
    respond: (request, body) => {
      expect(this.answers.has(request), 'a request is answered once').toBe(false);
      const asked = this.#asked.get(request);
      const api = apiOf(asked?.apiKey ?? -1);
      if (api !== undefined && asked !== undefined) {
        const bytes = encodeStruct(api.response, asked.apiVersion, body);
        expect(decodeStruct(api.response, asked.apiVersion, bytes)).toEqual(body);
      }
      this.answers.set(request, body);
    },
    settleSilently: () => {},
    disconnect: () => {},
  };

  constructor(config: Partial<ControllerConfig> = {}, seed = 1) {
    this.config = { ...defaultControllerConfig, 'metadata.max.idle.interval.ms': 0, ...config };
    this.#seed = seed;
    this.controller = this.#newController();
    this.activate();
    this.commit();
  }

  /** The committed state: what brokers see. */
  get image(): ClusterImage {
    return this.loader.image;
  }

  get logEndOffset(): number {
    return this.#nextOffset;
  }

  activate(): void {
    this.controller.becomeActive(
      this.now,
      {
        image: this.loader.image,
        nextOffset: this.#nextOffset,
        quorumEpoch: this.#epoch,
        transactionIsOpen: this.loader.transactionStartOffset !== -1,
      },
      this.out,
    );
    this.append();
  }

  /** Another node takes over: what was not committed is lost, soft state begins anew. */
  failOver(config: Partial<ControllerConfig> = {}): void {
    this.config = { ...this.config, ...config };
    this.controller.resign(this.out);
    this.#nextOffset = this.loader.lastOffset + 1;
    this.#uncommitted = [];
    const end = this.#nextOffset;
    while (this.log.length > 0 && (this.log.at(-1)?.offset ?? -1) >= end) this.log.pop();
    this.#epoch += 1;
    this.#seed += 1;
    this.controller = this.#newController();
    this.activate();
    this.commit();
  }

  /** Takes what was decided into the log, without committing it. */
  append(): MetadataRecord[] {
    const appended: MetadataRecord[] = [];
    for (const batch of this.controller.takeAppends()) {
      const records = decodeRecords(batch);
      if (records instanceof MetadataError) throw new Error(records.message);
      expect(records[0]?.offset, 'a batch continues the log').toBe(this.#nextOffset);
      this.#uncommitted.push({
        batch,
        baseOffset: this.#nextOffset,
        lastOffset: this.#nextOffset + records.length - 1,
      });
      this.#nextOffset += records.length;
      this.log.push(...records);
      appended.push(...records.map(({ record }) => record));
    }
    this.controller.onAppended(this.#nextOffset - 1);
    return appended;
  }

  /** Commits all that is in the log. Tells the records that were committed. */
  commit(): MetadataRecord[] {
    this.append();
    const from = this.loader.lastOffset + 1;
    const loaded = this.loader.load(this.#uncommitted.map((batch) => ({ ...batch, isControl: false })));
    if (loaded instanceof MetadataError) throw new Error(loaded.message);
    this.#uncommitted = [];
    this.controller.onCommitted(this.#nextOffset, this.out);
    return this.log.filter(({ offset }) => offset >= from).map(({ record }) => record);
  }

  /** Time passes; timers fire in order, what they decide is committed at once. */
  advance(us: Us): void {
    const end = this.now + us;
    for (;;) {
      let next = -1;
      let at = Number.POSITIVE_INFINITY;
      for (const [timer, when] of this.armed) {
        if (when < at || (when === at && timer < next)) [next, at] = [timer, when];
      }
      if (at > end) break;
      this.now = Math.max(this.now, at);
      this.armed.delete(next);
      this.controller.onTimer(this.now, timerKind(next), this.out);
      this.commit();
    }
    this.now = end;
  }

  /** Sends a request; its id finds the answer later. */
  ask(apiKey: number, apiVersion: number, body: object): number {
    const id = this.#nextRequest;
    this.#nextRequest += 1;
    this.#asked.set(id, { apiKey, apiVersion });
    const request = { id, apiKey, apiVersion, clientId: null, connection: 1, body } as Request<never>;
    const { controller, now, out } = this;
    if (apiKey === ApiKey.BrokerRegistration) controller.handleBrokerRegistration(now, request, out);
    else if (apiKey === ApiKey.BrokerHeartbeat) controller.handleBrokerHeartbeat(now, request, out);
    else if (apiKey === ApiKey.AlterPartition) controller.handleAlterPartition(now, request, out);
    else if (apiKey === ApiKey.CreateTopics) controller.handleCreateTopics(now, request, out);
    else if (apiKey === ApiKey.DeleteTopics) controller.handleDeleteTopics(now, request, out);
    else if (apiKey === ApiKey.ElectLeaders) controller.handleElectLeaders(now, request, out);
    else if (apiKey === ApiKey.ControllerRegistration)
      controller.handleControllerRegistration(now, request, out);
    else askAdministration(controller, now, request, this.forwarded, out);
    return id;
  }

  /** Sends a request, commits, and tells the answer. */
  call<T>(apiKey: number, apiVersion: number, body: object): T {
    const id = this.ask(apiKey, apiVersion, body);
    this.commit();
    const answer = this.answers.get(id);
    if (answer === undefined) throw new Error(`request ${id} of ${apiKey} was not answered`);
    return answer as T;
  }

  registration(broker: number, options: BrokerOptions = {}): object {
    return make(brokerRegistrationRequest, {
      brokerId: broker,
      clusterId: options.clusterId ?? CLUSTER_ID,
      incarnationId: incarnationOf(broker, options.life),
      listeners: [{ name: 'PLAINTEXT', host: `b${broker}`, port: 9092, securityProtocol: 0 }],
      features: options.features ?? SUPPORTED_FEATURES,
      rack: options.rack ?? null,
      logDirs: options.logDirs ?? [directoryOf(broker)],
      previousBrokerEpoch: options.previousBrokerEpoch ?? -1,
    });
  }

  register(broker: number, options: BrokerOptions = {}): BrokerRegistrationResponse {
    const body = this.registration(broker, options);
    const answer = this.call<BrokerRegistrationResponse>(
      ApiKey.BrokerRegistration,
      options.version ?? 4,
      body,
    );
    if (answer.errorCode === 0) this.#epochs.set(broker, answer.brokerEpoch);
    return answer;
  }

  epochOf(broker: number): number {
    return this.#epochs.get(broker) ?? -1;
  }

  heartbeatBody(broker: number, options: HeartbeatOptions = {}): object {
    return make(brokerHeartbeatRequest, {
      brokerId: broker,
      brokerEpoch: options.epoch ?? this.epochOf(broker),
      currentMetadataOffset: options.offset ?? this.#nextOffset - 1,
      wantFence: options.wantFence ?? false,
      wantShutDown: options.wantShutDown ?? false,
      offlineLogDirs: options.offlineLogDirs ?? [],
    });
  }

  heartbeat(broker: number, options: HeartbeatOptions = {}): BrokerHeartbeatResponse {
    return this.call(ApiKey.BrokerHeartbeat, 1, this.heartbeatBody(broker, options));
  }

  /** Registers brokers and has them unfenced. */
  start(...brokers: readonly number[]): void {
    for (const broker of brokers) {
      expect(this.register(broker).errorCode).toBe(0);
      expect(this.heartbeat(broker).isFenced).toBe(false);
    }
  }

  /** Kills a broker the slow way: it is silent until its session ends, while the others are not. */
  expire(...brokers: readonly number[]): void {
    const others = this.image.brokerIds().filter((id) => !brokers.includes(id));
    for (let step = 0; step < 6; step += 1) {
      for (const other of others) {
        if (this.image.broker(other)?.fenced === false) this.heartbeat(other);
      }
      this.advance(2 * SECOND);
    }
  }

  createTopics(
    topics: Partially<CreateTopicsRequest>['topics'],
    options: { version?: number; validateOnly?: boolean } = {},
  ): CreateTopicsResponse {
    const whole = (topics ?? []).map((topic) => ({ numPartitions: -1, replicationFactor: -1, ...topic }));
    const body = make(createTopicsRequest, { topics: whole, validateOnly: options.validateOnly ?? false });
    return this.call(ApiKey.CreateTopics, options.version ?? 7, body);
  }

  /** A topic with these replicas a partition and this configuration. */
  createTopic(
    name: string,
    replicas: readonly (readonly number[])[],
    configs: Record<string, string> = {},
  ): void {
    const answer = this.createTopics([
      {
        name,
        assignments: replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ]);
    expect(answer.topics[0]?.errorMessage).toBeNull();
    expect(answer.topics[0]?.errorCode).toBe(0);
  }

  deleteTopics(body: Partially<DeleteTopicsRequest>, version = 6): DeleteTopicsResponse {
    return this.call(ApiKey.DeleteTopics, version, make(deleteTopicsRequest, body));
  }

  electLeaders(
    electionType: number,
    topicPartitions: readonly { topic: string; partitions: readonly number[] }[] | null,
    version = 2,
  ): ElectLeadersResponse {
    const body = make(electLeadersRequest, { electionType, topicPartitions });
    return this.call(ApiKey.ElectLeaders, version, body);
  }

  partition(topic: string, index = 0): PartitionRegistration {
    const partition = this.image.topicsByName.get(topic)?.partitions[index];
    if (partition === undefined) throw new Error(`no ${topic}-${index}`);
    return partition;
  }

  topicId(topic: string): string {
    return this.image.topicsByName.get(topic)?.id ?? '';
  }

  /** What the leader of a partition would ask, but for what the test wants otherwise. */
  isrChange(topic: string, isr: readonly number[], change: IsrChangeOptions = {}): AlterPartitionRequest {
    return isrChangeOf(this.image, (broker) => this.epochOf(broker), topic, isr, change);
  }

  alterIsr(
    topic: string,
    isr: readonly number[],
    change: IsrChangeOptions = {},
  ): AlterPartitionResponse['topics'][number]['partitions'][number] & { readonly topError: number } {
    const request = this.isrChange(topic, isr, change);
    const answer = this.call<AlterPartitionResponse>(ApiKey.AlterPartition, 3, request);
    const partition = answer.topics[0]?.partitions[0];
    return {
      partitionIndex: -1,
      errorCode: answer.errorCode,
      leaderId: -1,
      leaderEpoch: -1,
      isr: [],
      leaderRecoveryState: 0,
      partitionEpoch: -1,
      ...partition,
      topError: answer.errorCode,
    };
  }

  factsOf<F extends Fact['fact']>(name: F): Extract<Fact, { fact: F }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { fact: F }> => fact.fact === name);
  }

  #newController(): Controller {
    return new Controller({
      nodeId: 101,
      clusterId: CLUSTER_ID,
      config: this.config,
      random: seededRandoms(this.#seed),
      wall: { nowMs: () => 1_700_000_000_000 + Math.floor(this.now / MS) },
      responder: this.#responder,
      quorum: this.quorum,
    });
  }
}
