import { backoffUs, type Reply } from '../../../exchange/index.ts';
import { assert, MS, type Outbox, type Random, type Us } from '../../../machine/index.ts';
import { ApiKey, ErrorCode, type OffsetCommitResponse, ZERO_UUID } from '../../../wire/index.ts';
import type { ClientNetwork } from '../../client-network.ts';
import {
  type CommitCall,
  type CommitError,
  type CommitOrigin,
  type FailureOutcome,
  type GroupListener,
  type GroupOffset,
  NEVER,
} from '../../ports.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { Subscription } from '../subscription.ts';
import { commitErrorOf, LAST_COMMIT_VERSION_WITH_NAMES, offsetCommitBody } from './commit-request.ts';
import { fatal, retriable } from './commit-verdict.ts';
import type { CoordinatorLink } from './coordinator-link.ts';
import type { GroupContext } from './group-context.ts';
import type { CommitVerdict, GroupIdentity, SentMember } from './group-identity.ts';

/** Java has no bound; an application that commits on and on while no coordinator is found has lost it anyway. */
const MAX_COMMITS = 10_000;

export type CommitDone = (now: Us, error: CommitError | null, isRetriable: boolean, out: Outbox) => void;

interface Commit {
  readonly call: CommitCall;
  /** Tried again until then; -1: tried once. */
  readonly deadline: Us;
  readonly done: CommitDone | null;
  /** Look-ups that had failed before: one more, and a commit that is tried once has failed. */
  readonly failedLookups: number;
  /** What is committed in the attempts after the first; null: the same. */
  readonly refresh: (() => readonly GroupOffset[]) | null;
  offsets: readonly GroupOffset[];
  sent: SentMember | null;
  attempts: number;
  retryAt: Us;
  /** An attempt ended without saying that it had no effect. */
  isUncertain: boolean;
}

/**
 * Errors after which the offsets may be in the log all the same: the coordinator tells of a write that was not
 * replicated in time, or that it lost its partition while it waited.
 */
const UNCERTAIN: ReadonlySet<number> = new Set([
  ErrorCode.NETWORK_EXCEPTION,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.UNKNOWN_SERVER_ERROR,
]);

/** OffsetCommit requests, in the order of the calls (`CommitRequestManager`, `commitOffsetsSync`/`Async`). */
export class Commits {
  readonly #config: ConsumerConfig;
  readonly #network: ClientNetwork;
  readonly #link: CoordinatorLink;
  readonly #identity: GroupIdentity;
  readonly #subscription: Subscription;
  readonly #listener: GroupListener | undefined;
  readonly #random: Random;
  #waiting: Commit[] = [];
  readonly #inFlight = new Map<number, Commit>();
  /** Of calls that are not told of at once: `invokeCompletedOffsetCommitCallbacks`. */
  #completed: { readonly commit: Commit; readonly error: CommitError | null }[] = [];
  #nextId = 1;

  constructor(context: GroupContext, identity: GroupIdentity) {
    this.#config = context.config;
    this.#network = context.network;
    this.#link = context.link;
    this.#identity = identity;
    this.#subscription = context.subscription;
    this.#listener = context.listener;
    this.#random = context.random;
  }

  /** Positions after what was handed out (`SubscriptionState.allConsumed`). */
  positions(): readonly GroupOffset[] {
    const offsets: GroupOffset[] = [];
    for (const state of this.#subscription.assigned) {
      if (state.state !== 'fetching') continue;
      const { topic, partition, offset, offsetEpoch } = state;
      offsets.push({ topic, partition, offset, leaderEpoch: offsetEpoch, metadata: '' });
    }
    return offsets;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#inFlight.size === 0;
  }

  /** `timeoutUs` 0: one attempt. `done` is called once, not within this call unless there is nothing to commit. */
  commit(
    now: Us,
    origin: CommitOrigin,
    offsets: readonly GroupOffset[],
    timeoutUs: Us,
    done: CommitDone | null,
    out: Outbox,
    refresh: (() => readonly GroupOffset[]) | null = null,
  ): void {
    const call: CommitCall = { id: this.#nextId++, origin, offsets, member: this.#identity.member };
    this.#listener?.onCommit(now, call);
    if (offsets.length === 0) {
      this.#listener?.onCommitted(now, call, null, 'ok');
      done?.(now, null, false, out);
      return;
    }
    assert(this.#waiting.length + this.#inFlight.size < MAX_COMMITS, 'commits do not pile up');
    for (const { topic, partition, leaderEpoch } of offsets) {
      this.#network.onLeaderEpoch(topic, partition, leaderEpoch);
    }
    this.#waiting.push({
      call,
      deadline: timeoutUs === 0 ? -1 : now + timeoutUs,
      done,
      failedLookups: this.#link.failedLookups,
      refresh,
      offsets,
      sent: null,
      attempts: 0,
      retryAt: now,
      isUncertain: false,
    });
  }

