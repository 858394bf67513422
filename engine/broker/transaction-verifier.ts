import type { Reply, Rpc } from '../exchange/index.ts';
import { MS, type Outbox, timerId, type Us } from '../machine/index.ts';
import { coordinatorPartition, TRANSACTION_STATE } from '../metadata/index.ts';
import {
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
  ApiKey,
  ErrorCode,
} from '../wire/index.ts';
import type { MetadataView } from './broker-apis.ts';
import { aliveBrokers } from './metadata-view.ts';
import { RpcOwner } from './timer.ts';

/** What the client's request can express (`TransactionSupportedOperation`). */
export type VerificationSupport =
  /** Neither of the others. */
  | 'default'
  /** It knows TRANSACTION_ABORTABLE. */
  | 'abortable'
  /** Partitions are added by being written to: transaction version 2 (KIP-890). */
  | 'add';

/** Partitions that a producer writes to, and its transaction may not know. */
export interface Verification {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
  readonly support: VerificationSupport;
}

/** Called once: a code for each partition that must not be written to, by `topic-partition`. */
export type Verified = (now: Us, errors: ReadonlyMap<string, number>, out: Outbox) => void;

export interface TransactionVerifierOptions {
  readonly rpc: Rpc;
  readonly metadata: MetadataView;
  readonly requestTimeoutMs: number;
  /** `transaction.partition.verification.enable`, as it is now. */
  readonly isEnabled: () => boolean;
}

/** `add.partitions.to.txn.retry.backoff.ms` and `.max.ms`. */
const RETRY_BACKOFF_MS = 20;
const RETRY_MAX_MS = 100;

export const VerifierTimer = { RETRY: 48 } as const;

interface Pending extends Verification {
  readonly verified: Verified;
  readonly startedAt: Us;
}

/**
 * Asks the coordinators of transactions whether partitions are in them, or puts them in, before a broker writes
 * (`AddPartitionsToTxnManager`, KIP-890). One request a coordinator is under way; what comes meanwhile goes in the next.
 */
export class TransactionVerifier {
  readonly #options: TransactionVerifierOptions;
  /** By broker. */
  readonly #inFlight = new Map<number, readonly Pending[]>();
  readonly #queued = new Map<number, Pending[]>();
  readonly #retries = new Map<number, Pending>();
  #lastRetry = 0;

  constructor(options: TransactionVerifierOptions) {
    this.#options = options;
  }

  /** Whether anybody is asked: whoever adds partitions by writing to them needs it always. */
  isNeeded(support: VerificationSupport): boolean {
    return support === 'add' || this.#options.isEnabled();
  }

  verify(now: Us, verification: Verification, verified: Verified, out: Outbox): void {
    if (!this.isNeeded(verification.support)) {
      verified(now, NO_ERRORS, out);
      return;
    }
    this.#ask(now, { ...verification, verified, startedAt: now }, out);
  }

  onReply(now: Us, broker: number, reply: Reply, out: Outbox): void {
    const asked = this.#inFlight.get(broker);
    if (asked === undefined) return;
    this.#inFlight.delete(broker);
    const results = reply.kind === 'response' ? (reply.body as AddPartitionsToTxnResponse) : null;
    for (const pending of asked) this.#settle(now, pending, errorsOf(pending, results, reply), out);
    this.#sendQueued(now, broker, out);
  }

  onTimer(now: Us, argument: number, out: Outbox): void {
    const pending = this.#retries.get(argument);
    if (pending === undefined) return;
    this.#retries.delete(argument);
    this.#ask(now, pending, out);
  }

