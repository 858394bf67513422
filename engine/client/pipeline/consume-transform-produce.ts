import type { Us } from '../../machine/index.ts';
import type {
  ConsumedRecord,
  ConsumerAction,
  OutgoingRecord,
  PipelineAction,
  PipelineDriver,
  PolledBatch,
  TransactionError,
  TransactionResult,
} from '../ports.ts';

export interface ConsumeTransformProducePorts {
  /** How the consumer gets its partitions: `subscribe`, `subscribe pattern` or `assign`. */
  readonly subscribe: Extract<ConsumerAction, { readonly do: 'subscribe' | 'subscribe pattern' | 'assign' }>;
  readonly pollTimeoutUs: Us;
  /** What a record becomes; null: nothing. Called once for each record that is read. */
  transform(now: Us, batch: PolledBatch, record: ConsumedRecord): OutgoingRecord | null;
  /** How long the application works on what a poll brought, before it sends. */
  workUs?(now: Us, polled: readonly PolledBatch[]): Us;
  /** Asked when a transaction is ready to be committed. True: the application takes it back, and reads it again. */
  takesBack?(now: Us): boolean;
  /** True: the application ends, after what it is at. */
  isOver?(now: Us): boolean;
}

/**
 * The loop of KIP-447: what one poll brings is transformed, sent and committed with its positions in one transaction.
 * An error that is abortable aborts it, a call that timed out is made again; after any other error another producer
 * takes over. Then it is read again from what the group has committed.
 */
export class ConsumeTransformProduce implements PipelineDriver {
  readonly #ports: ConsumeTransformProducePorts;
  #last: PipelineAction['do'] | null = null;
  #isSubscribed = false;
  /** The transaction will not be committed, or nobody knows whether it was. */
  #mustRewind = false;
  #polled: readonly PolledBatch[] = [];
  /** Of the batches at hand: the next record. */
  #batch = 0;
  #record = 0;

  constructor(ports: ConsumeTransformProducePorts) {
    this.#ports = ports;
  }

  next(now: Us, ended: TransactionResult | null, polled: readonly PolledBatch[]): PipelineAction {
    const action =
      ended === null || ended.outcome === 'ok'
        ? this.#goOn(now, polled)
        : this.#onError(ended.call, ended.error);
    this.#last = action.do;
    return action;
  }

  #goOn(now: Us, polled: readonly PolledBatch[]): PipelineAction {
    switch (this.#last) {
      case null:
      case 'reopen':
        return { do: 'init' };
      case 'poll':
        this.#polled = polled;
        this.#batch = 0;
        this.#record = 0;
        return polled.length === 0 ? this.#poll(now) : this.#work(now);
      case 'think':
        return { do: 'begin' };
      case 'begin':
      case 'send':
        return this.#send(now) ?? { do: 'send positions' };
      case 'send positions':
        this.#mustRewind = this.#ports.takesBack?.(now) === true;
        return { do: this.#mustRewind ? 'flush' : 'commit' };
      case 'flush':
        // What it takes back is in the log by now: an abort alone would have dropped what was not on its way.
        return { do: 'abort' };
      default:
        // After init, subscribe, commit, abort, rewind.
        return this.#poll(now);
    }
  }

  #poll(now: Us): PipelineAction {
    if (!this.#isSubscribed) {
      this.#isSubscribed = true;
      return this.#ports.subscribe;
    }
    if (this.#mustRewind) {
      this.#mustRewind = false;
      return { do: 'rewind' };
    }
    if (this.#ports.isOver?.(now) === true) return { do: 'close' };
    return { do: 'poll', timeoutUs: this.#ports.pollTimeoutUs };
  }

  #work(now: Us): PipelineAction {
    const workUs = this.#ports.workUs?.(now, this.#polled) ?? 0;
    return workUs > 0 ? { do: 'think', until: now + workUs } : { do: 'begin' };
  }

  #send(now: Us): PipelineAction | null {
    for (; this.#batch < this.#polled.length; this.#batch++, this.#record = 0) {
      const batch = this.#polled[this.#batch]!;
      while (this.#record < batch.records.length) {
        const record = this.#ports.transform(now, batch, batch.records[this.#record++]!);
        if (record !== null) return { do: 'send', record };
      }
    }
    return null;
  }

  #onError(call: TransactionResult['call'], { errorClass }: TransactionError): PipelineAction {
    if (errorClass === 'retriable') {
      if (call === 'init' || call === 'commit' || call === 'abort') return { do: call };
      this.#mustRewind = true;
      return { do: 'abort' };
    }
    this.#mustRewind = true;
    return errorClass === 'abortable' ? { do: 'abort' } : { do: 'reopen' };
  }
}
