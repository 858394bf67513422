import { ACTIVE_CONTROLLER, type Reply, type Rpc } from '../exchange/index.ts';
import type { Endpoint, Outbox, Us } from '../machine/index.ts';
import { assert, MS, timerId } from '../machine/index.ts';
import type { FeatureRange } from '../metadata/index.ts';
import {
  ApiKey,
  type BrokerHeartbeatRequest,
  type BrokerHeartbeatResponse,
  type BrokerRegistrationRequest,
  type BrokerRegistrationResponse,
  ErrorCode,
  type Uuid,
} from '../wire/index.ts';
import type { BrokerConfig } from './config.ts';
import { BrokerTimer, RpcOwner } from './timer.ts';

/** `BrokerState`, as Kafka reports it. */
export type BrokerState =
  | 'NOT_RUNNING'
  | 'STARTING'
  | 'RECOVERY'
  | 'RUNNING'
  | 'PENDING_CONTROLLED_SHUTDOWN'
  | 'SHUTTING_DOWN';

const transitions: Readonly<Record<BrokerState, readonly BrokerState[]>> = {
  NOT_RUNNING: ['STARTING', 'SHUTTING_DOWN'],
  STARTING: ['RECOVERY', 'SHUTTING_DOWN'],
  RECOVERY: ['RUNNING', 'SHUTTING_DOWN'],
  RUNNING: ['PENDING_CONTROLLED_SHUTDOWN', 'SHUTTING_DOWN'],
  PENDING_CONTROLLED_SHUTDOWN: ['SHUTTING_DOWN'],
  SHUTTING_DOWN: [],
};

/** While the broker is catching up it asks again this soon, so that an idle start is quick. */
const CATCH_UP_INTERVAL: Us = 10 * MS;
/** The first heartbeat after the one that asked for the shutdown comes sooner than the rest. */
const FIRST_SHUTDOWN_INTERVAL: Us = 50 * MS;

export interface BrokerLifecycleOptions {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly incarnationId: Uuid;
  readonly endpoint: Endpoint;
  readonly rack: string | null;
  /** Directory ids of the log directories that are online, sorted. */
  readonly directories: readonly Uuid[];
  readonly features: readonly FeatureRange[];
  /**
   * The epoch in `.kafka_cleanshutdown` of the run before, or -1: the controller tells clean from unclean by it
   * (KIP-966).
   */
  readonly previousBrokerEpoch: number;
  readonly rpc: Rpc;
  readonly config: BrokerConfig;
}

/**
 * The broker's side of its registration: registers this incarnation, heartbeats, asks to be unfenced once it has
 * caught up, and asks to be let go (`BrokerLifecycleManager`). One request at a time: the next is scheduled by the
 * answer.
 */
export class BrokerLifecycle {
  readonly #options: BrokerLifecycleOptions;
  /** By directory id; true once a heartbeat that named it was answered. */
  readonly #offlineDirectories = new Map<Uuid, boolean>();
  #state: BrokerState = 'NOT_RUNNING';
  #brokerEpoch = -1;
  #metadataOffset = -1;
  #registered = false;
  #everRegistered = false;
  #caughtUp = false;
  #readyToUnfence = false;
  #inFlight: 'registration' | 'heartbeat' | null = null;
  #nextIsImmediate = false;
  #gotShutdownResponse = false;
  #failure: string | null = null;
  /** Directories that take no new replicas (KIP-1066). */
  #cordonedDirectories: readonly Uuid[] = [];
  /** Directories that the heartbeat in flight names. */
  #reportedDirectories: readonly Uuid[] = [];

  constructor(options: BrokerLifecycleOptions) {
    this.#options = options;
  }

  get state(): BrokerState {
    return this.#state;
  }

  /** -1 until registered: the offset of this incarnation's registration in the metadata log. */
  get brokerEpoch(): number {
    return this.#brokerEpoch;
  }

  /** The controller has confirmed once that this broker read far enough to know itself. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Why the lifecycle ended itself, or null when the shutdown was asked for. */
  get failure(): string | null {
    return this.#failure;
  }

