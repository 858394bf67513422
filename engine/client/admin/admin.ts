import { backoffUs, type Reply } from '../../exchange/index.ts';
import {
  assert,
  type Input,
  type Machine,
  MS,
  type Outbox,
  type Random,
  type RandomSource,
  timerId,
  timerKind,
  type Us,
  unreachable,
} from '../../machine/index.ts';
import { ErrorCode, errorName, isRetriable } from '../../wire/index.ts';
import { ClientNetwork, type ReplyReceiver } from '../client-network.ts';
import { ClientTimer } from '../client-timer.ts';
import { isInvalidMetadata } from '../metadata/invalid-metadata.ts';
import { TopicsOfInterest } from '../metadata/topics-of-interest.ts';
import {
  type AdminAction,
  type AdminCall,
  type AdminDriver,
  type AdminListener,
  type AdminResult,
  NEVER,
} from '../ports.ts';
import { Tokens } from '../tokens.ts';
import type { AdminConfig } from './admin-config.ts';
import { CallCoordinators } from './call-coordinators.ts';
import { callError, firstError } from './call-errors.ts';

/** Calls that run side by side; a driver that starts more breaks its promise. */
export const MAX_CALLS = 1_000;
const MAX_ACTIONS_PER_STEP = 100;
/** Java's admin client has one request in flight a node; so a slow one holds up what follows it there. */
const MAX_IN_FLIGHT = 1;

export interface AdminPorts {
  readonly config: AdminConfig;
  readonly driver: AdminDriver;
  readonly listener: AdminListener;
  readonly randoms: RandomSource;
}

interface OpenCall {
  readonly id: number;
  readonly call: AdminCall;
  readonly deadline: Us;
  attempts: number;
  retryAt: Us;
  isInFlight: boolean;
  /** A request for it left, and what became of it is not known. */
  maybeDone: boolean;
  lastError: number;
  /** Its leader is not looked up in metadata older than this: so many responses are not enough. */
  staleUpdates: number;
}

/**
 * An admin process: calls of the protocol, each with Kafka's retries until it has an answer
 * (`KafkaAdminClient`).
 */
export class Admin implements Machine, ReplyReceiver {
  readonly #config: AdminConfig;
  readonly #driver: AdminDriver;
  readonly #listener: AdminListener;
  readonly #random: Random;
  readonly #topics = new TopicsOfInterest(0);
  readonly #network: ClientNetwork;
  readonly #tokens = new Tokens();
  readonly #coordinators: CallCoordinators;
  /** In the order in which they were made. */
  readonly #open = new Set<OpenCall>();
  readonly #inFlight = new Map<number, OpenCall>();
  #action: AdminAction | null = null;
  #isClosed = false;
  #workAt: Us = -1;
  #driverAt: Us = -1;

  constructor({ config, driver, listener, randoms }: AdminPorts) {
    this.#config = config;
    this.#driver = driver;
    this.#listener = listener;
    this.#random = randoms.stream('retry backoff');
    this.#network = new ClientNetwork(config, MAX_IN_FLIGHT, this.#topics, false, randoms);
    this.#coordinators = new CallCoordinators(config, this.#network, this.#tokens, this.#random);
  }

