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
  type WallClock,
} from '../../machine/index.ts';
import { Codec, type Compression, VerifiedBatches } from '../../records/index.ts';
import { ClientNetwork } from '../client-network.ts';
import { ClientTimer } from '../client-timer.ts';
import { TopicsOfInterest } from '../metadata/topics-of-interest.ts';
import { NEVER, type ProducerDriver, type ProducerListener } from '../ports.ts';
import { Tokens } from '../tokens.ts';
import { Accumulator } from './accumulator.ts';
import type { ProducerConfig } from './producer-config.ts';
import { SendCall } from './send-call.ts';
import { Sender } from './sender.ts';
import { TransactionSession } from './transaction-session.ts';

/** Records that one step takes from its driver: what is left goes on in the next step, at the same time. */
export const MAX_RECORDS_PER_STEP = 1_000;

export interface ProducerPorts {
  readonly config: ProducerConfig;
  readonly driver: ProducerDriver;
  readonly listener: ProducerListener;
  readonly randoms: RandomSource;
  readonly wall: WallClock;
  readonly compression: Compression;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches;
}

/**
 * A producer process: one application thread that sends (`KafkaProducer.send`) and the sender behind it. A
 * send blocks, up to max.block.ms, while its topic is not known or memory is short; the driver is asked for
 * nothing meanwhile.
 */
export class Producer implements Machine {
  readonly #driver: ProducerDriver;
  readonly #network: ClientNetwork;
  readonly #accumulator: Accumulator;
  readonly #sender: Sender;
  readonly #call: SendCall;
  #isClosing = false;
  #workAt: Us = -1;
  #hasWork = false;

  constructor(ports: ProducerPorts) {
    const { config, driver, listener, randoms, wall, compression } = ports;
    assert(config['transactional.id'] === '', 'a TransactionalProducer is for transactions');
    this.#driver = driver;
    const topics = new TopicsOfInterest(config['metadata.max.idle.ms'] * MS);
    const maxInFlight = config['max.in.flight.requests.per.connection'];
    this.#network = new ClientNetwork(config, maxInFlight, topics, true, randoms);
    const tokens = new Tokens();
    const session = config['enable.idempotence']
      ? new TransactionSession(config, this.#network, tokens)
      : null;
    this.#accumulator = new Accumulator(
      config,
      this.#network.metadata,
      randoms.stream('partitioner'),
      session?.idempotence ?? null,
    );
    const verified = ports.verified ?? new VerifiedBatches();
    const format = { codec: Codec[config['compression.type']], compression, verified };
    this.#sender = new Sender(
      config,
      this.#network,
      this.#accumulator,
      listener,
      randoms.stream('retry backoff'),
      format,
      tokens,
      session,
    );
    this.#call = new SendCall({
      config,
      network: this.#network,
      accumulator: this.#accumulator,
      listener,
      wall,
      session,
    });
  }

  step(now: Us, input: Input, out: Outbox): void {
    const isDriverTick = input.kind === 'timer' && timerKind(input.timer) === ClientTimer.driver;
    const isDriving = isDriverTick || input.kind === 'boot';
    if (input.kind === 'timer' && timerKind(input.timer) === ClientTimer.work) this.#workAt = -1;
    if (input.kind === 'shutdown') this.#close(now);
    this.#network.onInput(now, input, out);
    // A record that joins a batch changes nothing for the sender: it was looked at when the batch was made.
    if (!isDriverTick) this.#hasWork = true;
    let drives = isDriving;
    do {
      if (drives || this.#call.isBlocked) this.#drive(now, out);
      drives = false;
      if (this.#hasWork || this.#call.hasWork) this.#work(now, out);
    } while (this.#network.deliver(now, this.#sender, out) && (this.#hasWork = true));
    if (this.#isClosing && this.#accumulator.incompleteCount === 0 && this.#sender.inFlightCount === 0) {
      this.#network.close(now, out);
      out.exit('clean', 'producer closed');
    }
  }

  /** Bytes of buffer.memory that are free, and batches not done: what a report shows. */
  view(): { readonly freeBytes: number; readonly incompleteBatches: number; readonly isBlocked: boolean } {
    return {
      freeBytes: this.#accumulator.freeBytes,
      incompleteBatches: this.#accumulator.incompleteCount,
      isBlocked: this.#call.isBlocked,
    };
  }

  #work(now: Us, out: Outbox): void {
    const call = this.#call;
    this.#hasWork = false;
    call.hasWork = false;
    this.#accumulator.isExhausted = call.isAwaitingMemory;
    const { freeBytes } = this.#accumulator;
    let at = this.#sender.run(now, out);
    // No reply comes of what was sent with acks=0, or has expired: its memory is back now, and wakes who waits for it.
    if (call.isAwaitingMemory && this.#accumulator.freeBytes > freeBytes)
      out.arm(timerId(ClientTimer.driver), now);
    if (call.isBlocked) at = Math.min(at, call.deadline);
    if (at === NEVER || (this.#workAt >= 0 && this.#workAt <= at)) return;
    this.#workAt = at;
    out.arm(timerId(ClientTimer.work), at);
  }

  #drive(now: Us, out: Outbox): void {
    if (this.#call.isBlocked && !this.#call.resume(now, out)) return;
    for (let taken = 0; taken < MAX_RECORDS_PER_STEP; taken++) {
      if (this.#isClosing) return;
      const record = this.#driver.next(now);
      if (record === null) {
        const at = this.#driver.nextAt(now);
        if (at !== NEVER) out.arm(timerId(ClientTimer.driver), at);
        return;
      }
      if (!this.#call.start(now, record, out)) return;
    }
    out.arm(timerId(ClientTimer.driver), now);
  }

  /** Graceful: what was sent is flushed, a send that blocks fails, no more records are taken. */
  #close(now: Us): void {
    this.#isClosing = true;
    this.#accumulator.isClosed = true;
    this.#call.cancel(now);
  }
}
