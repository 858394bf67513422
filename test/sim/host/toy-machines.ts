import type { Disk, Frame, Input, Machine, Outbox, Us } from '../../../engine/machine/index.ts';
import { isDiskError } from '../../../engine/machine/index.ts';
import { say, wordOf } from './test-world.ts';

const LOG = '/data/log';

/** Keeps words in a file, one byte each, and acknowledges a word when it is durable. */
export class Keeper implements Machine {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  step(_now: Us, input: Input, out: Outbox): void {
    if (input.kind === 'boot') {
      this.#disk.makeDirectory('/data');
      this.#disk.syncDirectory('/');
      if (this.#disk.size(LOG) < 0) this.#disk.append(LOG, new Uint8Array(0));
      this.#disk.syncDirectory('/data');
      this.#disk.sync(LOG);
    } else if (input.kind === 'frame') {
      const word = wordOf(input.frame);
      this.#disk.append(LOG, Uint8Array.of(Number(word)));
      out.send(input.connection, say(word), this.#disk.sync(LOG));
    }
  }
}

/** What a keeper's disk holds. */
export function keptWords(disk: Disk): number[] {
  const kept = disk.read(LOG, 0, 1e9);
  return isDiskError(kept) ? [] : [...kept];
}

const RETRY = 1;
const NEXT = 2;
const PATIENCE_US = 500_000;

/** Sends words 1, 2, 3, ... to a keeper, one at a time, each again until it is acknowledged. */
export class Talker implements Machine {
  readonly acknowledged: number[] = [];
  readonly #to: string;
  readonly #limit: number;
  #connection = 0;
  #word = 1;

  constructor(to: string, limit: number) {
    this.#to = to;
    this.#limit = limit;
  }

  step(now: Us, input: Input, out: Outbox): void {
    switch (input.kind) {
      case 'boot':
        this.#connect(now, out);
        return;
      case 'connected':
        this.#say(now, out);
        return;
      case 'frame':
        this.#onAnswer(now, input.frame, out);
        return;
      case 'closed':
        out.arm(RETRY, now + 50_000);
        return;
      case 'timer':
        if (input.timer === NEXT) this.#say(now, out);
        else this.#connect(now, out);
        return;
      default:
        return;
    }
  }

  #connect(now: Us, out: Outbox): void {
    if (this.#word > this.#limit) return;
    if (this.#connection !== 0) out.close(this.#connection);
    this.#connection = out.connect({ host: this.#to, port: 9092 });
    out.arm(RETRY, now + PATIENCE_US);
  }

  #say(now: Us, out: Outbox): void {
    out.send(this.#connection, say(String(this.#word)));
    out.arm(RETRY, now + PATIENCE_US);
  }

  #onAnswer(now: Us, frame: Frame, out: Outbox): void {
    if (Number(wordOf(frame)) !== this.#word) return;
    this.acknowledged.push(this.#word++);
    if (this.#word > this.#limit) out.disarm(RETRY);
    else out.arm(NEXT, now + 50_000);
  }
}
