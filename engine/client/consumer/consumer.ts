import type { Reply } from '../../exchange/index.ts';
import {
  assert,
  type Input,
  type Machine,
  MS,
  type Outbox,
  type RandomSource,
  timerId,
  timerKind,
  type Us,
  unreachable,
  type WallClock,
} from '../../machine/index.ts';
import { type Compression, VerifiedBatches } from '../../records/index.ts';
import { ErrorCode, errorName } from '../../wire/index.ts';
import { ClientNetwork, type ReplyReceiver } from '../client-network.ts';
import { ClientTimer } from '../client-timer.ts';
import { TopicsOfInterest } from '../metadata/topics-of-interest.ts';
import {
  type ConsumerAction,
  type ConsumerDriver,
  type ConsumerGroupMetadata,
  type ConsumerListener,
  type GroupAction,
  type GroupOffset,
  NEVER,
  type PollFailure,
  type TopicPartition,
} from '../ports.ts';
import { Tokens } from '../tokens.ts';
import type { ConsumerConfig } from './consumer-config.ts';
import { Fetcher } from './fetcher.ts';
import { CoordinatorLink } from './group/coordinator-link.ts';
import { GroupClient } from './group/group-client.ts';
import { OffsetFetcher } from './offset-fetcher.ts';
import type { FetchState } from './partition-state.ts';
import { Subscription } from './subscription.ts';

/** Actions that one step takes from its driver: what is left goes on in the next step, at the same time. */
export const MAX_ACTIONS_PER_STEP = 100;
/** Java's consumer sets no bound of its own: fetches, look-ups and metadata may share a connection. */
const MAX_IN_FLIGHT = 100;

export interface ConsumerPorts {
  readonly config: ConsumerConfig;
  readonly driver: ConsumerDriver;
  readonly listener: ConsumerListener;
  readonly randoms: RandomSource;
  readonly wall: WallClock;
  readonly compression: Compression;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches;
}

export interface ConsumedPartitionView {
  readonly topic: string;
  readonly partition: number;
  readonly state: FetchState;
  /** -1 while there is none. */
  readonly position: number;
  readonly highWatermark: number;
}

/**
 * A consumer process: one application thread that polls and works in turns, around the fetcher and the look-ups of
 * positions, and, with a group.id, its group (`ClassicKafkaConsumer`, `AsyncKafkaConsumer`). Requests leave only
 * within a poll, but those to the group's coordinator; responses arrive at any time.
 *
 * After a pause of the process the application goes on before anything else does: it works on what it has and commits
 * it as the member that it was.
 */
export class Consumer implements Machine, ReplyReceiver {
  readonly #driver: ConsumerDriver;
  readonly #listener: ConsumerListener;
  readonly #topics = new TopicsOfInterest(0);
  readonly #subscription = new Subscription();
  readonly #network: ClientNetwork;
  readonly #fetcher: Fetcher;
  readonly #offsets: OffsetFetcher;
  /** Null without a group.id. */
  readonly #group: GroupClient | null;
  readonly #failurePauseUs: Us;
  #action: ConsumerAction | null = null;
  #pollUntil: Us = 0;
  #isClosed = false;
  /** Metadata whose errors the application has been told of. */
  #checkedUpdates = 0;
  #workAt: Us = -1;
  #driverAt: Us = -1;

