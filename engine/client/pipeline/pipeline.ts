import {
  type Input,
  type Machine,
  type Outbox,
  type RandomSource,
  type TimerId,
  timerId,
  timerKind,
  type Us,
  type WallClock,
} from '../../machine/index.ts';
import type { Compression, VerifiedBatches } from '../../records/index.ts';
import { ClientTimer } from '../client-timer.ts';
import { Consumer } from '../consumer/consumer.ts';
import type { ConsumerConfig } from '../consumer/consumer-config.ts';
import {
  type ConsumerAction,
  type ConsumerListener,
  NEVER,
  type PipelineAction,
  type PipelineDriver,
  type TransactionListener,
} from '../ports.ts';
import type { ProducerConfig } from '../producer/producer-config.ts';
import { TransactionThread } from '../producer/transaction-thread.ts';
import { PartOutbox } from './part-outbox.ts';
import { ReadPositions } from './read-positions.ts';

/** Actions that one step takes from its driver: what is left goes on in the next step, at the same time. */
export const MAX_PIPELINE_ACTIONS_PER_STEP = 1_000;

const CONSUMER = 0;
const PRODUCER = 1;

export interface PipelinePorts {
  readonly consumer: ConsumerConfig;
  readonly producer: ProducerConfig;
  readonly driver: PipelineDriver;
  readonly consumed: ConsumerListener;
  readonly produced: TransactionListener;
  readonly randoms: RandomSource;
  readonly wall: WallClock;
  readonly compression: Compression;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches;
}

/**
 * A process with one thread, a consumer and a transactional producer. The thread is at one of the two at a time: the
 * consumer goes on in the background (heartbeats, fetches) while the thread waits for the producer, and the other way
 * round.
 */
export class Pipeline implements Machine {
  readonly #driver: PipelineDriver;
  readonly #consumer: Consumer;
  readonly #thread: TransactionThread;
  readonly #positions: ReadPositions;
  readonly #consumerOut = new PartOutbox(CONSUMER);
  readonly #producerOut = new PartOutbox(PRODUCER);
  /** What the consumer's thread does while it is not its turn; woken by setting the time. */
  readonly #parked: { readonly do: 'think'; until: Us } = { do: 'think', until: NEVER };
  /** The consumer's next action. */
  #handed: ConsumerAction | null = null;
  /** The thread is in a call of the consumer. */
  #isConsuming = false;
  #thinksUntil: Us = 0;
  #isClosing = false;
  #isConsumerClosing = false;
  #isClosed = false;
  #workAt: Us = -1;
  #hasUncommitted = false;

