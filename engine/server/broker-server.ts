import { type BrokerState, BrokerTimer, RpcOwner } from '../broker/index.ts';
import type { DeliveredReply } from '../exchange/index.ts';
import { LogTimer } from '../log/index.ts';
import type { DiskError } from '../machine/index.ts';
import {
  assert,
  type Input,
  type Machine,
  type Outbox,
  SECOND,
  type Ticket,
  timerArgument,
  timerId,
  timerKind,
  type Us,
} from '../machine/index.ts';
import {
  brokerConfig,
  brokerConfigNumber,
  type ClusterImage,
  type ConfigNode,
  ConfigResource,
  cordonedDirectories,
  type MetadataDelta,
  MetadataError,
} from '../metadata/index.ts';
import { configDivergence } from '../replication/index.ts';
import { type BrokerParts, openBroker } from './broker-parts.ts';
import { cleanerConfig } from './cleaner-config.ts';
import type { Publication } from './metadata-feed.ts';
import type { BrokerServerOptions } from './server-options.ts';
import { snapshotBatches } from './snapshot-generator.ts';
import { MAX_DRAIN_ROUNDS } from './step-limits.ts';
import { componentOf } from './timer-owner.ts';
import type { BrokerView } from './view.ts';

/** `KafkaBroker.shutdown`: how long a controlled shutdown may take before the broker goes without leave. */
const SHUTDOWN_TIMEOUT: Us = 300 * SECOND;

/**
 * Where the process is in its life. What it may answer while it is `up` follows from the lifecycle's state; in
 * `closing` only its logs still work; `ended` waits for the host to drop the machine.
 */
type Phase = 'new' | 'up' | 'closing' | 'ended';

/** States in which a broker takes connections: after it was unfenced, until it stops (`SocketServer`). */
const SERVING: ReadonlySet<BrokerState> = new Set(['RUNNING', 'PENDING_CONTROLLED_SHUTDOWN']);

/** A broker process (`BrokerServer`): boots from its disk, follows the quorum, serves, and stops in order. */
export class BrokerServer implements Machine {
  readonly #options: BrokerServerOptions;
  readonly #node: ConfigNode;
  #phase: Phase = 'new';
  #parts: BrokerParts | null = null;
  #published = false;

  constructor(options: BrokerServerOptions) {
    this.#options = options;
    this.#node = { nodeId: options.nodeId, static: options.config };
  }