  #ask(now: Us, pending: Pending, out: Outbox): void {
    const broker = this.#coordinatorOf(pending.transactionalId);
    if (broker < 0) {
      pending.verified(now, forAll(pending, ErrorCode.COORDINATOR_NOT_AVAILABLE), out);
      return;
    }
    const queued = this.#queued.get(broker) ?? [];
    const same = queued.findIndex(({ transactionalId }) => transactionalId === pending.transactionalId);
    const other = queued[same];
    if (other !== undefined) {
      if (other.producerEpoch > pending.producerEpoch) {
        pending.verified(now, forAll(pending, ErrorCode.INVALID_PRODUCER_EPOCH), out);
        return;
      }
      // The client tries again, or a newer one has taken its place.
      queued.splice(same, 1);
      const isFenced = other.producerEpoch < pending.producerEpoch;
      const code = isFenced ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.NETWORK_EXCEPTION;
      other.verified(now, forAll(other, code), out);
    }
    queued.push(pending);
    this.#queued.set(broker, queued);
    this.#sendQueued(now, broker, out);
  }

  #sendQueued(now: Us, broker: number, out: Outbox): void {
    const queued = this.#queued.get(broker);
    if (queued === undefined || this.#inFlight.has(broker)) return;
    this.#queued.delete(broker);
    this.#inFlight.set(broker, queued);
    const body: AddPartitionsToTxnRequest = {
      transactions: queued.map(transactionOf),
      v3AndBelowTransactionalId: '',
      v3AndBelowProducerId: 0,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [],
    };
    const timeoutUs = this.#options.requestTimeoutMs * MS;
    const owner = RpcOwner.TRANSACTION_VERIFIER;
    this.#options.rpc.request(now, broker, owner, broker, ApiKey.AddPartitionsToTxn, body, timeoutUs, out);
  }

  /** A transaction that is just ending is over in a moment: the broker waits rather than the client. */
  #settle(now: Us, pending: Pending, errors: ReadonlyMap<string, number>, out: Outbox): void {
    const isConcurrent = [...errors.values()].includes(ErrorCode.CONCURRENT_TRANSACTIONS);
    if (pending.support !== 'add' || !isConcurrent || now - pending.startedAt >= RETRY_MAX_MS * MS) {
      pending.verified(now, errors, out);
      return;
    }
    out.probe('transaction verifier: concurrent transaction waited for');
    this.#lastRetry += 1;
    this.#retries.set(this.#lastRetry, pending);
    out.arm(timerId(VerifierTimer.RETRY, this.#lastRetry), now + RETRY_BACKOFF_MS * MS);
  }

  /** -1: nobody. */
  #coordinatorOf(transactionalId: string): number {
    const { image } = this.#options.metadata;
    const partitions = image.topicsByName.get(TRANSACTION_STATE)?.partitions ?? [];
    if (partitions.length === 0) return -1;
    const leader = partitions[coordinatorPartition(transactionalId, partitions.length)]!.leader;
    return aliveBrokers(image).some(({ id }) => id === leader) ? leader : -1;
  }
}

const NO_ERRORS: ReadonlyMap<string, number> = new Map();

function transactionOf(pending: Pending): AddPartitionsToTxnRequest['transactions'][number] {
  const topics: { name: string; partitions: number[] }[] = [];
  for (const { partition, topic } of pending.partitions) {
    const known = topics.find(({ name }) => name === topic);
    if (known === undefined) topics.push({ name: topic, partitions: [partition] });
    else known.partitions.push(partition);
  }
  const { producerEpoch, producerId, support, transactionalId } = pending;
  return { transactionalId, producerId, producerEpoch, verifyOnly: support !== 'add', topics };
}

function errorsOf(
  pending: Pending,
  results: AddPartitionsToTxnResponse | null,
  reply: Reply,
): ReadonlyMap<string, number> {
  if (results === null) {
    // A coordinator that cannot verify leaves it at that.
    const isUnsupported = reply.kind === 'failed' && reply.reason === 'unsupported version';
    return isUnsupported ? NO_ERRORS : forAll(pending, ErrorCode.NETWORK_EXCEPTION);
  }
  if (results.errorCode !== ErrorCode.NONE) return forAll(pending, results.errorCode);
  const mine = results.resultsByTransaction.find(
    ({ transactionalId }) => transactionalId === pending.transactionalId,
  );
  const errors = new Map<string, number>();
  for (const { name, resultsByPartition } of mine?.topicResults ?? []) {
    for (const { partitionErrorCode, partitionIndex } of resultsByPartition) {
      if (partitionErrorCode === ErrorCode.NONE) continue;
      errors.set(`${name}-${partitionIndex}`, toldCode(partitionErrorCode, pending.support));
    }
  }
  return errors;
}

function toldCode(code: number, support: VerificationSupport): number {
  if (code === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
  const isUnknown = code === ErrorCode.TRANSACTION_ABORTABLE && support === 'default';
  return isUnknown ? ErrorCode.INVALID_TXN_STATE : code;
}

function forAll({ partitions }: Verification, code: number): ReadonlyMap<string, number> {
  return new Map(partitions.map(({ partition, topic }) => [`${topic}-${partition}`, code]));
}
