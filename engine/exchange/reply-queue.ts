import type { Reply } from './request.ts';

/** A reply on its way to the component that asked. */
export interface DeliveredReply {
  readonly owner: number;
  readonly token: number;
  readonly reply: Reply;
}

const NOTHING: readonly DeliveredReply[] = [];

/** Two arrays that take turns: one is filled while the other is read. Asked on every step, mostly for nothing. */
export class ReplyQueue {
  #filling: DeliveredReply[] = [];
  #reading: DeliveredReply[] = [];

  push(owner: number, token: number, reply: Reply): void {
    this.#filling.push({ owner, token, reply });
  }

  take(): readonly DeliveredReply[] {
    if (this.#filling.length === 0) return NOTHING;
    const taken = this.#filling;
    this.#filling = this.#reading;
    this.#filling.length = 0;
    this.#reading = taken;
    return taken;
  }
}