  step(now: Us, input: Input, out: Outbox): void {
    if (this.#isClosed) return;
    if (input.kind === 'timer') {
      const kind = timerKind(input.timer);
      if (kind === ClientTimer.work) this.#workAt = -1;
      if (kind === ClientTimer.driver) this.#driverAt = -1;
    }
    this.#network.onInput(now, input, out);
    if (input.kind === 'shutdown') this.#action = { do: 'close' };
    let due: Us;
    do {
      this.#act(now, out);
      if (this.#isClosed) return;
      this.#network.maintain(now, out);
      due = this.#run(now, out);
      this.#network.maintain(now, out);
    } while (this.#network.deliver(now, this, out) || this.#mayGoOn());
    const at = Math.min(due, this.#network.nextDue);
    if (at === NEVER || (this.#workAt >= 0 && this.#workAt <= at)) return;
    this.#workAt = at;
    out.arm(timerId(ClientTimer.work), at);
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): void {
    if (this.#coordinators.onReply(now, token, reply)) return;
    const open = this.#inFlight.get(token);
    assert(open !== undefined, 'a reply names a call in flight');
    this.#inFlight.delete(token);
    open.isInFlight = false;
    if (reply.kind === 'failed') {
      if (reply.reason === 'unsupported version') {
        this.#fail(now, open, ErrorCode.UNSUPPORTED_VERSION);
        return;
      }
      open.maybeDone = true;
      this.#retry(now, open, ErrorCode.NETWORK_EXCEPTION, out);
      return;
    }
    const error = retriedError(open.call, reply.body);
    if (error !== ErrorCode.NONE && isRetriable(error)) this.#retry(now, open, error, out);
    else {
      const { apiVersion, body } = reply;
      this.#end(now, open, { kind: 'response', apiVersion, body, isCertain: !open.maybeDone });
    }
  }

  /** Whether the driver waits for calls that have all ended meanwhile. */
  #mayGoOn(): boolean {
    return this.#action?.do === 'await calls' && this.#open.size === 0;
  }

  #act(now: Us, out: Outbox): void {
    for (let taken = 0; taken < MAX_ACTIONS_PER_STEP; taken++) {
      this.#action ??= this.#driver.next(now);
      const action = this.#action;
      switch (action.do) {
        case 'call':
          this.#begin(now, action.id, action.call);
          break;
        case 'think':
          if (now < action.until) {
            if (action.until !== NEVER) this.#armDriver(action.until, out);
            return;
          }
          break;
        case 'await calls':
          if (this.#open.size > 0) return;
          break;
        case 'close':
          this.#close(now, out);
          return;
        default:
          unreachable(action);
      }
      this.#action = null;
    }
    this.#armDriver(now, out);
  }

  #begin(now: Us, id: number, call: AdminCall): void {
    assert(this.#open.size < MAX_CALLS, () => `at most ${MAX_CALLS} admin calls run side by side`);
    this.#listener.onCall(now, id, call);
    if (call.route.to === 'leader') this.#network.addTopic(call.route.topic, now);
    this.#open.add({
      id,
      call,
      deadline: now + this.#config['default.api.timeout.ms'] * MS,
      attempts: 0,
      retryAt: 0,
      isInFlight: false,
      maybeDone: false,
      lastError: ErrorCode.NONE,
      staleUpdates: 0,
    });
  }

  /** Sends what can leave; answers when to look again. */
  #run(now: Us, out: Outbox): Us {
    let nextDue = NEVER;
    for (const open of this.#open) {
      if (now >= open.deadline) {
        out.probe('admin call timed out');
        if (open.isInFlight) open.maybeDone = true;
        this.#fail(now, open, ErrorCode.REQUEST_TIMED_OUT);
        continue;
      }
      nextDue = Math.min(nextDue, open.deadline);
      if (open.isInFlight) continue;
      if (now < open.retryAt) {
        nextDue = Math.min(nextDue, open.retryAt);
        continue;
      }
      if (open.call.route.to === 'coordinator')
        nextDue = Math.min(nextDue, this.#findCoordinator(now, open, out));
      const node = this.#nodeFor(now, open);
      if (node === null) continue;
      if (this.#network.ready(now, node, out)) this.#send(now, node, open, out);
      else {
        const at = this.#network.retryAt(now, node);
        if (at <= now) continue;
        nextDue = Math.min(nextDue, at);
        // It cannot be reached now. Another may coordinate by the time that it can.
        if (at < NEVER) this.#coordinators.onError(open.id, ErrorCode.NETWORK_EXCEPTION);
      }
    }
    return nextDue;
  }

  #findCoordinator(now: Us, open: OpenCall, out: Outbox): Us {
    const { route } = open.call;
    assert(route.to === 'coordinator', 'others have no coordinator');
    const failure = this.#coordinators.takeFailure(open.id);
    // There is nobody to ask yet; a look-up that fails would wait before it is tried again.
    if (failure === null && this.#network.metadata.isBootstrap) return NEVER;
    if (failure === null) return this.#coordinators.find(now, open.id, route, out);
    this.#fail(now, open, failure.code);
    return NEVER;
  }

  /** Null while nobody fits; metadata is asked for then. */
  #nodeFor(now: Us, { call: { route }, id, staleUpdates }: OpenCall): number | null {
    const { metadata } = this.#network;
    // There are only bootstrap servers, and whom they are is not known.
    if (metadata.isBootstrap) return null;
    let node: number | null;
    switch (route.to) {
      case 'any':
        return this.#network.leastLoadedNode(now);
      case 'controller':
        node = metadata.controllerId;
        break;
      case 'node':
        node = route.node;
        break;
      case 'coordinator':
        node = this.#coordinators.node(id);
        return node < 0 ? null : node;
      case 'leader':
        node = this.#network.updates > staleUpdates ? metadata.leaderOf(route.topic, route.partition) : -1;
        break;
      default:
        return unreachable(route);
    }
    if (metadata.broker(node) !== undefined) return node;
    this.#network.requestUpdate();
    return null;
  }

  #send(now: Us, node: number, open: OpenCall, out: Outbox): void {
    const token = this.#tokens.next();
    open.isInFlight = true;
    this.#inFlight.set(token, open);
    this.#network.send(now, node, token, open.call.apiKey, open.call.body, out);
  }

  #retry(now: Us, open: OpenCall, error: number, out: Outbox): void {
    if (!this.#open.has(open)) return;
    open.lastError = error;
    this.#coordinators.onError(open.id, error);
    if (error === ErrorCode.NOT_CONTROLLER) this.#network.metadata.controllerId = -1;
    if (error === ErrorCode.NOT_CONTROLLER || isInvalidMetadata(error)) this.#network.requestUpdate();
    if (open.call.route.to === 'leader' && isInvalidMetadata(error))
      open.staleUpdates = this.#network.updates;
    if (open.attempts >= this.#config.retries) {
      this.#fail(now, open, error);
      return;
    }
    out.probe('admin call retried');
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': max } = this.#config;
    open.retryAt = now + backoffUs(first * MS, max * MS, open.attempts, this.#random);
    open.attempts++;
  }

  #fail(now: Us, open: OpenCall, code: number): void {
    const after = open.lastError === ErrorCode.NONE ? '' : ` after ${errorName(open.lastError)}`;
    const error = { code, message: `${errorName(code)}${after}` };
    this.#end(now, open, { kind: 'failed', error, outcome: open.maybeDone ? 'unknown' : 'fail' });
  }

  #end(now: Us, open: OpenCall, result: AdminResult): void {
    if (!this.#open.delete(open)) return;
    this.#coordinators.end(open.id);
    this.#listener.onResult(now, open.id, open.call, result);
  }

  #close(now: Us, out: Outbox): void {
    this.#isClosed = true;
    for (const open of this.#open) {
      if (open.isInFlight) open.maybeDone = true;
      this.#fail(now, open, ErrorCode.REQUEST_TIMED_OUT);
    }
    this.#network.close(now, out);
    out.exit('clean', 'admin closed');
  }

  #armDriver(at: Us, out: Outbox): void {
    if (this.#driverAt === at) return;
    this.#driverAt = at;
    out.arm(timerId(ClientTimer.driver), at);
  }
}

/**
 * What speaks for asking again. A call about one partition, group or transactional id fails when it does: its leader
 * or coordinator is looked up anew (`PartitionLeaderStrategy`, `CoordinatorStrategy`). Elsewhere verdicts on single
 * entries are the caller's to judge.
 */
function retriedError(call: AdminCall, body: object): number {
  const error = callError(body);
  const { to } = call.route;
  if (error !== ErrorCode.NONE || (to !== 'leader' && to !== 'coordinator')) return error;
  return firstError(body)?.code ?? ErrorCode.NONE;
}
