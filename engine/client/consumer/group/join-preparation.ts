import { MS, type Outbox, type Us } from '../../../machine/index.ts';
import { NEVER } from '../../ports.ts';
import type { RebalanceProtocol } from './assignors.ts';
import type { ClassicMembership } from './classic-membership.ts';
import type { Commits } from './commits.ts';
import type { GroupContext } from './group-context.ts';
import { keyOf } from './partition-list.ts';
import type { RebalanceCallbacks } from './rebalance-callbacks.ts';

/** What a member does before it joins (`onJoinPrepare`): it commits, then gives up what it has to. */
export class JoinPreparation {
  readonly #context: GroupContext;
  readonly #membership: ClassicMembership;
  readonly #protocol: RebalanceProtocol;
  readonly #commits: Commits;
  readonly #callbacks: RebalanceCallbacks;
  #stage: 'none' | 'to commit' | 'committing' | 'committed' | 'revoking' | 'revoked' = 'none';
  #deadline: Us = 0;
  #retryAt: Us = 0;
  /** Counts attempts to commit: the end of one that was given up is of no interest. */
  #attempt = 0;
  #due: Us = NEVER;

  constructor(
    context: GroupContext,
    membership: ClassicMembership,
    protocol: RebalanceProtocol,
    commits: Commits,
    callbacks: RebalanceCallbacks,
  ) {
    this.#context = context;
    this.#membership = membership;
    this.#protocol = protocol;
    this.#commits = commits;
    this.#callbacks = callbacks;
  }

  get due(): Us {
    return this.#due;
  }

  /** True when it is done; until then to be called again. */
  advance(now: Us, out: Outbox): boolean {
    const { config } = this.#context;
    if (this.#stage === 'none') {
      this.#stage = config['enable.auto.commit'] ? 'to commit' : 'committed';
      this.#deadline = now + config['max.poll.interval.ms'] * MS;
      this.#retryAt = now;
    }
    if (this.#stage === 'to commit' && now >= this.#retryAt) this.#commit(now, out);
    if (this.#stage === 'to commit' || this.#stage === 'committing') {
      if (now < this.#deadline) {
        this.#due = Math.min(this.#deadline, this.#stage === 'to commit' ? this.#retryAt : NEVER);
        return false;
      }
      out.probe('auto commit before a rebalance takes too long');
      this.#stage = 'committed';
    }
    if (this.#stage === 'committed') this.#giveUp(now, out);
    this.#due = NEVER;
    if (this.#stage !== 'revoked') return false;
    this.#stage = 'none';
    return true;
  }

  #commit(now: Us, out: Outbox): void {
    const { subscription, config } = this.#context;
    if (this.#protocol === 'eager') {
      for (const state of subscription.assigned) state.isPendingRevocation = true;
    }
    const positions = this.#commits.positions();
    if (positions.length === 0) {
      this.#stage = 'committed';
      return;
    }
    this.#stage = 'committing';
    const attempt = ++this.#attempt;
    this.#commits.commit(
      now,
      'auto',
      positions,
      0,
      (at, error, isRetriable) => {
        if (attempt !== this.#attempt || this.#stage !== 'committing') return;
        if (error !== null && isRetriable) {
          this.#stage = 'to commit';
          this.#retryAt = at + config['retry.backoff.ms'] * MS;
        } else this.#stage = 'committed';
      },
      out,
    );
  }

  #giveUp(now: Us, out: Outbox): void {
    const { subscription } = this.#context;
    const { generationId, memberId } = this.#membership.generation;
    const owned = subscription.assigned;
    if (generationId < 0 || memberId === '') {
      if (owned.length > 0) {
        out.probe('partitions lost');
        this.#callbacks.lost(now, owned);
        subscription.assignFromGroup([]);
      }
      this.#stage = 'revoked';
      return;
    }
    const revoked =
      this.#protocol === 'eager' ? owned : owned.filter(({ topic }) => !subscription.topics.has(topic));
    if (revoked.length === 0) {
      this.#stage = 'revoked';
      return;
    }
    this.#stage = 'revoking';
    const given = new Set(revoked.map(keyOf));
    this.#callbacks.revoke(
      now,
      revoked,
      () => {
        subscription.assignFromGroup(owned.filter((each) => !given.has(keyOf(each))));
        this.#stage = 'revoked';
      },
      out,
    );
  }
}
