import { backoffUs, type Reply } from '../../../exchange/index.ts';
import { MS, type Outbox, type Us } from '../../../machine/index.ts';
import { ApiKey, type ConsumerGroupHeartbeatResponse, ErrorCode, errorName } from '../../../wire/index.ts';
import { type ClientError, NEVER } from '../../ports.ts';
import type { ConsumerMembership } from './consumer-membership.ts';
import type { GroupContext } from './group-context.ts';
import { HeartbeatFields } from './heartbeat-fields.ts';

/** When a KIP-848 member heartbeats, and what it makes of the answers (`ConsumerHeartbeatRequestManager`). */
export class ConsumerHeartbeats {
  readonly #context: GroupContext;
  readonly #membership: ConsumerMembership;
  readonly #fields: HeartbeatFields;
  readonly #maxPollUs: Us;
  /** The coordinator says how long it is, with its first answer. */
  #intervalUs: Us = 0;
  #heartbeatAt: Us = 0;
  #retryAt: Us = 0;
  #attempts = 0;
  /** 0: none. */
  #inFlight = 0;
  #pollEndsAt: Us = NEVER;
  #failure: ClientError | null = null;

  constructor(context: GroupContext, membership: ConsumerMembership) {
    this.#context = context;
    this.#membership = membership;
    this.#fields = new HeartbeatFields(context.config, context.subscription);
    this.#maxPollUs = context.config['max.poll.interval.ms'] * MS;
  }

  /** What the application has to be told of, once. */
  takeFailure(): ClientError | null {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  /** The application polls. */
  onPoll(now: Us): void {
    if (now >= this.#pollEndsAt) this.#membership.rejoinStale(now);
    this.#pollEndsAt = now + this.#maxPollUs;
  }

  /** Answers when to look again. */
  run(now: Us, out: Outbox): Us {
    const { link } = this.#context;
    const membership = this.#membership;
    const isKnown = link.node(now) >= 0;
    const findDue = isKnown ? NEVER : link.find(now, out);
    if (!isKnown || membership.shouldSkipHeartbeat) {
      membership.onHeartbeatSkipped();
      this.#failure ??= link.takeFailure();
      return findDue;
    }
    if (!link.ready(now, out)) return link.dueAt(now, out);
    if (now >= this.#pollEndsAt && !membership.isLeaving) {
      out.probe('application has not polled in time');
      membership.sendLeave(now, true);
      this.#send(now, out);
      // Nobody waits for the answer.
      this.#resetState();
      this.#fields.reset();
      return NEVER;
    }
    const isUrgent =
      membership.state === 'LEAVING' ||
      (membership.shouldHeartbeatNow && this.#inFlight === 0 && now >= this.#retryAt);
    const isDue = this.#inFlight === 0 && now >= this.#heartbeatAt && now >= this.#retryAt;
    if (isUrgent || isDue) this.#send(now, out);
    if (this.#inFlight !== 0) return membership.isLeaving ? NEVER : this.#pollEndsAt;
    const due = membership.shouldHeartbeatNow ? this.#retryAt : Math.max(this.#heartbeatAt, this.#retryAt);
    return Math.min(due, this.#pollEndsAt);
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    if (token !== this.#inFlight) return false;
    this.#inFlight = 0;
    if (reply.kind === 'failed') {
      this.#onFailedAttempt(now);
      if (reply.reason === 'unsupported version') this.#fail(now, ErrorCode.UNSUPPORTED_VERSION);
      this.#membership.onHeartbeatFailure();
      return true;
    }
    const response = reply.body as ConsumerGroupHeartbeatResponse;
    if (response.errorCode !== ErrorCode.NONE) {
      this.#onError(now, response.errorCode, response.errorMessage, out);
      return true;
    }
    const intervalUs = response.heartbeatIntervalMs * MS;
    if (intervalUs !== this.#intervalUs) {
      this.#intervalUs = intervalUs;
      this.#heartbeatAt = now + intervalUs;
    }
    this.#attempts = 0;
    this.#membership.onHeartbeatSuccess(now, response);
    return true;
  }

  #send(now: Us, out: Outbox): void {
    const { link } = this.#context;
    const { memberId, epoch, current, state } = this.#membership;
    const body = this.#fields.build(memberId, epoch, current, state === 'JOINING');
    this.#inFlight = link.send(now, ApiKey.ConsumerGroupHeartbeat, body, out);
    this.#membership.onHeartbeatSent(now, out);
    this.#heartbeatAt = now + this.#intervalUs;
  }

  #onError(now: Us, code: number, message: string | null, out: Outbox): void {
    const { link } = this.#context;
    const membership = this.#membership;
    this.#onFailedAttempt(now);
    switch (code) {
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
        link.forget(now, out);
        this.#resetState();
        break;
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
        break;
      case ErrorCode.TOPIC_AUTHORIZATION_FAILED:
        this.#failure ??= { code, message: message ?? errorName(code) };
        break;
      case ErrorCode.FENCED_MEMBER_EPOCH:
      case ErrorCode.UNKNOWN_MEMBER_ID:
        membership.becomeFenced(now, out);
        this.#resetState();
        break;
      case ErrorCode.GROUP_ID_NOT_FOUND:
        if (membership.state !== 'UNSUBSCRIBED') this.#fail(now, code, message);
        break;
      default:
        this.#fail(now, code, message);
    }
    membership.onHeartbeatFailure();
  }

  #onFailedAttempt(now: Us): void {
    const { config, random } = this.#context;
    const { 'retry.backoff.ms': initial, 'retry.backoff.max.ms': max } = config;
    this.#fields.reset();
    this.#heartbeatAt = now;
    this.#retryAt = now + backoffUs(initial * MS, max * MS, this.#attempts, random);
    this.#attempts++;
  }

  #resetState(): void {
    this.#inFlight = 0;
    this.#attempts = 0;
    this.#retryAt = 0;
  }

  #fail(now: Us, code: number, message: string | null = null): void {
    this.#failure ??= { code, message: message ?? errorName(code) };
    if (this.#membership.state !== 'FATAL') this.#membership.becomeFatal(now);
  }
}
