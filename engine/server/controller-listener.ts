import type { VersionedResponder } from '../broker/index.ts';
import {
  advertisedApis,
  decideApiVersions,
  decideDescribeCluster,
  decideDescribeConfigs,
  FORWARDABLE,
} from '../broker/index.ts';
import type { Controller } from '../controller/index.ts';
import type { Request } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import type { StaticConfig } from '../metadata/index.ts';
import { RAFT_APIS, type Raft } from '../raft/index.ts';
import {
  type AllocateProducerIdsRequest,
  type AlterConfigsRequest,
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionRequest,
  ApiKey,
  type ApiVersionsRequest,
  type AssignReplicasToDirsRequest,
  type BrokerHeartbeatRequest,
  type BrokerRegistrationRequest,
  type ControllerRegistrationRequest,
  type CreatePartitionsRequest,
  type CreateTopicsRequest,
  type DeleteTopicsRequest,
  type DescribeClusterRequest,
  type DescribeConfigsRequest,
  type ElectLeadersRequest,
  EndpointType,
  type EnvelopeRequest,
  type IncrementalAlterConfigsRequest,
  isKnownRequest,
  type ListPartitionReassignmentsRequest,
  type UnregisterBrokerRequest,
  type UpdateFeaturesRequest,
} from '../wire/index.ts';
import type { EnvelopeResponder } from './envelope-responder.ts';
import type { MetadataFeed } from './metadata-feed.ts';

export interface ControllerListenerOptions {
  readonly nodeId: number;
  readonly clusterId: string;
  /** The whole configuration file, as DescribeConfigs shows it. */
  readonly file: StaticConfig;
  readonly feed: MetadataFeed;
  readonly raft: Raft;
  readonly controller: Controller;
  /** Answers plain requests. */
  readonly inbound: VersionedResponder;
  /** Answers what the raft replica and the controller were asked, in an envelope where it came in one. */
  readonly responder: EnvelopeResponder;
}

/** What only controllers answer, or answer for themselves; beside all that brokers may pass on. */
const OWN = [
  ApiKey.Fetch,
  ApiKey.ApiVersions,
  ApiKey.Vote,
  ApiKey.BeginQuorumEpoch,
  ApiKey.EndQuorumEpoch,
  ApiKey.AlterPartition,
  ApiKey.Envelope,
  ApiKey.FetchSnapshot,
  ApiKey.DescribeCluster,
  ApiKey.BrokerRegistration,
  ApiKey.BrokerHeartbeat,
  ApiKey.ControllerRegistration,
  ApiKey.AssignReplicasToDirs,
  ApiKey.DescribeConfigs,
  ApiKey.AllocateProducerIds,
  ApiKey.UpdateRaftVoter,
] as const;

/** Routes what a controller's listener takes in (`ControllerApis.handle`). */
export class ControllerListener {
  readonly #options: ControllerListenerOptions;
  readonly #advertised = advertisedApis([...OWN, ...FORWARDABLE]);

  constructor(options: ControllerListenerOptions) {
    this.#options = options;
  }

  handle(now: Us, request: Request, out: Outbox): void {
    this.#route(now, request, false, out);
  }