  constructor(ports: ConsumerPorts) {
    const { config, driver, listener, randoms, wall, compression } = ports;
    this.#driver = driver;
    this.#failurePauseUs = config['retry.backoff.ms'] * MS;
    this.#listener = listener;
    const autoCreate = config['allow.auto.create.topics'];
    this.#network = new ClientNetwork(config, MAX_IN_FLIGHT, this.#topics, autoCreate, randoms);
    const tokens = new Tokens();
    const verified = ports.verified ?? new VerifiedBatches();
    this.#fetcher = new Fetcher(config, this.#network, this.#subscription, tokens, compression, verified);
    this.#offsets = new OffsetFetcher(config, this.#network, this.#subscription, listener, wall, tokens);
    this.#group = config['group.id'] === '' ? null : this.#groupOf(ports, tokens);
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
      this.#network.maintain(now, out);
      due = this.#act(now, out);
      if (this.#group !== null && !this.#isClosed) due = Math.min(due, this.#group.background(now, out));
      // The application may have found metadata to be stale.
      if (!this.#isClosed) this.#network.maintain(now, out);
    } while (this.#network.deliver(now, this, out));
    if (!this.#isClosed) this.#armWork(Math.min(due, this.#network.nextDue), out);
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): void {
    if (this.#fetcher.onReply(token, reply, out)) return;
    if (this.#group?.onReply(now, token, reply, out)) return;
    this.#offsets.onReply(now, token, reply, out);
  }

  /** Null without a group.id. For `send offsets` of a producer (KIP-447). */
  get groupMetadata(): ConsumerGroupMetadata | null {
    return this.#group?.metadata ?? null;
  }

  /** The state of its membership, by the names of its protocol; null without a group.id. */
  get memberState(): string | null {
    return this.#group?.state ?? null;
  }

  /** What a commit of all positions would say. */
  positions(): readonly GroupOffset[] {
    return this.#group?.positions ?? [];
  }

  view(): readonly ConsumedPartitionView[] {
    return this.#subscription.assigned.map(
      ({ topic, partition, state, hasPosition, offset, highWatermark }) => ({
        topic,
        partition,
        state,
        position: hasPosition ? offset : -1,
        highWatermark,
      }),
    );
  }

  /** Lets the application go on as far as it can; answers when a poll needs attention. */
  #act(now: Us, out: Outbox): Us {
    for (let taken = 0; taken < MAX_ACTIONS_PER_STEP; taken++) {
      if (this.#action === null) {
        this.#action = this.#driver.next(now);
        if (this.#action.do === 'poll') this.#pollUntil = now + this.#action.timeoutUs;
      }
      const action = this.#action;
      if (action.do === 'poll') {
        const due = this.#poll(now, out);
        if (due !== null) return due;
      } else if (action.do === 'think') {
        if (now < action.until) {
          if (action.until !== NEVER) this.#armDriver(action.until, out);
          return NEVER;
        }
      } else if (action.do === 'close') {
        if (this.#group !== null && !this.#group.close(now, out)) return this.#group.due;
        this.#close(now, out);
        return NEVER;
      } else if (isGroupAction(action)) {
        assert(this.#group !== null, 'a consumer without a group.id assigns itself its partitions');
        if (!this.#group.act(now, action, out)) return this.#group.due;
      } else this.#change(now, action);
      this.#action = null;
    }
    this.#armDriver(now, out);
    return NEVER;
  }

  #change(now: Us, action: Exclude<ConsumerAction, GroupAction | { do: 'poll' | 'think' | 'close' }>): void {
    switch (action.do) {
      case 'assign':
        this.#subscription.assign(action.partitions);
        this.#follow(now, action.partitions);
        return;
      case 'seek':
        this.#seek(now, action.topic, action.partition, action.offset);
        return;
      case 'seek to beginning':
        for (const state of this.#assignedOf(action.partitions)) state.requestReset('earliest');
        return;
      case 'seek to end':
        for (const state of this.#assignedOf(action.partitions)) state.requestReset('latest');
        return;
      case 'seek to committed':
        for (const state of this.#assignedOf(action.partitions)) {
          const { isPaused } = state;
          state.initialize();
          state.isPaused = isPaused;
        }
        return;
      case 'pause':
        for (const state of this.#assignedOf(action.partitions)) state.isPaused = true;
        return;
      case 'resume':
        for (const state of this.#assignedOf(action.partitions)) state.isPaused = false;
        return;
      default:
        unreachable(action);
    }
  }

  #follow(now: Us, partitions: readonly TopicPartition[]): void {
    const wanted = new Set(partitions.map(({ topic }) => topic));
    for (const topic of this.#topics.names()) {
      if (!wanted.has(topic)) this.#topics.remove(topic);
    }
    for (const topic of wanted) this.#network.addTopic(topic, now);
  }

  #seek(now: Us, topic: string, partition: number, offset: number): void {
    const state = this.#subscription.find(topic, partition);
    if (state === undefined) return;
    const { metadata } = this.#network;
    state.seek(
      offset,
      -1,
      metadata.currentLeader(topic, partition),
      metadata.lastSeenEpoch(topic, partition),
    );
    this.#listener.onPosition(now, topic, partition, offset, -1, 'seek');
  }

  #assignedOf(partitions: readonly TopicPartition[]) {
    return partitions.flatMap(({ topic, partition }) => this.#subscription.find(topic, partition) ?? []);
  }

  /** Null when the poll has ended; else when to look again. */
  #poll(now: Us, out: Outbox): Us | null {
    const isSettled = this.#group === null || this.#group.poll(now, out);
    if (this.#group?.isBlocked) return this.#group.due;
    const positionsDue = isSettled ? this.#offsets.updatePositions(now, out) : NEVER;
    const failure = this.#group?.takeFailure() ?? this.#offsets.takeFailure() ?? this.#metadataFailure();
    if (failure !== null) return this.#failPoll(now, failure, out);
    const collected = this.#fetcher.collect(now, out);
    // Asked for before the records are handed over: the next ones travel while the application works.
    const fetchesDue = this.#fetcher.sendFetches(now, out);
    if (collected.failure !== null) return this.#failPoll(now, collected.failure, out);
    if (collected.batches.length > 0 || now >= this.#pollUntil) {
      this.#listener.onPolled(now, collected.batches);
      return null;
    }
    return Math.min(positionsDue, fetchesDue, this.#pollUntil, this.#group?.due ?? NEVER);
  }

  #groupOf({ config, driver, listener, randoms }: ConsumerPorts, tokens: Tokens): GroupClient {
    return new GroupClient({
      config,
      network: this.#network,
      subscription: this.#subscription,
      link: new CoordinatorLink(config, this.#network, tokens, randoms),
      driver,
      listener: listener.group,
      random: randoms.stream('group'),
    });
  }

  /**
   * An application that catches an exception has spent time: without a pause one that polls on would stop the
   * clock.
   */
  #failPoll(now: Us, failure: PollFailure, out: Outbox): Us {
    this.#listener.onPollFailed(now, failure);
    const until = now + this.#failurePauseUs;
    this.#action = { do: 'think', until };
    this.#armDriver(until, out);
    return NEVER;
  }

  /**
   * A topic that cannot be read is told of once for each metadata that says so (`maybeThrowAnyException`).
   */
  #metadataFailure(): PollFailure | null {
    if (this.#checkedUpdates === this.#network.updates) return null;
    this.#checkedUpdates = this.#network.updates;
    for (const topic of this.#network.metadata.topics()) {
      const code = topic.errorCode;
      if (code !== ErrorCode.INVALID_TOPIC_EXCEPTION && code !== ErrorCode.TOPIC_AUTHORIZATION_FAILED)
        continue;
      const error = { code, message: errorName(code) };
      return { kind: 'error', topic: topic.name, partition: -1, position: -1, error };
    }
    return null;
  }

  #close(now: Us, out: Outbox): void {
    this.#isClosed = true;
    this.#fetcher.closeSessions(now, out);
    this.#network.close(now, out);
    out.exit('clean', 'consumer closed');
  }

  #armWork(at: Us, out: Outbox): void {
    if (at === NEVER || (this.#workAt >= 0 && this.#workAt <= at)) return;
    this.#workAt = at;
    out.arm(timerId(ClientTimer.work), at);
  }

  #armDriver(at: Us, out: Outbox): void {
    if (this.#driverAt === at) return;
    this.#driverAt = at;
    out.arm(timerId(ClientTimer.driver), at);
  }
}

function isGroupAction(action: ConsumerAction): action is GroupAction {
  switch (action.do) {
    case 'subscribe':
    case 'subscribe pattern':
    case 'unsubscribe':
    case 'commit sync':
    case 'commit async':
    case 'enforce rebalance':
      return true;
    default:
      return false;
  }
}
