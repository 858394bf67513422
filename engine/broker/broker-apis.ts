import type { Request, RequestId, Responder } from '../exchange/index.ts';
import type { Outbox, Random, Us } from '../machine/index.ts';
import type { ClusterImage, StaticConfig } from '../metadata/index.ts';
import type { Replicas } from '../replication/index.ts';
import {
  type AlterConfigsRequest,
  type AlterReplicaLogDirsRequest,
  ApiKey,
  type ApiVersionsRequest,
  type DeleteRecordsRequest,
  type DescribeClusterRequest,
  type DescribeConfigsRequest,
  type DescribeLogDirsRequest,
  type DescribeProducersRequest,
  type DescribeTopicPartitionsRequest,
  EndpointType,
  type FetchRequest,
  type IncrementalAlterConfigsRequest,
  isKnownRequest,
  type ListConfigResourcesRequest,
  type ListOffsetsRequest,
  type MetadataRequest,
  type OffsetForLeaderEpochRequest,
  type ProduceRequest,
  type WriteTxnMarkersRequest,
} from '../wire/index.ts';
import type { AutoTopicCreation } from './auto-topic-creation.ts';
import type { BrokerConfig } from './config.ts';
import { ConfigChanges } from './config-changes.ts';
import { COORDINATOR_APIS, type CoordinatorApis } from './coordinator-apis.ts';
import { FORWARDED } from './forwardable.ts';
import type { Forwarding } from './forwarding.ts';
import { advertisedApis, decideApiVersions } from './handlers/api-versions.ts';
import { decideDescribeCluster } from './handlers/describe-cluster.ts';
import { decideDescribeConfigs } from './handlers/describe-configs.ts';
import { decideDescribeTopicPartitions } from './handlers/describe-topic-partitions.ts';
import { decideListConfigResources } from './handlers/list-config-resources.ts';
import { decideMetadata } from './handlers/metadata.ts';
import { aliveBrokers, registeredBrokers } from './metadata-view.ts';
import type { TransactionalWrites } from './transactional-writes.ts';

/** A responder that can answer in another version than asked, as ApiVersions must. */
export interface VersionedResponder extends Responder {
  respondAs(request: RequestId, apiVersion: number, body: object, out: Outbox): void;
}

/** The cluster as this process has read it so far. */
export interface MetadataView {
  readonly image: ClusterImage;
  /** The last offset that the image holds, -1 before the first. */
  readonly lastContainedOffset: number;
}

export interface BrokerApisOptions {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly config: BrokerConfig;
  /** The whole configuration file, as DescribeConfigs shows it. */
  readonly file: StaticConfig;
  readonly metadata: MetadataView;
  /** The finalized `kraft.version`, which the quorum keeps. */
  readonly kraftVersion: () => number;
  readonly responder: VersionedResponder;
  readonly replicas: Replicas;
  readonly forwarding: Forwarding;
  readonly autoTopicCreation: AutoTopicCreation;
  readonly coordinators: CoordinatorApis;
  readonly transactionalWrites: TransactionalWrites;
  readonly random: Random;
}

const OWN = [
  ApiKey.Produce,
  ApiKey.Fetch,
  ApiKey.ListOffsets,
  ApiKey.Metadata,
  ApiKey.ApiVersions,
  ApiKey.OffsetForLeaderEpoch,
  ApiKey.DescribeCluster,
  ApiKey.DescribeTopicPartitions,
  ApiKey.DescribeConfigs,
  ApiKey.AlterConfigs,
  ApiKey.IncrementalAlterConfigs,
  ApiKey.ListConfigResources,
  ApiKey.DeleteRecords,
  ApiKey.AlterReplicaLogDirs,
  ApiKey.DescribeLogDirs,
  ApiKey.WriteTxnMarkers,
  ApiKey.DescribeProducers,
] as const;

/** Routes what a broker's listener takes in (`KafkaApis.handle`). */
export class BrokerApis {
  readonly #options: BrokerApisOptions;
  readonly #advertised = advertisedApis([...OWN, ...COORDINATOR_APIS, ...FORWARDED]);

  readonly #configChanges: ConfigChanges;

  constructor(options: BrokerApisOptions) {
    this.#options = options;
    this.#configChanges = new ConfigChanges(options);
  }

