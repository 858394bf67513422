import type { Reply } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { type ClientError, NEVER } from '../../ports.ts';
import { AutoCommit } from './auto-commit.ts';
import { CallbackTasks } from './callback-tasks.ts';
import { Commits } from './commits.ts';
import { ConsumerHeartbeats } from './consumer-heartbeats.ts';
import { ConsumerIdentity } from './consumer-identity.ts';
import { ConsumerMembership } from './consumer-membership.ts';
import type { GroupContext } from './group-context.ts';
import type { GroupMember } from './group-member.ts';
import { RebalanceCallbacks } from './rebalance-callbacks.ts';
import { SubscribedTopics } from './subscribed-topics.ts';

/** A member by the protocol of KIP-848 (`AsyncKafkaConsumer`): the coordinator assigns, heartbeats say everything. */
export class ConsumerMember implements GroupMember {
  readonly identity: ConsumerIdentity;
  readonly commits: Commits;
  readonly callbacks: RebalanceCallbacks;
  readonly #context: GroupContext;
  readonly #tasks: CallbackTasks;
  readonly #membership: ConsumerMembership;
  readonly #heartbeats: ConsumerHeartbeats;
  readonly #topics: SubscribedTopics;
  readonly #autoCommit: AutoCommit;
  #due: Us = NEVER;
  #leaving: 'no' | 'callback' | 'told' = 'no';

  constructor(context: GroupContext) {
    this.#context = context;
    const { config, network, subscription } = context;
    this.identity = new ConsumerIdentity(context);
    this.commits = new Commits(context, this.identity);
    this.#autoCommit = new AutoCommit(config, this.commits);
    this.callbacks = new RebalanceCallbacks(context, this.commits);
    this.#tasks = new CallbackTasks(this.callbacks, subscription);
    this.#membership = new ConsumerMembership(context, this.#tasks, this.commits, {
      onEpoch: (now, epoch) => this.identity.onEpoch(now, this.#membership.memberId, epoch),
      onReconciled: (now) => this.#autoCommit.restart(now),
    });
    this.#heartbeats = new ConsumerHeartbeats(context, this.#membership);
    this.#topics = new SubscribedTopics(config, network, subscription);
  }

  get state(): string {
    return this.#membership.state;
  }

  get due(): Us {
    return this.#due;
  }

  takeFailure(): ClientError | null {
    return this.#heartbeats.takeFailure();
  }

  onSubscribed(): void {
    this.#membership.onSubscribed();
  }

  enforceRebalance(): void {
    // The coordinator rebalances whenever there is a need; Java's consumer only logs that it does nothing.
  }

  poll(now: Us, out: Outbox): boolean {
    this.#topics.update(now);
    const membership = this.#membership;
    membership.reconcile(now, true, out);
    this.#due = this.#autoCommit.run(now, out);
    membership.onPoll(now);
    this.#heartbeats.onPoll(now);
    if (!this.#tasks.run(now, out)) return false;
    // What was given up makes room for what is new: both may happen within one poll.
    membership.reconcile(now, true, out);
    return this.#tasks.run(now, out);
  }

  background(now: Us, out: Outbox): Us {
    this.#membership.reconcile(now, false, out);
    return this.#heartbeats.run(now, out);
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    return this.#heartbeats.onReply(now, token, reply, out);
  }

  leave(now: Us, isClosing: boolean, out: Outbox): boolean {
    const membership = this.#membership;
    if (this.#leaving === 'no') {
      if (isClosing) this.#release(now, out);
      else {
        membership.leave(now, true);
        this.#leaving = 'told';
      }
    }
    if (this.#leaving === 'callback') return false;
    if (!isClosing && !this.#tasks.run(now, out)) return false;
    if (membership.isLeaveInProgress) return false;
    this.#leaving = 'no';
    return true;
  }

  /** Closing, the application's thread itself calls back (`runRebalanceCallbacksOnClose`). */
  #release(now: Us, out: Outbox): void {
    const { subscription, config } = this.#context;
    const isDynamic = config['group.instance.id'] === '';
    const go = (then: Us): void => {
      this.#leaving = 'told';
      if (config['internal.leave.group.on.close'] || !isDynamic) this.#membership.leave(then, false);
    };
    this.#leaving = 'callback';
    const dropped = subscription.assigned;
    if (!subscription.isAutoAssigned || dropped.length === 0) go(now);
    else if (this.#membership.epoch > 0) this.callbacks.revoke(now, dropped, go, out);
    else {
      this.callbacks.lost(now, dropped);
      go(now);
    }
  }
}
