import type { Reply } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { ApiKey, ErrorCode, errorName, type HeartbeatResponse } from '../../../wire/index.ts';
import { type ClientError, NEVER } from '../../ports.ts';
import { type ClassicMembership, type Generation, isSameGeneration } from './classic-membership.ts';
import { heartbeatBody } from './classic-requests.ts';
import type { GroupContext } from './group-context.ts';
import { HeartbeatTimers } from './heartbeat-timers.ts';

/**
 * The heartbeat thread of a classic member: it works while the application does, and stops while the member joins
 * (`HeartbeatThread`, `HeartbeatResponseHandler`).
 */
export class ClassicHeartbeats {
  readonly #context: GroupContext;
  readonly #membership: ClassicMembership;
  readonly #onPollExpired: (now: Us, out: Outbox) => void;
  readonly timers: HeartbeatTimers;
  #isEnabled = false;
  #failure: ClientError | null = null;
  #lookupsSeen = 0;
  /** 0: none. */
  #token = 0;
  #sent: Generation | null = null;

  constructor(
    context: GroupContext,
    membership: ClassicMembership,
    onPollExpired: (now: Us, out: Outbox) => void,
  ) {
    this.#context = context;
    this.#membership = membership;
    this.#onPollExpired = onPollExpired;
    this.timers = new HeartbeatTimers(context.config, context.random);
  }

  /** The member was told its generation. */
  enable(now: Us): void {
    this.#isEnabled = true;
    this.timers.resetAll(now);
  }

  stop(): void {
    this.#isEnabled = false;
  }

  /** What has ended the thread; the next poll throws it and starts another one. */
  takeFailure(): ClientError | null {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  /** Answers when to look again. */
  run(now: Us, out: Outbox): Us {
    const { link } = this.#context;
    if (!this.#isEnabled) return NEVER;
    const { state } = this.#membership;
    if (state === 'unjoined' || state === 'preparing' || this.#failure !== null) {
      this.#isEnabled = false;
      return NEVER;
    }
    if (link.found !== this.#lookupsSeen) {
      this.#lookupsSeen = link.found;
      this.timers.resetSession(now);
    }
    // Nobody could be told that the application is late.
    if (link.node(now) < 0) return link.find(now, out);
    if (now >= this.timers.sessionEndsAt) {
      out.probe('member hears nothing of its coordinator for a session');
      link.forget(now, out);
      return link.find(now, out);
    }
    if (now >= this.timers.pollEndsAt) {
      out.probe('application has not polled in time');
      this.#onPollExpired(now, out);
      return NEVER;
    }
    if (now < this.timers.heartbeatAt) return this.timers.nextDue;
    if (!link.ready(now, out)) return Math.min(link.dueAt(now, out), this.timers.nextEnd);
    this.#sent = this.#membership.generation;
    const body = heartbeatBody(this.#context.config, this.#sent);
    this.#token = link.send(now, ApiKey.Heartbeat, body, out);
    this.timers.onSent(now);
    return this.timers.nextDue;
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    if (token !== this.#token) return false;
    this.#token = 0;
    if (reply.kind === 'failed') {
      this.timers.onFailed(now);
      return true;
    }
    this.#onAnswer(now, (reply.body as HeartbeatResponse).errorCode, out);
    return true;
  }

  #onAnswer(now: Us, code: number, out: Outbox): void {
    const membership = this.#membership;
    switch (code) {
      case ErrorCode.NONE:
        this.timers.onAnswered(now);
        return;
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
        this.#context.link.forget(now, out);
        this.timers.onFailed(now);
        return;
      case ErrorCode.REBALANCE_IN_PROGRESS:
        // Still completing the last one: a stable member alone joins the next.
        if (membership.state === 'stable') membership.requestRejoin('group is already rebalancing');
        this.timers.onAnswered(now);
        return;
      case ErrorCode.ILLEGAL_GENERATION:
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.FENCED_INSTANCE_ID: {
        if (!isSameGeneration(membership.generation, this.#sent!)) {
          out.probe('heartbeat of an older generation was refused');
          this.timers.onAnswered(now);
          return;
        }
        const reason = `encountered ${errorName(code)} from HEARTBEAT response`;
        membership.resetAndRejoin(reason, code !== ErrorCode.ILLEGAL_GENERATION);
        if (code === ErrorCode.FENCED_INSTANCE_ID) this.#fail(code);
        else this.timers.onFailed(now);
        return;
      }
      case ErrorCode.GROUP_AUTHORIZATION_FAILED:
        this.#fail(code);
        return;
      default:
        // Java fails the heartbeat, with an exception that nobody sees, and goes on.
        this.timers.onFailed(now);
    }
  }

  #fail(code: number): void {
    this.#failure = { code, message: `heartbeat: ${errorName(code)}` };
  }
}
