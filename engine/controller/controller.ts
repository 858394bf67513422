import type { Request, Responder } from '../exchange/index.ts';
import { assert, type Outbox, type RandomSource, type Us, type WallClock } from '../machine/index.ts';
import type { ClusterImage } from '../metadata/index.ts';
import {
  type AllocateProducerIdsRequest,
  type AlterConfigsRequest,
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionRequest,
  type AssignReplicasToDirsRequest,
  type BrokerHeartbeatRequest,
  type BrokerRegistrationRequest,
  type ControllerRegistrationRequest,
  type CreatePartitionsRequest,
  type CreateTopicsRequest,
  type DeleteTopicsRequest,
  type ElectLeadersRequest,
  ErrorCode,
  type IncrementalAlterConfigsRequest,
  type ListPartitionReassignmentsRequest,
  type UnregisterBrokerRequest,
  type UpdateFeaturesRequest,
} from '../wire/index.ts';
import { type Activation, ActiveController, type ActiveControllerOptions } from './active-controller.ts';
import { allocateProducerIdsError, decideAllocateProducerIds } from './allocate-producer-ids.ts';
import { alterConfigsError, decideAlterConfigs } from './alter-configs.ts';
import { alterPartitionError, decideAlterPartition } from './alter-partition.ts';
import {
  alterPartitionReassignmentsError,
  decideAlterPartitionReassignments,
} from './alter-partition-reassignments.ts';
import { assignReplicasToDirsError, decideAssignReplicasToDirs } from './assign-replicas-to-dirs.ts';
import { brokerHeartbeatError, decideBrokerHeartbeat, noteControlledShutdown } from './broker-heartbeat.ts';
import type { ControllerConfig } from './controller-config.ts';
import { createPartitionsError, decideCreatePartitions } from './create-partitions.ts';
import { createTopicsError, decideCreateTopics } from './create-topics.ts';
import { type ApiError, apiError, rejected } from './decision.ts';
import { decideDeleteTopics, deleteTopicsError } from './delete-topics.ts';
import { decideElectLeaders, electLeadersError } from './elect-leaders.ts';
import { decideIncrementalAlterConfigs, incrementalAlterConfigsError } from './incremental-alter-configs.ts';
import {
  decideListPartitionReassignments,
  listPartitionReassignmentsError,
} from './list-partition-reassignments.ts';
import { type QuorumPort, UNKNOWN_QUORUM } from './quorum-port.ts';
import { brokerRegistrationAnswer, decideRegisterBroker } from './register-broker.ts';
import { controllerRegistrationAnswer, decideRegisterController } from './register-controller.ts';
import { decideUnregisterBroker, unregisterBrokerAnswer } from './unregister-broker.ts';
import { decideUpdateFeatures, updateFeaturesError } from './update-features.ts';

export interface ControllerOptions {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly config: ControllerConfig;
  /** Streams 'replica placement' and 'topic ids' are taken from it. */
  readonly random: RandomSource;
  readonly wall: WallClock;
  readonly responder: Responder;
  readonly quorum?: QuorumPort;
}

const NOT_ACTIVE: ApiError = apiError(ErrorCode.NOT_CONTROLLER, 'This node is not the active controller.');
const OVERLOADED: ApiError = apiError(ErrorCode.REQUEST_TIMED_OUT, 'Too many decisions wait for the log.');

/**
 * The metadata authority of one controller node. It leads or it does not: `becomeActive` and `resign` follow the
 * quorum, and a request that finds it not leading is answered NOT_CONTROLLER. The log is its owner's business: after
 * every call the owner drains `takeAppends`, appends the batches, and reports back by `onAppended` and `onCommitted`.
 */
export class Controller {
  readonly #options: ActiveControllerOptions;
  #active: ActiveController | null = null;

