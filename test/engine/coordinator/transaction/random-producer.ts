import { type EndTxnResponse, ErrorCode } from '../../../../engine/wire/index.ts';
import type { Asked, Producer, TransactionStage } from './transaction-stage.ts';

interface Transaction {
  readonly values: string[];
  /** What the client was told; null: it does not know. */
  outcome: 'committed' | 'aborted' | null;
}

interface Ending {
  readonly producer: Producer;
  readonly committed: boolean;
}

/** Which errors mean that the same request may be sent again. */
const RETRIABLE: readonly number[] = [
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
];

/** A client of one transactional id that keeps the rules: it sticks to an end until it knows what became of it. */
export class RandomProducer {
  readonly transactions: Transaction[] = [];
  readonly #transactionalId: string;
  readonly #stage: TransactionStage;
  readonly #version: number;
  #producer: Producer | null = null;
  #open: Transaction | null = null;
  #ending: Ending | null = null;
  #asked: Asked<EndTxnResponse> | null = null;
  readonly #sentEnds: Ending[] = [];

  constructor(stage: TransactionStage, version: number, transactionalId: string) {
    this.#stage = stage;
    this.#version = version;
    this.#transactionalId = transactionalId;
  }

  /** A new incarnation, or (KIP-360) the same one after an error. */
  init(isAnew: boolean): void {
    const before = this.#producer;
    const expected = isAnew || before === null ? {} : pick(before);
    const answer = this.#stage.askInit(this.#transactionalId, expected).answer;
    // Whatever was open belongs to an epoch that this client has given up.
    this.#forget();
    if (answer === undefined || answer.errorCode !== ErrorCode.NONE) return;
    const { producerEpoch, producerId } = answer;
    this.#producer = { transactionalId: this.#transactionalId, producerId, producerEpoch };
  }

  write(partition: number): void {
    const producer = this.#producer;
    if (producer === null || this.#ending !== null) return;
    const errorCode = this.#stage.add(producer, 't', [partition], this.#version === 2 ? 5 : 3);
    if (errorCode !== ErrorCode.NONE) {
      if (errorCode !== undefined && !RETRIABLE.includes(errorCode)) this.#forget();
      return;
    }
    if (this.#open === null) {
      this.#open = { values: [], outcome: null };
      this.transactions.push(this.#open);
    }
    const value = `${this.#transactionalId}:${this.transactions.length}.${this.#open.values.length}`;
    this.#open.values.push(value);
    this.#stage.data.write(`t-${partition}`, producer.producerId, producer.producerEpoch, value);
  }

  /** Begins to end what is open, or goes on with that. */
  end(committed: boolean): void {
    const producer = this.#producer;
    if (producer === null) return;
    if (this.#hearsAnswer()) return;
    if (this.#ending === null) {
      // Who has written nothing may abort in TV2, to be sure.
      if (this.#open === null && (committed || this.#version < 2)) return;
      this.#ending = { producer: { ...producer }, committed };
    }
    this.#sentEnds.push(this.#ending);
    this.#asked = this.#send(this.#ending);
    this.#hearsAnswer();
  }

  /** Whether the last EndTxn is answered. One that is not is given up with the next. */
  #hearsAnswer(): boolean {
    const answer = this.#asked?.answer;
    if (answer === undefined) return false;
    this.#asked = null;
    this.#hear(answer);
    return true;
  }

  /** A copy of an EndTxn that was sent long ago arrives. In TV1 that is the weakness, so it stays away there. */
  delayedEnd(which: number): void {
    if (this.#version < 2 || this.#sentEnds.length === 0) return;
    this.#send(this.#sentEnds[which % this.#sentEnds.length]!);
  }

  #send({ committed, producer }: Ending): Asked<EndTxnResponse> {
    return this.#stage.askEnd(producer, committed, this.#version === 2 ? 5 : 4);
  }

  #hear({ errorCode, producerEpoch, producerId }: EndTxnResponse): void {
    if (RETRIABLE.includes(errorCode)) return;
    const ending = this.#ending;
    const open = this.#open;
    if (errorCode !== ErrorCode.NONE || ending === null) {
      this.#forget();
      return;
    }
    if (open !== null) open.outcome = ending.committed ? 'committed' : 'aborted';
    this.#open = null;
    this.#ending = null;
    if (this.#version === 2) {
      this.#producer = { transactionalId: this.#transactionalId, producerId, producerEpoch };
    }
  }

  #forget(): void {
    this.#producer = null;
    this.#open = null;
    this.#ending = null;
    this.#asked = null;
  }
}

function pick({ producerEpoch, producerId }: Producer) {
  return { producerId, producerEpoch };
}