  /** Sends what can leave; answers when to look again. */
  maintain(now: Us, out: Outbox): Us {
    if (this.#waiting.length === 0) return this.#expiry();
    this.#expire(now, out);
    if (this.#waiting.length === 0) return NEVER;
    if (!this.#link.ready(now, out)) return Math.min(this.#link.dueAt(now, out), this.#expiry());
    const waiting = this.#waiting;
    this.#waiting = [];
    let due = NEVER;
    for (const commit of waiting) {
      if (now >= commit.retryAt) this.#send(now, commit, out);
      else {
        this.#waiting.push(commit);
        due = Math.min(due, commit.retryAt);
      }
    }
    return Math.min(due, this.#expiry());
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    const commit = this.#inFlight.get(token);
    if (commit === undefined) return false;
    this.#inFlight.delete(token);
    if (reply.kind === 'failed') {
      const isOld = reply.reason === 'unsupported version';
      const code = isOld ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.NETWORK_EXCEPTION;
      const verdict = isOld ? fatal(code) : retriable(code);
      this.#onFailed(now, commit, verdict, out);
      return true;
    }
    const code = commitErrorOf(reply.body as OffsetCommitResponse);
    if (code === ErrorCode.NONE) this.#end(now, commit, null, false, out);
    else {
      if (code === ErrorCode.NOT_COORDINATOR || code === ErrorCode.REQUEST_TIMED_OUT) {
        this.#link.forget(now, out);
      } else if (code === ErrorCode.COORDINATOR_NOT_AVAILABLE) this.#link.forget(now, out);
      const verdict = this.#identity.onCommitError(now, code, commit.sent!, out);
      const isRetriable =
        commit.refresh === null ? verdict.isRetriable : this.#isWorthARebalance(code, verdict);
      this.#onFailed(now, commit, { error: verdict.error, isRetriable }, out);
    }
    return true;
  }

  /**
   * Before partitions are given up the member tries again, with its newest epoch; but not for a partition that is
   * deleted, lest the rebalance waits for it until its time-out (`autoCommitSyncBeforeRebalanceWithRetries`).
   */
  #isWorthARebalance(code: number, { isRetriable }: CommitVerdict): boolean {
    if (code === ErrorCode.STALE_MEMBER_EPOCH) return this.#identity.isFetchRetriable(code);
    return isRetriable && code !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  /** Tells of asynchronous commits that have ended; the one that was fenced, which ends the application's poll. */
  tellCompleted(now: Us): CommitError | null {
    if (this.#completed.length === 0) return null;
    const completed = this.#completed;
    this.#completed = [];
    let fenced: CommitError | null = null;
    for (const { commit, error } of completed) {
      this.#tell(now, commit, error);
      if (error?.errorClass === 'fenced instance id') fenced = error;
    }
    return fenced;
  }

  /** Nobody is left to commit for: what has not left never will. */
  failAll(now: Us, error: CommitError, out: Outbox): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const commit of waiting) this.#end(now, commit, error, false, out);
  }

  #send(now: Us, commit: Commit, out: Outbox): void {
    const as = this.#identity.commitAs();
    if ('error' in as) {
      this.#end(now, commit, as.error, false, out);
      return;
    }
    if (commit.attempts > 0 && commit.refresh !== null) commit.offsets = commit.refresh();
    const { metadata } = this.#network;
    const idsAreKnown = commit.offsets.every(({ topic }) => metadata.idOf(topic) !== ZERO_UUID);
    const useIds = this.#config['group.protocol'] === 'consumer' && idsAreKnown;
    const cap = useIds ? Number.MAX_SAFE_INTEGER : LAST_COMMIT_VERSION_WITH_NAMES;
    const version = this.#link.version(ApiKey.OffsetCommit, cap);
    const body = offsetCommitBody(as, commit.offsets, version, (topic) => metadata.idOf(topic));
    commit.sent = as;
    commit.attempts++;
    this.#inFlight.set(this.#link.send(now, ApiKey.OffsetCommit, body, out, cap), commit);
  }

  #onFailed(now: Us, commit: Commit, verdict: CommitVerdict, out: Outbox): void {
    const { error, isRetriable } = verdict;
    if (UNCERTAIN.has(error.code)) commit.isUncertain = true;
    if (isRetriable && now < commit.deadline) {
      const initial = this.#config['retry.backoff.ms'] * MS;
      const max = this.#config['retry.backoff.max.ms'] * MS;
      commit.retryAt = now + backoffUs(initial, max, commit.attempts - 1, this.#random);
      this.#waiting.push(commit);
      return;
    }
    this.#end(now, commit, error, isRetriable, out);
  }

  #end(now: Us, commit: Commit, error: CommitError | null, isRetriable: boolean, out: Outbox): void {
    // A blocking call returns; the outcome of the others waits for the application's next one.
    if (commit.call.origin === 'sync') this.#tell(now, commit, error);
    else this.#completed.push({ commit, error });
    commit.done?.(now, error, isRetriable, out);
  }

  #tell(now: Us, commit: Commit, error: CommitError | null): void {
    const failure: FailureOutcome = commit.isUncertain ? 'unknown' : 'fail';
    this.#listener?.onCommitted(now, commit.call, error, error === null ? 'ok' : failure);
  }

  #expire(now: Us, out: Outbox): void {
    const failedLookups = this.#link.failedLookups;
    const isClassic = this.#config['group.protocol'] === 'classic';
    const expired = this.#waiting.filter(({ deadline, ...commit }) =>
      deadline >= 0 ? now >= deadline : isClassic && failedLookups > commit.failedLookups,
    );
    if (expired.length === 0) return;
    this.#waiting = this.#waiting.filter((commit) => !expired.includes(commit));
    for (const commit of expired) {
      const { error } = retriable(
        commit.deadline >= 0 ? ErrorCode.REQUEST_TIMED_OUT : ErrorCode.COORDINATOR_NOT_AVAILABLE,
      );
      this.#end(now, commit, error, true, out);
    }
  }

  #expiry(): Us {
    let due = NEVER;
    for (const { deadline } of this.#waiting) if (deadline >= 0) due = Math.min(due, deadline);
    return due;
  }
}
