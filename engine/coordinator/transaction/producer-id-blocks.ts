import { ACTIVE_CONTROLLER, type Reply, type Rpc } from '../../exchange/index.ts';
import { assert, MS, type Outbox, type Us } from '../../machine/index.ts';
import {
  type AllocateProducerIdsRequest,
  type AllocateProducerIdsResponse,
  ApiKey,
  ErrorCode,
  LONG_MAX,
} from '../../wire/index.ts';

/** After a refusal nothing is asked for this long (`RPCProducerIdManager.RETRY_BACKOFF_MS`). */
const RETRY_BACKOFF: Us = 50 * MS;
/** When so much of a block is given away, in per cent, the next one is asked for. */
const PREFETCH_PERCENT = 90;

interface Block {
  readonly first: number;
  readonly size: number;
}

export interface ProducerIdBlocksOptions {
  readonly brokerId: number;
  readonly brokerEpoch: () => number;
  readonly rpc: Rpc;
  /** The `owner` of the requests. */
  readonly owner: number;
  readonly requestTimeoutMs: number;
}

/**
 * Producer ids that this broker gives away (`RPCProducerIdManager`, KIP-730): blocks from the controller, the next one
 * asked for before the last is used up. Nobody waits for a block: who finds none comes again.
 *
 * Invariant: an id is given once in a cluster. A block that is lost on its way, or with the process, is never used.
 */
export class ProducerIdBlocks {
  readonly #options: ProducerIdBlocksOptions;
  #current: Block = { first: 0, size: 0 };
  #given = 0;
  #next: Block | null = null;
  #isAsking = false;
  /** Before this nothing is asked; -1: at any time. */
  #notBefore: Us = -1;

  constructor(options: ProducerIdBlocksOptions) {
    this.#options = options;
  }

  /** An id that nobody has, or COORDINATOR_LOAD_IN_PROGRESS, which even old clients take for passing. */
  take(now: Us, out: Outbox): { readonly id: number } | number {
    if (this.#given === this.#current.size) {
      if (this.#next === null) {
        out.probe('producer ids: none left');
        this.#ask(now, out);
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
      }
      this.#current = this.#next;
      this.#given = 0;
      this.#next = null;
    }
    const id = this.#current.first + this.#given;
    const prefetchAt = Math.floor((this.#current.size * PREFETCH_PERCENT) / 100);
    if (this.#given === prefetchAt) this.#ask(now, out);
    this.#given += 1;
    return { id };
  }

  onReply(now: Us, reply: Reply, out: Outbox): void {
    assert(this.#isAsking, 'an answer about producer ids was asked for');
    this.#isAsking = false;
    const block = reply.kind === 'response' ? this.#blockOf(reply.body as AllocateProducerIdsResponse) : null;
    if (block === null) {
      out.probe('producer ids: no block');
      const isSilence = reply.kind === 'failed' && reply.reason === 'timed out';
      this.#notBefore = isSilence ? -1 : now + RETRY_BACKOFF;
      return;
    }
    this.#notBefore = -1;
    this.#next = block;
  }

  /** The block of an answer, unless it is an error or an old one. */
  #blockOf({ errorCode, producerIdLen, producerIdStart }: AllocateProducerIdsResponse): Block | null {
    if (errorCode !== ErrorCode.NONE) return null;
    const lastKnown = this.#current.first + this.#current.size - 1;
    if (producerIdStart <= lastKnown || producerIdStart < 0 || producerIdLen <= 0) return null;
    if (producerIdStart > LONG_MAX - producerIdLen) return null;
    return { first: producerIdStart, size: producerIdLen };
  }

  #ask(now: Us, out: Outbox): void {
    if (this.#next !== null || this.#isAsking || now < this.#notBefore) return;
    this.#isAsking = true;
    const { brokerEpoch, brokerId, owner, requestTimeoutMs, rpc } = this.#options;
    const body: AllocateProducerIdsRequest = { brokerId, brokerEpoch: brokerEpoch() };
    const timeout = requestTimeoutMs * MS;
    rpc.request(now, ACTIVE_CONTROLLER, owner, 0, ApiKey.AllocateProducerIds, body, timeout, out);
  }
}
