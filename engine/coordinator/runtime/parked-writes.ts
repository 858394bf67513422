import { assert, type Outbox, type Us } from '../../machine/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import type { Settle } from './contract.ts';

interface ParkedWrite {
  /** It is settled when the high watermark has reached this. */
  readonly requiredOffset: number;
  readonly deadline: Us;
  readonly settle: Settle;
}

/** Writes and answers that wait for replication in one shard. Clients have few requests under way each. */
const MAX_PARKED = 1_000_000;

/**
 * What waits until its records are replicated (`DeferredEventQueue`), first come first served. Offsets and deadlines
 * rise in the order of arrival, so both what is replicated and what is too late is found at the front.
 */
export class ParkedWrites {
  #writes: ParkedWrite[] = [];
  #first = 0;

  get size(): number {
    return this.#writes.length - this.#first;
  }

  /** Of the oldest, -1 when nothing waits. */
  get deadline(): Us {
    return this.#writes[this.#first]?.deadline ?? -1;
  }

  park(requiredOffset: number, deadline: Us, settle: Settle): void {
    assert(this.size < MAX_PARKED, 'parked writes are settled');
    this.#writes.push({ requiredOffset, deadline, settle });
  }

  /** Settles what is replicated. */
  settleUpTo(now: Us, committedOffset: number, out: Outbox): void {
    for (;;) {
      const write = this.#writes[this.#first];
      if (write === undefined || write.requiredOffset > committedOffset) return;
      this.#drop();
      write.settle(now, ErrorCode.NONE, out);
    }
  }

  /** Nobody waits any longer for these. They stay written, and may be replicated yet. */
  expire(now: Us, out: Outbox): void {
    for (;;) {
      const write = this.#writes[this.#first];
      if (write === undefined || write.deadline > now) return;
      this.#drop();
      out.probe('coordinator: write timed out');
      write.settle(now, ErrorCode.REQUEST_TIMED_OUT, out);
    }
  }

  failAll(now: Us, errorCode: number, out: Outbox): void {
    const failed = this.#writes.slice(this.#first);
    this.#writes = [];
    this.#first = 0;
    for (const { settle } of failed) settle(now, errorCode, out);
  }

  #drop(): void {
    this.#first += 1;
    if (this.#first < 64 || this.#first * 2 < this.#writes.length) return;
    this.#writes.splice(0, this.#first);
    this.#first = 0;
  }
}
