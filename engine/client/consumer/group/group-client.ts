import type { Reply } from '../../../exchange/index.ts';
import { MS, type Outbox, type Us, unreachable } from '../../../machine/index.ts';
import { ErrorCode } from '../../../wire/index.ts';
import {
  type ClientError,
  type ConsumerGroupMetadata,
  type GroupAction,
  NEVER,
  type PollFailure,
} from '../../ports.ts';
import { ClassicMember } from './classic-member.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { ConsumerMember } from './consumer-member.ts';
import type { GroupContext } from './group-context.ts';
import type { GroupMember } from './group-member.ts';

/** `CloseOptions`: how long `close` takes at most. */
const CLOSE_TIMEOUT_MS = 30_000;

/** What a consumer with a group.id has besides: its membership, commits and committed positions. */
export class GroupClient {
  readonly #context: GroupContext;
  readonly #member: GroupMember;
  readonly #committed: CommittedOffsets;
  #failure: ClientError | null = null;
  /** A blocking commit of the application. */
  #sync: 'none' | 'waiting' | 'done' = 'none';
  #closing: 'no' | 'committing' | 'leaving' = 'no';
  #closeDeadline: Us = 0;
  #due: Us = NEVER;

  constructor(context: GroupContext) {
    this.#context = context;
    this.#member =
      context.config['group.protocol'] === 'consumer'
        ? new ConsumerMember(context)
        : new ClassicMember(context);
    this.#committed = new CommittedOffsets(context, this.#member.identity);
  }

  get metadata(): ConsumerGroupMetadata {
    return this.#member.identity.member;
  }

  get state(): string {
    return this.#member.state;
  }

  /** The positions that a commit of everything would say. */
  get positions() {
    return this.#member.commits.positions();
  }

  /**
   * When the application's thread has to look again. A thread that is held up waits for replies, and for what is due
   * in the background: what a poll would do next is of no interest to it.
   */
  get due(): Us {
    return this.#due;
  }

  /** The application's thread is inside of a rebalance callback: a poll does not end before it. */
  get isBlocked(): boolean {
    return this.#member.callbacks.isWaiting;
  }

  takeFailure(): PollFailure | null {
    const error = this.#failure ?? this.#member.takeFailure() ?? this.#committed.takeFailure();
    this.#failure = null;
    return error === null ? null : { kind: 'error', topic: '', partition: -1, position: -1, error };
  }

  /** True: positions may be looked after. */
  poll(now: Us, out: Outbox): boolean {
    this.#due = NEVER;
    this.#failure = this.#member.commits.tellCompleted(now);
    if (this.#failure !== null) return false;
    this.#member.callbacks.run(now, out);
    if (this.isBlocked) return false;
    const isReady = this.#member.poll(now, out);
    const isSettled = isReady && this.#committed.update(now, out);
    if (!this.isBlocked) this.#due = Math.min(this.#member.due, isReady ? this.#committed.due : NEVER);
    return isSettled;
  }

  background(now: Us, out: Outbox): Us {
    const due = this.#member.background(now, out);
    return Math.min(due, this.#member.commits.maintain(now, out));
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    if (this.#context.link.onReply(now, token, reply)) return true;
    if (this.#member.onReply(now, token, reply, out)) return true;
    return (
      this.#member.commits.onReply(now, token, reply, out) || this.#committed.onReply(now, token, reply, out)
    );
  }

  // ---------------------------------------------------------------- actions

  /** True when the action has ended; until then it is called again. */
  act(now: Us, action: GroupAction, out: Outbox): boolean {
    const { subscription, config } = this.#context;
    this.#due = NEVER;
    switch (action.do) {
      case 'subscribe':
        if (action.topics.length === 0) return this.#unsubscribe(now, out);
        subscription.subscribe(action.topics);
        this.#member.onSubscribed(now);
        return true;
      case 'subscribe pattern':
        if (action.matchedBy === 'broker') subscription.subscribeBrokerPattern(action.pattern);
        else subscription.subscribePattern(new RegExp(`^(?:${action.pattern})$`, 'u'));
        this.#member.onSubscribed(now);
        return true;
      case 'unsubscribe':
        return this.#unsubscribe(now, out);
      case 'commit async':
        this.#failure = this.#member.commits.tellCompleted(now) ?? this.#failure;
        this.#member.commits.commit(now, 'async', action.offsets ?? this.positions, 0, null, out);
        return true;
      case 'commit sync':
        return this.#commitSync(now, action, config['default.api.timeout.ms'] * MS, out);
      case 'enforce rebalance':
        this.#member.enforceRebalance();
        return true;
      default:
        return unreachable(action);
    }
  }

  #commitSync(now: Us, action: GroupAction & { do: 'commit sync' }, timeoutUs: Us, out: Outbox): boolean {
    if (this.#sync === 'none') {
      this.#failure = this.#member.commits.tellCompleted(now) ?? this.#failure;
      this.#sync = 'waiting';
      const done = (): void => {
        this.#sync = 'done';
      };
      const offsets = action.offsets ?? this.positions;
      this.#member.commits.commit(now, 'sync', offsets, timeoutUs, done, out);
      this.#member.commits.maintain(now, out);
    }
    if (this.#sync !== 'done') return false;
    this.#sync = 'none';
    return true;
  }

  #unsubscribe(now: Us, out: Outbox): boolean {
    this.#member.callbacks.run(now, out);
    if (this.isBlocked) return false;
    return this.#member.leave(now, false, out);
  }

  // ---------------------------------------------------------------- closing

  /** True when it is done: positions are committed, the group is left. */
  close(now: Us, out: Outbox): boolean {
    const { config } = this.#context;
    const { commits, callbacks } = this.#member;
    if (this.#closing === 'no') {
      this.#closing = 'committing';
      this.#sync = 'none';
      this.#closeDeadline = now + CLOSE_TIMEOUT_MS * MS;
      const positions = commits.positions();
      if (config['enable.auto.commit'] && positions.length > 0) {
        commits.commit(now, 'auto', positions, CLOSE_TIMEOUT_MS * MS, null, out);
        commits.maintain(now, out);
      }
    }
    this.#due = this.#closeDeadline;
    const isLate = now >= this.#closeDeadline;
    if (this.#closing === 'committing' && (commits.isIdle || isLate)) this.#closing = 'leaving';
    if (this.#closing === 'committing') return false;
    callbacks.run(now, out);
    if (!isLate && callbacks.isWaiting) return false;
    const hasLeft = this.#member.leave(now, true, out);
    if (!hasLeft && !isLate) return false;
    const code = ErrorCode.COORDINATOR_NOT_AVAILABLE;
    const error = { code, message: 'the consumer is closed', errorClass: 'commit failed' } as const;
    commits.failAll(now, error, out);
    commits.tellCompleted(now);
    return true;
  }
}
