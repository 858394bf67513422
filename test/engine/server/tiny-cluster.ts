import { SECOND, type Us } from '../../../engine/machine/index.ts';
import type { StaticConfig } from '../../../engine/metadata/index.ts';
import { buildBatch, noCompression } from '../../../engine/records/index.ts';
import {
  BrokerServer,
  type BrokerView,
  ControllerServer,
  type ControllerView,
} from '../../../engine/server/index.ts';
import {
  ApiKey,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  type FetchRequest,
  type FetchResponse,
  type MetadataRequest,
  type MetadataResponse,
  type ProduceRequest,
  type ProduceResponse,
  utf8Encode,
  ZERO_UUID,
} from '../../../engine/wire/index.ts';
import { TinyClient } from './tiny-client.ts';
import { randomSource, type TinyNode, TinyWorld } from './tiny-world.ts';

const CLUSTER = 'ClusterClusterClusterQ';
const WALL_START_MS = 1_700_000_000_000;

export interface TinyClusterOptions {
  readonly codec?: 'objects' | 'bytes';
  readonly controllers?: number;
  readonly brokers?: number;
  readonly config?: StaticConfig;
  readonly seed?: string;
  /** Of each broker; the first holds the metadata log. */
  readonly directories?: readonly string[];
  /** Sees the world before anything starts in it. */
  readonly watch?: (world: TinyWorld) => void;
}

/** A real cluster in one test: controllers 101.., brokers 1.., and a client that knows the brokers. */
export class TinyCluster {
  readonly world: TinyWorld;
  readonly controllers: readonly TinyNode[];
  readonly brokers: readonly TinyNode[];
  readonly client: TinyClient;
  readonly #voters: readonly { readonly id: number; readonly host: string; readonly port: number }[];
  readonly #config: StaticConfig;
  readonly #seed: string;
  readonly #directories: readonly string[];

  constructor(options: TinyClusterOptions = {}) {
    this.world = new TinyWorld(options.codec ?? 'objects');
    options.watch?.(this.world);
    this.#config = options.config ?? {};
    this.#seed = options.seed ?? '';
    this.#directories = options.directories ?? ['/data'];
    const ids = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index);
    const controllerIds = ids(options.controllers ?? 3, 101);
    const brokerIds = ids(options.brokers ?? 3, 1);
    this.#voters = controllerIds.map((id) => ({ id, host: `c${id}`, port: 9093 }));
    this.controllers = controllerIds.map((id) => this.world.node(`c${id}`));
    this.brokers = brokerIds.map((id) => this.world.node(`b${id}`));
    this.client = new TinyClient(this.world, 'k1');
    for (const id of brokerIds) this.client.knows(id, `b${id}`, 9092);
    for (const id of controllerIds) this.startController(id);
    for (const id of brokerIds) this.startBroker(id);
  }

  startController(id: number): void {
    const node = this.world.node(`c${id}`);
    node.start(() => new ControllerServer({ ...this.#common(node, id, 9093), directory: '/metadata' }));
  }

  startBroker(id: number): void {
    const node = this.world.node(`b${id}`);
    const directories = this.#directories;
    const places = { directory: directories[0]!, directories };
    node.start(() => new BrokerServer({ ...this.#common(node, id, 9092), rack: null, ...places }));
  }

  #common(node: TinyNode, nodeId: number, port: number) {
    return {
      nodeId,
      clusterId: CLUSTER,
      endpoint: { host: node.host, port },
      voters: this.#voters,
      disk: node.disk,
      random: randomSource(`${this.#seed}${node.host}/${node.incarnation}`),
      wall: { nowMs: () => WALL_START_MS + Math.floor(this.world.now / 1000) },
      compression: noCompression,
      config: this.#config,
    };
  }

  broker(id: number): TinyNode {
    return this.world.node(`b${id}`);
  }

  brokerView(id: number): BrokerView | null {
    return (this.broker(id).machine as BrokerServer | null)?.view() ?? null;
  }

  activeController(): ControllerView | null {
    for (const node of this.controllers) {
      const view = (node.machine as ControllerServer | null)?.view() ?? null;
      if (view?.isActive === true) return view;
    }
    return null;
  }

  until(condition: () => boolean, within: Us = 30 * SECOND): boolean {
    return this.world.runUntil(condition, within);
  }

  /** Brokers that serve, by id. */
  running(): number[] {
    const ids = this.brokers.map((_, index) => index + 1);
    return ids.filter((id) => this.brokerView(id)?.state === 'RUNNING');
  }

  started(): boolean {
    return this.until(() => this.running().length === this.brokers.length);
  }

  createTopic(name: string, numPartitions: number, replicationFactor: number, via = 1) {
    const body: CreateTopicsRequest = {
      topics: [{ name, numPartitions, replicationFactor, assignments: [], configs: [] }],
      timeoutMs: 30_000,
      validateOnly: false,
    };
    const response = this.client.ask<CreateTopicsResponse>(via, ApiKey.CreateTopics, body);
    return typeof response === 'string' ? response : response.topics[0]!;
  }

  metadata(via: number, names: readonly string[] | null, allowAutoTopicCreation = false) {
    const body: MetadataRequest = {
      topics: names === null ? null : names.map((name) => ({ name, topicId: ZERO_UUID })),
      allowAutoTopicCreation,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    };
    return this.client.ask<MetadataResponse>(via, ApiKey.Metadata, body);
  }

  topicId(name: string): string {
    return this.activeController()!.image.topicsByName.get(name)!.id;
  }

  leaderOf(topic: string, partition: number): number {
    return this.registration(topic, partition)?.leader ?? -1;
  }

  registration(topic: string, partition: number) {
    return this.activeController()?.image.topicsByName.get(topic)?.partitions[partition];
  }

  /** Sends records of the given values to a broker; the partition's part of the answer. */
  produce(via: number, topic: string, partition: number, values: readonly string[], acks = -1) {
    const timestamp = WALL_START_MS + Math.floor(this.world.now / 1000);
    const batch = buildBatch(
      { baseOffset: 0, leaderEpoch: -1 },
      values.map((value) => ({ timestamp, key: null, value: utf8Encode(value) })),
    );
    const body: ProduceRequest = {
      transactionalId: null,
      acks,
      timeoutMs: 10_000,
      topicData: [
        {
          name: '',
          topicId: this.topicId(topic),
          partitionData: [{ index: partition, records: [batch] }],
        },
      ],
    };
    const response = this.client.ask<ProduceResponse>(via, ApiKey.Produce, body);
    return typeof response === 'string' ? response : response.responses[0]!.partitionResponses[0]!;
  }

  /** Reads a partition from a broker as a consumer; the partition's part of the answer. */
  fetch(via: number, topic: string, partition: number, fetchOffset: number) {
    const body: FetchRequest = {
      clusterId: null,
      replicaId: -1,
      replicaState: { replicaId: -1, replicaEpoch: -1 },
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 1_000_000,
      isolationLevel: 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [
        {
          topic: '',
          topicId: this.topicId(topic),
          partitions: [
            {
              partition,
              currentLeaderEpoch: -1,
              fetchOffset,
              lastFetchedEpoch: -1,
              logStartOffset: -1,
              partitionMaxBytes: 1_000_000,
              replicaDirectoryId: ZERO_UUID,
              highWatermark: Number.MAX_SAFE_INTEGER,
            },
          ],
        },
      ],
      forgottenTopicsData: [],
      rackId: '',
    };
    const response = this.client.ask<FetchResponse>(via, ApiKey.Fetch, body);
    return typeof response === 'string' ? response : response.responses[0]!.partitions[0]!;
  }
}