  constructor(ports: PipelinePorts) {
    const { driver, consumer, producer, randoms, wall, compression } = ports;
    const shared = ports.verified === undefined ? { compression } : { compression, verified: ports.verified };
    this.#driver = driver;
    this.#positions = new ReadPositions(consumer['group.id']);
    this.#consumer = new Consumer({
      ...shared,
      config: consumer,
      driver: { next: () => this.#nextOfConsumer() },
      listener: this.#positions.listener(ports.consumed),
      randoms,
      wall,
    });
    this.#thread = new TransactionThread({
      ...shared,
      config: producer,
      listener: ports.produced,
      randoms: { stream: (name) => randoms.stream(`producer ${name}`) },
      wall,
    });
  }

  step(now: Us, input: Input, out: Outbox): void {
    if (this.#isClosed) return;
    this.#consumerOut.bind(out);
    this.#producerOut.bind(out);
    this.#route(now, input);
    let due: Us;
    let budget = MAX_PIPELINE_ACTIONS_PER_STEP;
    const thread = this.#thread;
    do {
      budget = this.#drive(now, budget);
      due = thread.work(now, this.#producerOut);
    } while (thread.network.deliver(now, thread, this.#producerOut) || (budget > 0 && this.#canDrive(now)));
    if (this.#isClosing && this.#closeOn(now, out)) return;
    this.#arm(due);
  }

  view(): {
    readonly consumed: ReturnType<Consumer['view']>;
    readonly produced: ReturnType<TransactionThread['view']>;
    /** Something was polled that is neither committed nor to be read again. */
    readonly hasUncommitted: boolean;
  } {
    const consumed = this.#consumer.view();
    return { consumed, produced: this.#thread.view(), hasUncommitted: this.#hasUncommitted };
  }

  // ---------------------------------------------------------------- inputs

  #route(now: Us, input: Input): void {
    if (input.kind === 'timer') this.#onTimer(now, input.timer);
    else if (input.kind === 'shutdown') this.#close(now);
    else if (input.kind === 'boot' || !this.#thread.network.onInput(now, input, this.#producerOut)) {
      this.#consumer.step(now, input, this.#consumerOut);
    }
  }

  #onTimer(now: Us, timer: TimerId): void {
    const inner = { kind: 'timer', timer: PartOutbox.within(timer) } as const;
    if (PartOutbox.partOf(timer) === CONSUMER) this.#consumer.step(now, inner, this.#consumerOut);
    else {
      if (timerKind(timer) === ClientTimer.work) this.#workAt = -1;
      this.#thread.network.onInput(now, inner, this.#producerOut);
    }
  }

  // ---------------------------------------------------------------- the thread

  /** Lets the application go on until it waits; answers what is left of the budget. */
  #drive(now: Us, budget: number): number {
    while (this.#isFree(now) && now >= this.#thinksUntil) {
      if (budget === 0) {
        this.#producerOut.arm(timerId(ClientTimer.driver), now);
        break;
      }
      budget--;
      const { polled } = this.#positions;
      const { ended } = this.#thread;
      this.#positions.polled = [];
      if (polled.length > 0) this.#hasUncommitted = true;
      else if (ended?.call === 'commit' && ended.outcome === 'ok') this.#hasUncommitted = false;
      const action = this.#driver.next(now, ended, polled);
      this.#thread.ended = null;
      this.#perform(now, action);
    }
    return budget;
  }

  #perform(now: Us, action: PipelineAction): void {
    switch (action.do) {
      case 'think':
        this.#thinksUntil = action.until;
        if (action.until !== NEVER && action.until > now) {
          this.#producerOut.arm(timerId(ClientTimer.driver), action.until);
        }
        break;
      case 'close':
        this.#close(now);
        break;
      case 'send positions': {
        const group = this.#positions.member;
        const offsets = this.#positions.offsets();
        this.#thread.perform(now, { do: 'send offsets', offsets, group }, this.#producerOut);
        break;
      }
      case 'rewind': {
        this.#positions.clear();
        this.#hasUncommitted = false;
        const partitions = this.#consumer.view().map(({ topic, partition }) => ({ topic, partition }));
        this.#hand(now, { do: 'seek to committed', partitions });
        break;
      }
      case 'init':
      case 'begin':
      case 'send':
      case 'send offsets':
      case 'flush':
      case 'commit':
      case 'abort':
      case 'reopen':
        this.#thread.perform(now, action, this.#producerOut);
        break;
      default:
        this.#hand(now, action);
    }
  }

  #isFree(now: Us): boolean {
    if (this.#isConsuming || !this.#thread.isFree(now, this.#producerOut)) return false;
    // Once committed they are not to be sent again.
    const { ended } = this.#thread;
    if (ended?.call === 'commit' && ended.outcome === 'ok') this.#positions.clear();
    return true;
  }

  #canDrive(now: Us): boolean {
    return !this.#isConsuming && now >= this.#thinksUntil && this.#thread.canGoOn(now);
  }

  #hand(now: Us, action: ConsumerAction): void {
    this.#handed = action;
    this.#isConsuming = true;
    this.#parked.until = now;
    this.#consumer.step(now, { kind: 'timer', timer: timerId(ClientTimer.driver) }, this.#consumerOut);
  }

  /** The consumer's last action has ended; it waits, unless the next one is at hand. */
  #nextOfConsumer(): ConsumerAction {
    const action = this.#handed;
    this.#handed = null;
    if (action !== null) return action;
    this.#isConsuming = false;
    this.#parked.until = NEVER;
    return this.#parked;
  }

  // ---------------------------------------------------------------- the end

  #close(now: Us): void {
    this.#isClosing = true;
    this.#thinksUntil = NEVER;
    this.#thread.close(now);
  }

  /** First the producer, then the consumer. True: the process has ended. */
  #closeOn(now: Us, out: Outbox): boolean {
    if (!this.#thread.isClosed(now)) return false;
    if (!this.#isConsumerClosing) {
      this.#isConsumerClosing = true;
      this.#thread.end(now, this.#producerOut);
      this.#consumer.step(now, { kind: 'shutdown' }, this.#consumerOut);
    }
    if (!this.#consumerOut.hasExited) return false;
    this.#isClosed = true;
    out.exit('clean', 'pipeline closed');
    return true;
  }

  #arm(at: Us): void {
    if (at === NEVER || this.#isConsumerClosing || (this.#workAt >= 0 && this.#workAt <= at)) return;
    this.#workAt = at;
    this.#producerOut.arm(timerId(ClientTimer.work), at);
  }
}