  start(now: Us, out: Outbox): void {
    this.#become('STARTING', out);
    const timeout = this.#options.config['initial.broker.registration.timeout.ms'] * MS;
    out.arm(timerId(BrokerTimer.INITIAL_REGISTRATION), now + timeout);
    this.#sendRegistration(now, out);
  }

  /** The metadata image now holds everything up to this offset, inclusive. */
  onMetadataApplied(lastContainedOffset: number): void {
    this.#metadataOffset = lastContainedOffset;
  }

  becomeReadyToUnfence(now: Us, out: Outbox): void {
    if (this.#readyToUnfence) return;
    this.#readyToUnfence = true;
    this.#schedule(now, 0, out);
  }

  /** A log directory has failed: the controller must hear of it in time, or this broker stops. */
  onDirectoryFailed(now: Us, directory: Uuid, out: Outbox): void {
    if (this.#offlineDirectories.has(directory)) return;
    this.#offlineDirectories.set(directory, false);
    if (this.#registered) this.#schedule(now, 0, out);
    const timer = timerId(BrokerTimer.OFFLINE_DIRECTORY, this.#offlineDirectories.size - 1);
    out.arm(timer, now + this.#options.config['log.dir.failure.timeout.ms'] * MS);
  }

  /** These directories, and no others, take no new replicas: the controller is told at once. */
  onDirectoriesCordoned(now: Us, directories: readonly Uuid[], out: Outbox): void {
    const known = this.#cordonedDirectories;
    if (known.length === directories.length && known.every((id) => directories.includes(id))) return;
    this.#cordonedDirectories = directories;
    if (this.#registered) this.#schedule(now, 0, out);
  }

  /** Asks the controller to move leadership away first. When not running there is nothing to hand over. */
  beginControlledShutdown(now: Us, out: Outbox): void {
    if (this.#state === 'PENDING_CONTROLLED_SHUTDOWN') return;
    if (this.#state !== 'RUNNING') {
      this.beginShutdown(out);
      return;
    }
    this.#become('PENDING_CONTROLLED_SHUTDOWN', out);
    this.#schedule(now, 0, out);
  }

  beginShutdown(out: Outbox): void {
    if (this.#state === 'SHUTTING_DOWN') return;
    this.#become('SHUTTING_DOWN', out);
    this.#inFlight = null;
    out.disarm(timerId(BrokerTimer.COMMUNICATION));
    out.disarm(timerId(BrokerTimer.INITIAL_REGISTRATION));
  }

  onReply(now: Us, _token: number, reply: Reply, out: Outbox): void {
    const sent = this.#inFlight;
    if (sent === null) return;
    this.#inFlight = null;
    if (sent === 'registration') this.#onRegistrationReply(now, reply, out);
    else this.#onHeartbeatReply(now, reply, out);
  }

  onTimer(now: Us, kind: number, argument: number, out: Outbox): void {
    switch (kind) {
      case BrokerTimer.COMMUNICATION:
        this.#communicate(now, out);
        return;
      case BrokerTimer.INITIAL_REGISTRATION:
        if (!this.#everRegistered) {
          out.probe('broker: initial registration timed out');
          this.#failure = 'could not register with the controller quorum in time';
          this.beginShutdown(out);
        }
        return;
      case BrokerTimer.OFFLINE_DIRECTORY: {
        const told = [...this.#offlineDirectories.values()][argument];
        if (told === false) {
          this.#failure = 'could not tell the controller about a failed log directory in time';
          this.beginShutdown(out);
        }
        return;
      }
      default:
        assert(false, () => `a timer of kind ${kind} is not the lifecycle's`);
    }
  }

  #become(state: BrokerState, out: Outbox): void {
    assert(transitions[this.#state].includes(state), () => `broker state ${this.#state} -> ${state}`);
    this.#state = state;
    out.fact({ fact: 'broker state changed', state });
  }

  #onRegistrationReply(now: Us, reply: Reply, out: Outbox): void {
    if (reply.kind === 'response') {
      const response = reply.body as BrokerRegistrationResponse;
      if (response.errorCode === ErrorCode.NONE) {
        this.#brokerEpoch = response.brokerEpoch;
        this.#registered = true;
        this.#everRegistered = true;
        this.#schedule(now, 0, out);
        return;
      }
      out.probe('broker: registration refused');
    }
    this.#scheduleAfterFailure(now, out);
  }

  #onHeartbeatReply(now: Us, reply: Reply, out: Outbox): void {
    const response = reply.kind === 'response' ? (reply.body as BrokerHeartbeatResponse) : null;
    if (response === null || response.errorCode !== ErrorCode.NONE) {
      out.probe('broker: heartbeat failed');
      this.#scheduleAfterFailure(now, out);
      return;
    }
    for (const directory of this.#reportedDirectories) this.#offlineDirectories.set(directory, true);
    const interval = this.#options.config['broker.heartbeat.interval.ms'] * MS;
    switch (this.#state) {
      case 'STARTING':
        if (response.isCaughtUp) {
          this.#become('RECOVERY', out);
          this.#caughtUp = true;
        }
        this.#schedule(now, CATCH_UP_INTERVAL, out);
        return;
      case 'RECOVERY':
        if (!response.isFenced) this.#become('RUNNING', out);
        this.#schedule(now, interval, out);
        return;
      case 'RUNNING':
        this.#schedule(now, interval, out);
        return;
      case 'PENDING_CONTROLLED_SHUTDOWN':
        if (response.shouldShutDown) this.beginShutdown(out);
        else this.#schedule(now, this.#gotShutdownResponse ? interval : FIRST_SHUTDOWN_INTERVAL, out);
        this.#gotShutdownResponse = true;
        return;
      case 'NOT_RUNNING':
      case 'SHUTTING_DOWN':
        return;
    }
  }

  #communicate(now: Us, out: Outbox): void {
    if (this.#state === 'SHUTTING_DOWN') return;
    if (this.#inFlight !== null) this.#nextIsImmediate = true;
    else if (this.#registered) this.#sendHeartbeat(now, out);
    else this.#sendRegistration(now, out);
  }

  #schedule(now: Us, interval: Us, out: Outbox): void {
    const at = this.#nextIsImmediate ? now : now + interval;
    this.#nextIsImmediate = false;
    out.arm(timerId(BrokerTimer.COMMUNICATION), at);
  }

  /** Never at once after a failure: a controller in trouble would be flooded. */
  #scheduleAfterFailure(now: Us, out: Outbox): void {
    this.#nextIsImmediate = false;
    this.#schedule(now, this.#options.config['broker.heartbeat.interval.ms'] * MS, out);
  }

  #sendRegistration(now: Us, out: Outbox): void {
    const { nodeId, clusterId, incarnationId, endpoint, rack } = this.#options;
    const body: BrokerRegistrationRequest = {
      brokerId: nodeId,
      clusterId,
      incarnationId,
      listeners: [{ name: 'PLAINTEXT', host: endpoint.host, port: endpoint.port, securityProtocol: 0 }],
      features: this.#options.features,
      rack,
      isMigratingZkBroker: false,
      logDirs: this.#options.directories,
      previousBrokerEpoch: this.#options.previousBrokerEpoch,
    };
    this.#inFlight = 'registration';
    this.#request(now, ApiKey.BrokerRegistration, body, out);
  }

  #sendHeartbeat(now: Us, out: Outbox): void {
    this.#reportedDirectories = [...this.#offlineDirectories.keys()];
    const body: BrokerHeartbeatRequest = {
      brokerId: this.#options.nodeId,
      brokerEpoch: this.#brokerEpoch,
      currentMetadataOffset: this.#metadataOffset,
      wantFence: !this.#readyToUnfence,
      wantShutDown: this.#state === 'PENDING_CONTROLLED_SHUTDOWN',
      offlineLogDirs: this.#reportedDirectories,
      cordonedLogDirs: this.#caughtUp ? this.#cordonedDirectories : null,
    };
    this.#inFlight = 'heartbeat';
    this.#request(now, ApiKey.BrokerHeartbeat, body, out);
  }

  /** A request that waits longer than a heartbeat interval is given up and made anew, with newer state. */
  #request(now: Us, apiKey: number, body: object, out: Outbox): void {
    const timeout = this.#options.config['broker.heartbeat.interval.ms'] * MS;
    this.#options.rpc.request(now, ACTIVE_CONTROLLER, RpcOwner.LIFECYCLE, 0, apiKey, body, timeout, out);
  }
}
