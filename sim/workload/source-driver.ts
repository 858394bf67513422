import {
  type ConsumerListener,
  NEVER,
  type PipelineAction,
  type PipelineDriver,
  type TransactionResult,
} from '../../engine/client/index.ts';
import { assert, type Us } from '../../engine/machine/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { TransactionsSpec } from '../scenario/index.ts';
import type { DatasetDriver } from './dataset-driver.ts';

/** How long an application waits before it makes another producer. */
const REOPEN_AFTER_US = 1_000_000;
/** How long it waits for its place at a time. */
const PLACE_TIMEOUT_US = 1_000_000;

/**
 * An application that writes events to a topic exactly once, whatever dies: its place among them is committed in a
 * group of its own, as the metadata of an offset, in the transaction of the records before it, as a source connector
 * keeps its offsets (KIP-618). A new process first ends what the last one left open (`init`), then asks for its place
 * and goes on from there. So it does after a commit of which it does not know; after one that it knows it need not ask.
 */
export class SourceDriver implements PipelineDriver {
  readonly #events: DatasetDriver;
  readonly #spec: TransactionsSpec;
  readonly #topic: string;
  readonly #group: string;
  readonly #random: RandomStream;
  #last: PipelineAction['do'] | null = null;
  /** The partition with whose committed offset the place goes has been assigned, and is not read. */
  #isAssigned = false;
  /** What is committed, by its own knowledge or the group's. Null: it must be asked for. */
  #place: number | null = null;
  #sent = 0;
  /** The last event is committed. */
  #isDone = false;
  #restsUntil: Us = 0;

  constructor(
    events: DatasetDriver,
    spec: TransactionsSpec,
    topic: string,
    group: string,
    random: RandomStream,
  ) {
    this.#events = events;
    this.#spec = spec;
    this.#topic = topic;
    this.#group = group;
    this.#random = random;
  }

  /** What is left to do, in words; null: nothing. */
  get unsent(): string | null {
    const { index, count } = this.#events;
    return this.#isDone ? null : `has sent ${index} of ${count} events`;
  }

  /** Hears where it stands; nothing that it reads is anybody else's business. */
  readonly consumed: ConsumerListener = {
    onPolled: () => {},
    onPollFailed: () => {},
    // Nothing is committed yet: it begins with the first event.
    onPosition: (_now, _topic, _partition, _offset, _leaderEpoch, reason) => {
      if (reason === 'reset') this.#place = 0;
    },
    group: {
      onAssigned: () => {},
      onRevoked: () => {},
      onLost: () => {},
      onMembership: () => {},
      onCommit: () => {},
      onCommitted: () => {},
      onCommittedPosition: (_now, _topic, _partition, _offset, _leaderEpoch, metadata) => {
        this.#place = Number(metadata);
      },
    },
  };

  next(now: Us, ended: TransactionResult | null): PipelineAction {
    if (now < this.#restsUntil) return { do: 'think', until: this.#restsUntil };
    const action = ended !== null && ended.outcome !== 'ok' ? this.#onError(now, ended) : this.#goOn(now);
    this.#last = action.do;
    // Whoever is not answered does not know where it stands.
    if (action.do === 'commit' || action.do === 'reopen') this.#place = null;
    return action;
  }

  #goOn(now: Us): PipelineAction {
    const { records, abortPercent } = this.#spec;
    switch (this.#last) {
      case null:
      case 'reopen':
        return { do: 'init' };
      case 'assign':
        return { do: 'pause', partitions: this.#partitions() };
      case 'begin':
        this.#sent = 0;
        return this.#send(now);
      case 'send':
        return this.#sent < records ? this.#send(now) : this.#sendPlace();
      case 'send offsets':
        return { do: this.#random.below(100) < abortPercent ? 'flush' : 'commit' };
      case 'flush':
        // What it takes back is in the log by now: an abort alone would have dropped what was not on its way.
        return { do: 'abort' };
      case 'commit':
        this.#place = this.#events.index;
        return this.#beginWhenDue(now);
      case 'abort':
        return this.#place === null ? this.#askForPlace() : this.#goOnFrom(now, this.#place);
      case 'init':
        return this.#askForPlace();
      case 'pause':
      case 'seek to committed':
        return { do: 'poll', timeoutUs: PLACE_TIMEOUT_US };
      case 'poll':
        if (this.#place === null) return { do: 'poll', timeoutUs: PLACE_TIMEOUT_US };
        return this.#goOnFrom(now, this.#place);
      default:
        // After having waited for an event.
        return this.#beginWhenDue(now);
    }
  }

  #askForPlace(): PipelineAction {
    if (this.#isAssigned) return { do: 'seek to committed', partitions: this.#partitions() };
    this.#isAssigned = true;
    return { do: 'assign', partitions: this.#partitions() };
  }

  #goOnFrom(now: Us, place: number): PipelineAction {
    this.#events.seek(place);
    return this.#beginWhenDue(now);
  }

  #beginWhenDue(now: Us): PipelineAction {
    const dueAt = this.#events.nextAt();
    this.#isDone = dueAt === NEVER;
    return dueAt > now ? { do: 'think', until: dueAt } : { do: 'begin' };
  }

  /** One that is not due ends the transaction: what it has is not held up. */
  #send(now: Us): PipelineAction {
    const record = this.#events.next(now);
    if (record === null) return this.#sendPlace();
    this.#sent++;
    return { do: 'send', record };
  }

  #sendPlace(): PipelineAction {
    const place = { leaderEpoch: -1, metadata: String(this.#events.index), offset: 0 };
    return {
      do: 'send offsets',
      offsets: this.#partitions().map((partition) => ({ ...partition, ...place })),
      group: { groupId: this.#group, generationId: -1, memberId: '', groupInstanceId: null },
    };
  }

  #partitions(): { readonly topic: string; readonly partition: number }[] {
    return [{ topic: this.#topic, partition: 0 }];
  }

  #onError(now: Us, { call, error }: Exclude<TransactionResult, { readonly outcome: 'ok' }>): PipelineAction {
    const { errorClass } = error;
    assert(errorClass !== 'illegal state', () => `an application calls what it may: ${error.message}`);
    if (errorClass === 'retriable' && (call === 'init' || call === 'commit' || call === 'abort'))
      return { do: call };
    if (errorClass === 'retriable' || errorClass === 'abortable') return { do: 'abort' };
    this.#restsUntil = now + REOPEN_AFTER_US;
    return { do: 'reopen' };
  }
}