  step(now: Us, input: Input, out: Outbox): void {
    switch (this.#phase) {
      case 'new':
        if (input.kind === 'boot') this.#boot(now, out);
        else if (input.kind === 'shutdown') this.#end('clean', 'stopped before it started', out);
        break;
      case 'up':
        this.#dispatch(now, this.#up(), input, out);
        break;
      case 'closing':
        this.#whileClosing(now, this.#up(), input, out);
        break;
      case 'ended':
        return;
    }
    if (this.#phase === 'up') this.#drain(now, this.#up(), out);
  }

  /** Null before boot and when booting failed. */
  view(): BrokerView | null {
    const parts = this.#parts;
    if (parts === null) return null;
    const { feed, lifecycle, logs, raft, replicas } = parts;
    return {
      kind: 'broker',
      nodeId: this.#options.nodeId,
      state: lifecycle.state,
      brokerEpoch: lifecycle.brokerEpoch,
      image: feed.image,
      metadataOffset: feed.lastContainedOffset,
      quorum: raft,
      replicas: () => replicas.views(),
      directories: logs.online(),
      directoryIdOf: (log) => logs.directoryOf(log)?.directoryId ?? null,
      movesUnderWay: replicas.movesUnderWay,
      assignmentsPending: replicas.assignmentsPending,
      fetches: () => replicas.fetches(),
      configDivergence: (image) => configDivergence(replicas.views(), image, this.#node),
      config: (name) => brokerConfig(feed.image, name, this.#node),
      groups: () => parts.coordinators.groups.groups(),
      position: (group, topic, partition) => parts.coordinators.groups.position(group, topic, partition),
      transactions: () => parts.coordinators.transactionStates(),
      groupShards: () => parts.coordinators.groups.loaded(),
      transactionShards: () => parts.coordinators.transactions.runtime.loaded(),
      shards: () => parts.coordinators.views(),
    };
  }

  #up(): BrokerParts {
    assert(this.#parts !== null, 'the process has booted');
    return this.#parts;
  }

  #boot(now: Us, out: Outbox): void {
    const parts = openBroker(now, this.#options, out);
    if (typeof parts === 'string') {
      this.#end('failed', parts, out);
      return;
    }
    this.#parts = parts;
    this.#phase = 'up';
    for (const voter of this.#options.voters) parts.exchange.setNode(voter.id, voter);
    parts.raft.boot(now, out);
    parts.replicas.start(now, out);
    parts.lifecycle.start(now, out);
  }

  #dispatch(now: Us, parts: BrokerParts, input: Input, out: Outbox): void {
    switch (input.kind) {
      case 'boot':
        assert(false, 'a process boots once');
        return;
      case 'accepted':
        if (SERVING.has(parts.lifecycle.state)) parts.inbound.onInput(now, input, out);
        else out.close(input.connection);
        return;
      case 'connected':
      case 'closed':
      case 'frame':
        // Neither side knows a connection that was closed here while this input was on its way.
        if (!parts.exchange.onInput(now, input, out)) parts.inbound.onInput(now, input, out);
        return;
      case 'timer':
        this.#onTimer(now, parts, input, out);
        return;
      case 'synced':
        this.#onSynced(now, parts, input.ticket, input.error, out);
        return;
      case 'shutdown':
        this.#beginShutdown(now, parts, out);
        return;
    }
  }

  #onTimer(now: Us, parts: BrokerParts, input: Input & { kind: 'timer' }, out: Outbox): void {
    const kind = timerKind(input.timer);
    const argument = timerArgument(input.timer);
    switch (componentOf(kind)) {
      case 'exchange':
        parts.exchange.onInput(now, input, out);
        return;
      case 'raft':
        parts.raft.onTimer(now, kind, out);
        return;
      case 'replication':
        parts.replicas.onTimer(now, kind, argument, out);
        return;
      case 'broker':
        if (kind === BrokerTimer.SHUTDOWN_DEADLINE) {
          out.probe('broker: controlled shutdown timed out');
          parts.lifecycle.beginShutdown(out);
        } else parts.lifecycle.onTimer(now, kind, argument, out);
        return;
      case 'log':
        parts.logs.onTimer(now, kind, argument, out);
        if (kind === LogTimer.Retention) parts.replicas.noteLogStarts(now, out);
        return;
      case 'group coordinator':
        parts.coordinators.groups.onTimer(now, kind, argument, out);
        return;
      case 'transaction coordinator':
        parts.coordinators.transactions.onTimer(now, kind, argument, out);
        return;
      case 'transaction verifier':
        parts.verifier.onTimer(now, argument, out);
        return;
      default:
        assert(false, () => `a broker has no timer of kind ${kind}`);
    }
  }

  #onSynced(now: Us, parts: BrokerParts, ticket: Ticket, error: DiskError | null, out: Outbox): void {
    if (parts.raft.onSynced(now, ticket, error, out)) return;
    parts.logs.onSynced(now, ticket, error, out);
    parts.replicas.onSynced(now, ticket, error, out);
  }

  /** Hands things from component to component until nothing moves any more. */
  #drain(now: Us, parts: BrokerParts, out: Outbox): void {
    for (let round = 0; ; round++) {
      assert(round < MAX_DRAIN_ROUNDS, 'a step comes to rest');
      this.#followQuorum(now, parts, out);
      const replies = parts.exchange.takeReplies();
      for (const reply of replies) this.#onReply(now, parts, reply, out);
      const requests = parts.inbound.takeRequests();
      for (const request of requests) parts.apis.handle(now, request, out);
      const replicated = parts.replicas.takeReplicated();
      for (const partition of replicated) parts.coordinators.onReplicated(now, partition, out);
      const published = this.#publish(now, parts, out);
      if (this.#phase !== 'up') return;
      const isQuiet = replies.length === 0 && requests.length === 0 && replicated.length === 0;
      if (isQuiet && !published) break;
    }
    if (this.#loseDirectories(now, parts, out)) return;
    const { lifecycle } = parts;
    if (lifecycle.caughtUp && this.#published) lifecycle.becomeReadyToUnfence(now, out);
    if (lifecycle.state === 'SHUTTING_DOWN') this.#close(now, parts, out);
  }

  /**
   * Log directories that failed: their replicas stop and the controller hears of it. Without any, or without that of
   * the metadata log, a broker halts (`ReplicaManager.handleLogDirFailure`): true then.
   */
  #loseDirectories(now: Us, parts: BrokerParts, out: Outbox): boolean {
    const { lifecycle, logs, replicas } = parts;
    const failed = logs.takeFailures(out);
    if (failed.length === 0) return false;
    for (const { path, directoryId, error } of failed) {
      if (logs.failure !== null || path === this.#options.directory) {
        this.#end('failed', `log directory: ${error.code} ${error.path}`, out);
        return true;
      }
      out.probe('log directory offline');
      if (directoryId !== '') lifecycle.onDirectoryFailed(now, directoryId, out);
    }
    replicas.onDirectoryFailed(now, out);
    return false;
  }

  /**
   * Requests to the active controller go to whom this process knows as the quorum's leader
   * (`RaftControllerNodeProvider`).
   */
  #followQuorum(now: Us, parts: BrokerParts, out: Outbox): void {
    const leader = parts.raft.leader < 0 ? null : parts.raft.leader;
    if (parts.exchange.controller !== leader) parts.exchange.setController(now, leader, out);
  }

  #onReply(now: Us, parts: BrokerParts, delivered: DeliveredReply, out: Outbox): void {
    const { owner, token, reply } = delivered;
    switch (owner) {
      case RpcOwner.RAFT:
        parts.raft.onReply(now, token, reply, out);
        return;
      case RpcOwner.LIFECYCLE:
        parts.lifecycle.onReply(now, token, reply, out);
        return;
      case RpcOwner.REPLICA_FETCHER:
      case RpcOwner.ALTER_PARTITION:
      case RpcOwner.DIRECTORY_ASSIGNMENT:
        parts.replicas.onReply(now, owner, token, reply, out);
        return;
      case RpcOwner.FORWARDING:
        parts.forwarding.onReply(now, token, reply, out);
        return;
      case RpcOwner.TRANSACTION_MARKERS:
        parts.coordinators.transactions.onMarkersReply(now, token, reply, out);
        return;
      case RpcOwner.TRANSACTION_VERIFIER:
        parts.verifier.onReply(now, token, reply, out);
        return;
      case RpcOwner.PRODUCER_IDS:
        parts.coordinators.transactions.onProducerIdsReply(now, reply, out);
        return;
      default:
        assert(false, () => `nobody in a broker is owner ${owner}`);
    }
  }

