import { BrokerTimer, RpcOwner } from '../broker/index.ts';
import { ACTIVE_CONTROLLER, backoffUs, type Reply, type Rpc } from '../exchange/index.ts';
import { type Endpoint, MS, type Outbox, type Random, SECOND, timerId, type Us } from '../machine/index.ts';
import {
  type ClusterImage,
  METADATA_VERSION,
  type MetadataDelta,
  SUPPORTED_FEATURES,
} from '../metadata/index.ts';
import {
  ApiKey,
  type ControllerRegistrationRequest,
  type ControllerRegistrationResponse,
  ErrorCode,
  type Uuid,
} from '../wire/index.ts';

/** `ControllerRegistrationManager`: how long it waits after the first failure, and at most. */
const RESEND_BACKOFF: Us = 100 * MS;
const RESEND_BACKOFF_MAX: Us = 120 * SECOND;
/** From this metadata version on controllers register (`isControllerRegistrationSupported`: 3.7-IV0). */
const FIRST_METADATA_VERSION = 15;
/** `ControllerServer` gives its registration channel a minute. */
const REQUEST_TIMEOUT: Us = 60 * SECOND;

export interface ControllerRegistrationOptions {
  readonly nodeId: number;
  readonly incarnationId: Uuid;
  readonly endpoint: Endpoint;
  readonly rpc: Rpc;
  readonly random: Random;
}

/**
 * Puts this controller's endpoint and features into the metadata log, and again whenever the log holds another
 * incarnation's (KIP-919). The log is what counts: an answer alone does not end it.
 */
export class ControllerRegistration {
  readonly #options: ControllerRegistrationOptions;
  #registered = false;
  #supported = false;
  #inFlight = false;
  #failures = 0;

  constructor(options: ControllerRegistrationOptions) {
    this.#options = options;
  }

  /** New metadata was published. Only what concerns this controller makes it look. */
  onMetadata(now: Us, delta: MetadataDelta, image: ClusterImage, out: Outbox): void {
    const { nodeId, incarnationId } = this.#options;
    if (!delta.featuresChanged && !delta.controllers().some((change) => change.id === nodeId)) return;
    this.#supported = image.featureLevel(METADATA_VERSION) >= FIRST_METADATA_VERSION;
    this.#registered = image.controllers.get(nodeId)?.incarnationId === incarnationId;
    this.#sendIfNeeded(now, out);
  }

  onReply(now: Us, reply: Reply, out: Outbox): void {
    this.#inFlight = false;
    const accepted =
      reply.kind === 'response' &&
      (reply.body as ControllerRegistrationResponse).errorCode === ErrorCode.NONE;
    if (accepted) {
      this.#failures = 0;
      return;
    }
    const delay = backoffUs(RESEND_BACKOFF, RESEND_BACKOFF_MAX, this.#failures, this.#options.random);
    this.#failures += 1;
    out.arm(timerId(BrokerTimer.CONTROLLER_REGISTRATION), now + delay);
  }

  onTimer(now: Us, out: Outbox): void {
    this.#sendIfNeeded(now, out);
  }

  #sendIfNeeded(now: Us, out: Outbox): void {
    if (this.#registered || !this.#supported || this.#inFlight) return;
    const { nodeId, incarnationId, endpoint, rpc } = this.#options;
    const body: ControllerRegistrationRequest = {
      controllerId: nodeId,
      incarnationId,
      zkMigrationReady: false,
      listeners: [{ name: 'CONTROLLER', host: endpoint.host, port: endpoint.port, securityProtocol: 0 }],
      features: SUPPORTED_FEATURES,
    };
    this.#inFlight = true;
    const owner = RpcOwner.CONTROLLER_REGISTRATION;
    rpc.request(now, ACTIVE_CONTROLLER, owner, 0, ApiKey.ControllerRegistration, body, REQUEST_TIMEOUT, out);
  }
}