  /** `forwarded`: it came in an Envelope, so a broker has looked at it. */
  #route(now: Us, request: Request, forwarded: boolean, out: Outbox): void {
    const { apiKey, apiVersion } = request;
    if (!isKnownRequest(apiKey, apiVersion) && apiKey !== ApiKey.ApiVersions) {
      this.#reject(request, out);
      return;
    }
    switch (apiKey) {
      case ApiKey.ApiVersions:
        this.#handleApiVersions(request as Request<ApiVersionsRequest>, out);
        return;
      case ApiKey.DescribeCluster:
        this.#handleDescribeCluster(request as Request<DescribeClusterRequest>, out);
        return;
      case ApiKey.Envelope:
        this.#handleEnvelope(now, request as Request<EnvelopeRequest>, out);
        return;
      default:
        if (RAFT_APIS.has(apiKey)) this.#options.raft.handle(now, request, out);
        else if (
          !this.#handleByController(now, request, out) &&
          !this.#handleAdministration(now, request, forwarded, out)
        ) {
          this.#reject(request, out);
        }
    }
  }

  #handleByController(now: Us, request: Request, out: Outbox): boolean {
    const { controller } = this.#options;
    switch (request.apiKey) {
      case ApiKey.BrokerRegistration:
        controller.handleBrokerRegistration(now, request as Request<BrokerRegistrationRequest>, out);
        return true;
      case ApiKey.BrokerHeartbeat:
        controller.handleBrokerHeartbeat(now, request as Request<BrokerHeartbeatRequest>, out);
        return true;
      case ApiKey.ControllerRegistration:
        controller.handleControllerRegistration(now, request as Request<ControllerRegistrationRequest>, out);
        return true;
      case ApiKey.AlterPartition:
        controller.handleAlterPartition(now, request as Request<AlterPartitionRequest>, out);
        return true;
      case ApiKey.AssignReplicasToDirs:
        controller.handleAssignReplicasToDirs(now, request as Request<AssignReplicasToDirsRequest>, out);
        return true;
      case ApiKey.CreateTopics:
        controller.handleCreateTopics(now, request as Request<CreateTopicsRequest>, out);
        return true;
      case ApiKey.DeleteTopics:
        controller.handleDeleteTopics(now, request as Request<DeleteTopicsRequest>, out);
        return true;
      case ApiKey.ElectLeaders:
        controller.handleElectLeaders(now, request as Request<ElectLeadersRequest>, out);
        return true;
      default:
        return false;
    }
  }

  #handleAdministration(now: Us, request: Request, forwarded: boolean, out: Outbox): boolean {
    const { controller } = this.#options;
    switch (request.apiKey) {
      case ApiKey.AlterPartitionReassignments:
        controller.handleAlterPartitionReassignments(
          request as Request<AlterPartitionReassignmentsRequest>,
          out,
        );
        return true;
      case ApiKey.ListPartitionReassignments:
        controller.handleListPartitionReassignments(
          request as Request<ListPartitionReassignmentsRequest>,
          out,
        );
        return true;
      case ApiKey.CreatePartitions:
        controller.handleCreatePartitions(now, request as Request<CreatePartitionsRequest>, out);
        return true;
      case ApiKey.IncrementalAlterConfigs: {
        const changes = request as Request<IncrementalAlterConfigsRequest>;
        controller.handleIncrementalAlterConfigs(changes, forwarded, out);
        return true;
      }
      case ApiKey.AlterConfigs:
        controller.handleAlterConfigs(request as Request<AlterConfigsRequest>, forwarded, out);
        return true;
      case ApiKey.UnregisterBroker:
        controller.handleUnregisterBroker(now, request as Request<UnregisterBrokerRequest>, out);
        return true;
      case ApiKey.UpdateFeatures:
        controller.handleUpdateFeatures(now, request as Request<UpdateFeaturesRequest>, out);
        return true;
      case ApiKey.DescribeConfigs: {
        const { feed, file, inbound, nodeId } = this.#options;
        const { apiVersion, body, id } = request as Request<DescribeConfigsRequest>;
        inbound.respond(
          id,
          decideDescribeConfigs(feed.image, { nodeId, static: file }, apiVersion, body),
          out,
        );
        return true;
      }
      case ApiKey.AllocateProducerIds:
        controller.handleAllocateProducerIds(now, request as Request<AllocateProducerIdsRequest>, out);
        return true;
      default:
        return false;
    }
  }

  /** An API that this listener does not have: the connection ends, as with any broken frame. */
  #reject(request: Request, out: Outbox): void {
    out.probe('controller: api not enabled');
    this.#options.responder.disconnect(request.id, out);
  }

  #handleEnvelope(now: Us, envelope: Request<EnvelopeRequest>, out: Outbox): void {
    const request = this.#options.responder.unwrap(envelope, FORWARDABLE, out);
    if (request !== null) this.#route(now, request, true, out);
  }

  #handleApiVersions(request: Request<ApiVersionsRequest>, out: Outbox): void {
    const { nodeId, clusterId, feed, inbound } = this.#options;
    const context = {
      nodeId,
      clusterId,
      apis: this.#advertised,
      image: feed.image,
      kraftVersion: this.#options.raft.kraftVersion,
      metadataOffset: feed.lastContainedOffset,
      checksNode: false,
    };
    const { body, version } = decideApiVersions(context, request.apiVersion, request.body);
    inbound.respondAs(request.id, version, body, out);
  }

  /** Controllers that registered (KIP-919), and the quorum's leader among them. */
  #handleDescribeCluster(request: Request<DescribeClusterRequest>, out: Outbox): void {
    const { clusterId, feed, raft, inbound } = this.#options;
    const controllers = [...feed.image.controllers.values()].sort((a, b) => a.id - b.id);
    const nodes = controllers.map(({ id, host, port }) => ({
      brokerId: id,
      host,
      port,
      rack: null,
      isFenced: false,
    }));
    const context = { clusterId, endpointType: EndpointType.CONTROLLERS, nodes, controllerId: raft.leader };
    inbound.respond(request.id, decideDescribeCluster(context, request.apiVersion, request.body), out);
  }
}