  constructor(options: ControllerOptions) {
    this.#options = {
      nodeId: options.nodeId,
      clusterId: options.clusterId,
      config: options.config,
      placementRandom: options.random.stream('replica placement'),
      topicIdRandom: options.random.stream('topic ids'),
      wall: options.wall,
      responder: options.responder,
      quorum: options.quorum ?? UNKNOWN_QUORUM,
    };
  }

  get isActive(): boolean {
    return this.#active !== null;
  }

  /** The epoch in which it decides; -1 while not active. */
  get quorumEpoch(): number {
    return this.#active?.quorumEpoch ?? -1;
  }

  /** The offset that the next decision's first record is to have; -1 while not active. */
  get nextOffset(): number {
    return this.#active?.state.nextOffset ?? -1;
  }

  /** The latest image, uncommitted records included; null while not active. To be read, not replayed upon. */
  get image(): ClusterImage | null {
    return this.#active?.state.image ?? null;
  }

  /** How many decisions wait for their records. */
  get parked(): number {
    return this.#active?.parked ?? 0;
  }

  /** This node leads the quorum and has replayed the log to its end. */
  becomeActive(now: Us, activation: Activation, out: Outbox): void {
    assert(this.#active === null, 'a controller becomes active once an epoch');
    this.#active = new ActiveController(now, this.#options, activation, out);
  }

  /** This node does not lead the quorum any more. What was not committed is forgotten. */
  resign(out: Outbox): void {
    this.#active?.resign(out);
    this.#active = null;
  }

  /** Batches decided since the last call, in order, with the offsets they must have in the log. */
  takeAppends(): readonly Uint8Array[] {
    return this.#active?.takeAppends() ?? [];
  }

  /** All appends taken are in the log, which now ends with this offset; the last records may be the quorum's own. */
  onAppended(lastOffset: number): void {
    this.#active?.onAppended(lastOffset);
  }

  /** Records below the high watermark (exclusive) are committed. */
  onCommitted(highWatermark: number, out: Outbox): void {
    this.#active?.onCommitted(highWatermark, out);
  }

  onTimer(now: Us, kind: number, out: Outbox): void {
    // A timer that fired while this node resigned finds nothing to do.
    this.#active?.onTimer(now, kind, out);
  }

  handleBrokerRegistration(now: Us, request: Request<BrokerRegistrationRequest>, out: Outbox): void {
    const answer = (error: ApiError) => brokerRegistrationAnswer(error.code);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const decision = decideRegisterBroker(now, active.state, request.apiVersion, request.body);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleBrokerHeartbeat(now: Us, request: Request<BrokerHeartbeatRequest>, out: Outbox): void {
    const answer = (error: ApiError) => brokerHeartbeatError(error.code);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const { decision, entersShutdown } = decideBrokerHeartbeat(now, active.state, request.body);
    const lastOffset = active.settle(request.id, decision, answer(NOT_ACTIVE), out);
    if (entersShutdown) noteControlledShutdown(active.state, request.body.brokerId, lastOffset);
  }

  handleControllerRegistration(_now: Us, request: Request<ControllerRegistrationRequest>, out: Outbox): void {
    const answer = (error: ApiError) => controllerRegistrationAnswer(error.code, error.message);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    active.settle(request.id, decideRegisterController(request.body), answer(NOT_ACTIVE), out);
  }

  handleAlterPartition(_now: Us, request: Request<AlterPartitionRequest>, out: Outbox): void {
    const answer = (error: ApiError) => alterPartitionError(error.code);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    // Nothing asked, nothing checked: Kafka answers before its queue.
    const decision =
      request.body.topics.length === 0
        ? rejected(alterPartitionError(ErrorCode.NONE))
        : decideAlterPartition(active.state, request.apiVersion, request.body);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleAssignReplicasToDirs(_now: Us, request: Request<AssignReplicasToDirsRequest>, out: Outbox): void {
    const answer = (error: ApiError) => assignReplicasToDirsError(error.code);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    active.settle(
      request.id,
      decideAssignReplicasToDirs(active.state, request.body),
      answer(NOT_ACTIVE),
      out,
    );
  }

  handleCreateTopics(_now: Us, request: Request<CreateTopicsRequest>, out: Outbox): void {
    const answer = (error: ApiError) => createTopicsError(request.body, error);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const decision = decideCreateTopics(active.state, request.apiVersion, request.body);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleDeleteTopics(_now: Us, request: Request<DeleteTopicsRequest>, out: Outbox): void {
    const answer = (error: ApiError) => deleteTopicsError(request.apiVersion, request.body, error);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const decision = decideDeleteTopics(active.state, request.apiVersion, request.body);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleElectLeaders(_now: Us, request: Request<ElectLeadersRequest>, out: Outbox): void {
    const answer = (error: ApiError) => electLeadersError(request.apiVersion, request.body, error);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const decision = decideElectLeaders(active.state, request.apiVersion, request.body);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleCreatePartitions(_now: Us, request: Request<CreatePartitionsRequest>, out: Outbox): void {
    const answer = (error: ApiError) => createPartitionsError(request.body, error);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    active.settle(request.id, decideCreatePartitions(active.state, request.body), answer(NOT_ACTIVE), out);
  }

  handleAlterPartitionReassignments(request: Request<AlterPartitionReassignmentsRequest>, out: Outbox): void {
    const answer = (error: ApiError) => alterPartitionReassignmentsError(request.body, error);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const decision = decideAlterPartitionReassignments(active.state, request.body);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleListPartitionReassignments(request: Request<ListPartitionReassignmentsRequest>, out: Outbox): void {
    const active = this.#admit(request.id, listPartitionReassignmentsError, out);
    if (active === null) return;
    const decision = decideListPartitionReassignments(active.state, request.body);
    active.settle(request.id, decision, listPartitionReassignmentsError(NOT_ACTIVE), out);
  }

  /** `forwarded`: a broker has looked at the request before it passed it on. */
  handleIncrementalAlterConfigs(
    request: Request<IncrementalAlterConfigsRequest>,
    forwarded: boolean,
    out: Outbox,
  ): void {
    const answer = (error: ApiError) => incrementalAlterConfigsError(request.body, error);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const decision = decideIncrementalAlterConfigs(active.state, request.body, forwarded);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleAlterConfigs(request: Request<AlterConfigsRequest>, forwarded: boolean, out: Outbox): void {
    const answer = (error: ApiError) => alterConfigsError(request.body, error);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    const decision = decideAlterConfigs(active.state, request.body, forwarded);
    active.settle(request.id, decision, answer(NOT_ACTIVE), out);
  }

  handleUnregisterBroker(_now: Us, request: Request<UnregisterBrokerRequest>, out: Outbox): void {
    const active = this.#admit(request.id, unregisterBrokerAnswer, out);
    if (active === null) return;
    const decision = decideUnregisterBroker(active.state, request.body);
    active.settle(request.id, decision, unregisterBrokerAnswer(NOT_ACTIVE), out);
  }

  handleUpdateFeatures(now: Us, request: Request<UpdateFeaturesRequest>, out: Outbox): void {
    const active = this.#admit(request.id, updateFeaturesError, out);
    if (active === null) return;
    const { quorum } = this.#options;
    const canRaise = (level: number) => quorum.upgradeKRaftVersion(now, level, true, out);
    const { apiVersion, body, id } = request;
    const { decision, raiseKraftVersion } = decideUpdateFeatures(active.state, apiVersion, body, canRaise);
    if (raiseKraftVersion !== null) {
      const refusal = quorum.upgradeKRaftVersion(now, raiseKraftVersion, false, out);
      assert(refusal === null, () => `the quorum takes back what it said: ${refusal}`);
      // The decision's own records come behind the quorum's: they are committed after them.
      active.onAppended(quorum.nextOffset - 1);
    }
    active.settle(id, decision, updateFeaturesError(NOT_ACTIVE), out);
  }

  handleAllocateProducerIds(_now: Us, request: Request<AllocateProducerIdsRequest>, out: Outbox): void {
    const answer = (error: ApiError) => allocateProducerIdsError(error.code);
    const active = this.#admit(request.id, answer, out);
    if (active === null) return;
    active.settle(request.id, decideAllocateProducerIds(active.state, request.body), answer(NOT_ACTIVE), out);
  }

  /** The role that can take a request, or null after answering why there is none. */
  #admit(request: number, answer: (error: ApiError) => object, out: Outbox): ActiveController | null {
    const active = this.#active;
    if (active !== null && !active.isFull) return active;
    const error = active === null ? NOT_ACTIVE : OVERLOADED;
    this.#options.responder.respond(request, answer(error), out);
    return null;
  }
}
