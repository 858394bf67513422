import { RpcOwner } from '../broker/index.ts';
import type { DeliveredReply } from '../exchange/index.ts';
import {
  assert,
  type Input,
  type Machine,
  type Outbox,
  SECOND,
  timerKind,
  type Us,
} from '../machine/index.ts';
import { MetadataError } from '../metadata/index.ts';
import { AuthorityFacts } from './authority-facts.ts';
import { type ControllerParts, openController } from './controller-parts.ts';
import type { Publication } from './metadata-feed.ts';
import type { ControllerServerOptions } from './server-options.ts';
import { snapshotBatches } from './snapshot-generator.ts';
import { MAX_DRAIN_ROUNDS } from './step-limits.ts';
import { componentOf } from './timer-owner.ts';
import type { ControllerView } from './view.ts';

/** `KafkaRaftManager.shutdown`: how long a voter waits for another leader before it goes. */
const SHUTDOWN_TIMEOUT: Us = 5 * SECOND;

/** Where the process is in its life. In `resigning` it hands the quorum over before it goes. */
type Phase = 'new' | 'up' | 'resigning' | 'ended';

/** A controller process (`ControllerServer`): a voter of the quorum, and the cluster's authority while it leads. */
export class ControllerServer implements Machine {
  readonly #options: ControllerServerOptions;
  readonly #authority: AuthorityFacts;
  #phase: Phase = 'new';
  #parts: ControllerParts | null = null;

  constructor(options: ControllerServerOptions) {
    this.#options = options;
    this.#authority = new AuthorityFacts({ nodeId: options.nodeId, static: options.config });
  }

  step(now: Us, input: Input, out: Outbox): void {
    switch (this.#phase) {
      case 'new':
        if (input.kind === 'boot') this.#boot(now, out);
        else if (input.kind === 'shutdown') this.#end('clean', 'stopped before it started', out);
        break;
      case 'up':
      case 'resigning':
        this.#dispatch(now, this.#up(), input, out);
        break;
      case 'ended':
        return;
    }
    if (this.#parts !== null) this.#drain(now, this.#parts, out);
  }

  /** Null before boot and when booting failed. */
  view(): ControllerView | null {
    const parts = this.#parts;
    if (parts === null) return null;
    return {
      kind: 'controller',
      nodeId: this.#options.nodeId,
      isActive: parts.controller.isActive,
      image: parts.feed.image,
      metadataOffset: parts.feed.lastContainedOffset,
      quorum: parts.raft,
    };
  }

  #up(): ControllerParts {
    assert(this.#parts !== null, 'the process has booted');
    return this.#parts;
  }

  #boot(now: Us, out: Outbox): void {
    const parts = openController(now, this.#options);
    if (typeof parts === 'string') {
      this.#end('failed', parts, out);
      return;
    }
    this.#parts = parts;
    this.#phase = 'up';
    for (const voter of this.#options.voters) parts.exchange.setNode(voter.id, voter);
    parts.raft.boot(now, out);
  }

  #dispatch(now: Us, parts: ControllerParts, input: Input, out: Outbox): void {
    switch (input.kind) {
      case 'boot':
        assert(false, 'a process boots once');
        return;
      case 'accepted':
        parts.inbound.onInput(now, input, out);
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
        parts.raft.onSynced(now, input.ticket, input.error, out);
        return;
      case 'shutdown':
        this.#beginShutdown(now, parts, out);
        return;
    }
  }

  #onTimer(now: Us, parts: ControllerParts, input: Input & { kind: 'timer' }, out: Outbox): void {
    const kind = timerKind(input.timer);
    switch (componentOf(kind)) {
      case 'exchange':
        parts.exchange.onInput(now, input, out);
        return;
      case 'raft':
        parts.raft.onTimer(now, kind, out);
        return;
      case 'controller':
        parts.controller.onTimer(now, kind, out);
        return;
      case 'broker':
        parts.registration.onTimer(now, out);
        return;
      default:
        assert(false, () => `a controller has no timer of kind ${kind}`);
    }
  }