  handle(now: Us, request: Request, out: Outbox): void {
    const { apiKey, apiVersion } = request;
    // ApiVersions answers for versions that nobody knows; anything else of that kind is a broken client
    // (SocketServer).
    if (!isKnownRequest(apiKey, apiVersion) && apiKey !== ApiKey.ApiVersions) {
      this.#reject(request, out);
      return;
    }
    if (FORWARDED.has(apiKey)) {
      this.#options.forwarding.forward(now, request, out);
      return;
    }
    if (this.#handleConfigs(now, request, out)) return;
    if (!this.#options.coordinators.handle(now, request, out)) this.#handleOwn(now, request, out);
  }

  #handleOwn(now: Us, request: Request, out: Outbox): void {
    const { replicas } = this.#options;
    switch (request.apiKey) {
      case ApiKey.Produce:
        this.#options.transactionalWrites.handleProduce(now, request as Request<ProduceRequest>, out);
        return;
      case ApiKey.Fetch:
        replicas.handleFetch(now, request as Request<FetchRequest>, out);
        return;
      case ApiKey.ListOffsets:
        replicas.handleListOffsets(now, request as Request<ListOffsetsRequest>, out);
        return;
      case ApiKey.OffsetForLeaderEpoch:
        replicas.handleOffsetForLeaderEpoch(now, request as Request<OffsetForLeaderEpochRequest>, out);
        return;
      case ApiKey.DeleteRecords:
        replicas.handleDeleteRecords(now, request as Request<DeleteRecordsRequest>, out);
        return;
      case ApiKey.AlterReplicaLogDirs:
        replicas.handleAlterReplicaLogDirs(now, request as Request<AlterReplicaLogDirsRequest>, out);
        return;
      case ApiKey.WriteTxnMarkers:
        this.#options.transactionalWrites.handleWriteTxnMarkers(
          now,
          request as Request<WriteTxnMarkersRequest>,
          out,
        );
        return;
      case ApiKey.DescribeProducers:
        replicas.handleDescribeProducers(now, request as Request<DescribeProducersRequest>, out);
        return;
      case ApiKey.DescribeLogDirs:
        replicas.handleDescribeLogDirs(now, request as Request<DescribeLogDirsRequest>, out);
        return;
      case ApiKey.Metadata:
        this.#handleMetadata(now, request as Request<MetadataRequest>, out);
        return;
      case ApiKey.ApiVersions:
        this.#handleApiVersions(request as Request<ApiVersionsRequest>, out);
        return;
      case ApiKey.DescribeCluster:
        this.#handleDescribeCluster(request as Request<DescribeClusterRequest>, out);
        return;
      case ApiKey.DescribeTopicPartitions:
        this.#handleDescribeTopicPartitions(request as Request<DescribeTopicPartitionsRequest>, out);
        return;
      default:
        this.#reject(request, out);
    }
  }

  #handleConfigs(now: Us, request: Request, out: Outbox): boolean {
    const { file, metadata, nodeId, responder } = this.#options;
    const { image } = metadata;
    switch (request.apiKey) {
      case ApiKey.IncrementalAlterConfigs:
        this.#configChanges.handleChanges(now, request as Request<IncrementalAlterConfigsRequest>, out);
        return true;
      case ApiKey.AlterConfigs:
        this.#configChanges.handleReplacements(now, request as Request<AlterConfigsRequest>, out);
        return true;
      case ApiKey.DescribeConfigs: {
        const { apiVersion, body, id } = request as Request<DescribeConfigsRequest>;
        const node = { nodeId, static: file };
        responder.respond(id, decideDescribeConfigs(image, node, apiVersion, body), out);
        return true;
      }
      case ApiKey.ListConfigResources: {
        const { apiVersion, body, id } = request as Request<ListConfigResourcesRequest>;
        responder.respond(id, decideListConfigResources(image, apiVersion, body), out);
        return true;
      }
      default:
        return false;
    }
  }

  /** An API that this listener does not have: the connection ends, as with any broken frame. */
  #reject(request: Request, out: Outbox): void {
    out.probe('broker: api not enabled');
    this.#options.responder.disconnect(request.id, out);
  }

  #handleMetadata(now: Us, request: Request<MetadataRequest>, out: Outbox): void {
    const { clusterId, config, metadata, responder, autoTopicCreation } = this.#options;
    const context = {
      image: metadata.image,
      clusterId,
      autoCreateTopics: config['auto.create.topics.enable'],
      controllerId: this.#drawAliveBroker(),
    };
    const { response, create } = decideMetadata(context, request.apiVersion, request.body);
    if (create.length > 0) autoTopicCreation.create(now, create, request.clientId, out);
    responder.respond(request.id, response, out);
  }

  #handleApiVersions(request: Request<ApiVersionsRequest>, out: Outbox): void {
    const { nodeId, clusterId, metadata, responder } = this.#options;
    const context = {
      nodeId,
      clusterId,
      apis: this.#advertised,
      image: metadata.image,
      kraftVersion: this.#options.kraftVersion(),
      metadataOffset: metadata.lastContainedOffset,
      checksNode: true,
    };
    const { body, version } = decideApiVersions(context, request.apiVersion, request.body);
    responder.respondAs(request.id, version, body, out);
  }

  #handleDescribeCluster(request: Request<DescribeClusterRequest>, out: Outbox): void {
    const { clusterId, metadata, responder } = this.#options;
    const nodes = registeredBrokers(metadata.image).map((broker) => ({
      brokerId: broker.id,
      host: broker.host,
      port: broker.port,
      rack: broker.rack,
      isFenced: broker.fenced,
    }));
    const controllerId = this.#drawAliveBroker();
    const context = { clusterId, endpointType: EndpointType.BROKERS, nodes, controllerId };
    responder.respond(request.id, decideDescribeCluster(context, request.apiVersion, request.body), out);
  }

  #handleDescribeTopicPartitions(request: Request<DescribeTopicPartitionsRequest>, out: Outbox): void {
    const { config, metadata, responder } = this.#options;
    const limit = config['max.request.partition.size.limit'];
    responder.respond(request.id, decideDescribeTopicPartitions(metadata.image, request.body, limit), out);
  }

  /**
   * With KRaft clients see no controller: any broker forwards, so any live one stands for it
   * (`getRandomAliveBrokerId`).
   */
  #drawAliveBroker(): number {
    const alive = aliveBrokers(this.#options.metadata.image);
    return alive.length === 0 ? -1 : alive[this.#options.random.below(alive.length)]!.id;
  }
}