  /** True when there was something to publish. */
  #publish(now: Us, parts: BrokerParts, out: Outbox): boolean {
    const next = parts.feed.poll(parts.raft);
    if (next === null) return false;
    if (next instanceof MetadataError) {
      this.#end('failed', `the metadata log cannot be read: ${next.message}`, out);
      return false;
    }
    this.#apply(now, parts, next, out);
    return true;
  }

  /** In the order of `BrokerMetadataPublisher`: addresses, replicas, coordinators, then those who wait for the offset. */
  #apply(now: Us, parts: BrokerParts, publication: Publication, out: Outbox): void {
    const { delta, image, lastContainedOffset } = publication;
    const isFirst = !this.#published;
    this.#published = true;
    this.#followAddresses(now, parts, delta, out);
    if (isFirst || delta.configs.some(({ resourceType }) => resourceType === ConfigResource.BROKER)) {
      this.#followCordons(now, parts, image, out);
      parts.logs.updateCleaners(cleanerConfig(image, this.#node));
      parts.logs.updateProducerExpiration(brokerConfigNumber(image, 'producer.id.expiration.ms', this.#node));
    }
    parts.replicas.applyDelta(now, delta, image, out);
    parts.coordinators.applyDelta(now, delta, image, out);
    parts.lifecycle.onMetadataApplied(lastContainedOffset);
    out.fact({ fact: 'metadata applied', metadataOffset: lastContainedOffset + 1 });
    if (!parts.snapshots.isDue(now, publication, parts.feed.inTransaction)) return;
    const epoch = publication.lastContainedEpoch;
    const batches = snapshotBatches(image, epoch, this.#options.wall.nowMs());
    parts.raft.createSnapshot(now, lastContainedOffset + 1, epoch, batches, out);
  }

  #followAddresses(now: Us, parts: BrokerParts, delta: MetadataDelta, out: Outbox): void {
    for (const { id, next } of delta.brokers()) {
      if (next === null) parts.exchange.removeNode(now, id, out);
      else parts.exchange.setNode(id, { host: next.host, port: next.port });
    }
  }

  #followCordons(now: Us, parts: BrokerParts, image: ClusterImage, out: Outbox): void {
    const { lifecycle, logs } = parts;
    const cordoned = cordonedDirectories(image, this.#node, logs.paths);
    logs.cordon(cordoned);
    const ids = cordoned.map((path) => logs.directoryIdAt(path)).filter((id) => id !== '');
    lifecycle.onDirectoriesCordoned(now, ids, out);
  }

  #beginShutdown(now: Us, parts: BrokerParts, out: Outbox): void {
    const { lifecycle, replicas, config } = parts;
    if (!config['controlled.shutdown.enable']) {
      lifecycle.beginShutdown(out);
      return;
    }
    replicas.becomeStopping(now, out);
    lifecycle.beginControlledShutdown(now, out);
    out.arm(timerId(BrokerTimer.SHUTDOWN_DEADLINE), now + SHUTDOWN_TIMEOUT);
  }

  /** The controller let the broker go, or it goes without leave: stop serving, then close the logs. */
  #close(now: Us, parts: BrokerParts, out: Outbox): void {
    this.#phase = 'closing';
    out.disarm(timerId(BrokerTimer.SHUTDOWN_DEADLINE));
    parts.coordinators.close(now, out);
    parts.inbound.closeAll(out);
    parts.exchange.closeAll(now, out);
    parts.logs.closeCleanly(now, parts.lifecycle.brokerEpoch, out);
    this.#endWhenClosed(parts, out);
  }

  #whileClosing(now: Us, parts: BrokerParts, input: Input, out: Outbox): void {
    if (input.kind === 'accepted') out.close(input.connection);
    if (input.kind === 'timer' && componentOf(timerKind(input.timer)) === 'log') {
      parts.logs.onTimer(now, timerKind(input.timer), timerArgument(input.timer), out);
    }
    if (input.kind === 'synced') parts.logs.onSynced(now, input.ticket, input.error, out);
    this.#endWhenClosed(parts, out);
  }

  #endWhenClosed(parts: BrokerParts, out: Outbox): void {
    if (!parts.logs.closed) return;
    const { failure } = parts.lifecycle;
    const disk = parts.logs.failure;
    if (failure !== null) this.#end('failed', failure, out);
    else if (disk !== null) this.#end('failed', `log directory: ${disk.code} ${disk.path}`, out);
    else this.#end('clean', 'shut down', out);
  }

  #end(reason: 'clean' | 'failed', message: string, out: Outbox): void {
    this.#phase = 'ended';
    out.exit(reason, message);
  }
}