  /** Hands things from component to component until nothing moves any more. */
  #drain(now: Us, parts: ControllerParts, out: Outbox): void {
    for (let round = 0; this.#phase !== 'ended'; round++) {
      assert(round < MAX_DRAIN_ROUNDS, 'a step comes to rest');
      this.#followQuorum(now, parts, out);
      // At once, every time: what comes next may have the quorum write records of its own, which take offsets as well.
      let appended = this.#append(now, parts, out);
      const replies = parts.exchange.takeReplies();
      for (const reply of replies) this.#onReply(now, parts, reply, out);
      this.#followLogEnd(parts);
      const requests = parts.inbound.takeRequests();
      for (const request of requests) {
        parts.listener.handle(now, request, out);
        appended = this.#append(now, parts, out) || appended;
        this.#followLogEnd(parts);
      }
      const published = this.#publish(now, parts, out);
      const led = this.#followLeadership(now, parts, out);
      appended = this.#append(now, parts, out) || appended;
      this.#followLogEnd(parts);
      parts.controller.onCommitted(parts.raft.highWatermark, out);
      if (replies.length === 0 && requests.length === 0 && !published && !led && !appended) break;
    }
    if (this.#phase === 'resigning' && parts.raft.isStopped) {
      parts.inbound.closeAll(out);
      parts.exchange.closeAll(now, out);
      this.#end('clean', 'shut down', out);
    }
  }

  /** A controller, too, asks the active one: to be registered (`RaftControllerNodeProvider`). */
  #followQuorum(now: Us, parts: ControllerParts, out: Outbox): void {
    const leader = parts.raft.leader < 0 ? null : parts.raft.leader;
    if (parts.exchange.controller !== leader) parts.exchange.setController(now, leader, out);
  }

  #onReply(now: Us, parts: ControllerParts, delivered: DeliveredReply, out: Outbox): void {
    const { owner, token, reply } = delivered;
    switch (owner) {
      case RpcOwner.RAFT:
        parts.raft.onReply(now, token, reply, out);
        return;
      case RpcOwner.CONTROLLER_REGISTRATION:
        parts.registration.onReply(now, reply, out);
        return;
      default:
        assert(false, () => `nobody in a controller is owner ${owner}`);
    }
  }

  /** True when there was something to publish. */
  #publish(now: Us, parts: ControllerParts, out: Outbox): boolean {
    const publication = parts.feed.poll(parts.raft);
    if (publication === null) return false;
    if (publication instanceof MetadataError) {
      this.#end('failed', `the metadata log cannot be read: ${publication.message}`, out);
      return false;
    }
    this.#apply(now, parts, publication, out);
    return true;
  }

  #apply(now: Us, parts: ControllerParts, publication: Publication, out: Outbox): void {
    const { delta, image, lastContainedOffset, lastContainedEpoch } = publication;
    out.fact({ fact: 'metadata applied', metadataOffset: lastContainedOffset + 1 });
    this.#authority.onMetadata(delta);
    parts.registration.onMetadata(now, delta, image, out);
    if (!parts.snapshots.isDue(now, publication, parts.feed.inTransaction)) return;
    const batches = snapshotBatches(image, lastContainedEpoch, this.#options.wall.nowMs());
    parts.raft.createSnapshot(now, lastContainedOffset + 1, lastContainedEpoch, batches, out);
  }

  /** Asked after what is committed was read: a leader acts on all that came before its epoch. */
  #followLeadership(now: Us, parts: ControllerParts, out: Outbox): boolean {
    const { controller, feed, raft } = parts;
    switch (raft.takeLeadership()) {
      case 'became leader':
        this.#authority.tell(feed.image, out);
        controller.becomeActive(
          now,
          {
            image: feed.image,
            nextOffset: raft.nextOffset,
            quorumEpoch: raft.quorumEpoch,
            transactionIsOpen: feed.inTransaction,
          },
          out,
        );
        return true;
      case 'lost leadership':
        controller.resign(out);
        return true;
      case null:
        return false;
    }
  }

  #append(now: Us, parts: ControllerParts, out: Outbox): boolean {
    const batches = parts.controller.takeAppends();
    if (batches.length === 0) return false;
    const lastOffset = parts.raft.append(now, batches, out);
    // Null: the leadership is lost, which the controller hears of in the next round.
    if (lastOffset !== null) parts.controller.onAppended(lastOffset);
    return true;
  }

  /** Records of the quorum's own took offsets: the controller counts on from behind them. */
  #followLogEnd({ controller, raft }: ControllerParts): void {
    if (!raft.isLeader || controller.quorumEpoch !== raft.quorumEpoch) return;
    if (raft.nextOffset > controller.nextOffset) controller.onAppended(raft.nextOffset - 1);
  }

  /** Hands the quorum over, so that nobody has to wait for an election time-out (`KafkaRaftClient.shutdown`). */
  #beginShutdown(now: Us, parts: ControllerParts, out: Outbox): void {
    if (this.#phase === 'resigning') return;
    this.#phase = 'resigning';
    parts.raft.shutdown(now, SHUTDOWN_TIMEOUT, out);
  }

  #end(reason: 'clean' | 'failed', message: string, out: Outbox): void {
    this.#phase = 'ended';
    out.exit(reason, message);
  }
}
