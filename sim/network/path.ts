import type { Us } from '../../engine/machine/index.ts';
import type { Latency, RandomStream } from '../random/index.ts';
import type { NetworkHost } from './network-host.ts';
import type { LinkClass } from './options.ts';

/** So many packets in a million take up to so much longer. */
export interface Tail {
  readonly ppm: number;
  readonly upToUs: Us;
}

/** Everything is lost at this; `cut` says it better. */
export const MILLION = 1_000_000;

/**
 * The way from one host to another: its latency and what faults have done to it. Faults add up and heal one
 * by one.
 */
export class Path {
  readonly from: NetworkHost;
  readonly to: NetworkHost;
  readonly #class: LinkClass;
  /** How many cuts and jams lie across. */
  cuts = 0;
  /** How many let handshakes through, and nothing else. */
  mutes = 0;
  /** Packets lost in a million, capped below all of them. */
  lossPpm: number;
  corruptPpm = 0;
  #lossAdded = 0;
  readonly #delays: Latency[] = [];
  readonly #tails: Tail[] = [];
  /** Bytes a second, one for each rate limit; the tightest binds. */
  readonly #limits: number[] = [];
  #picosecondsPerByte = 0;
  #freeNs = 0;

  constructor(from: NetworkHost, to: NetworkHost, link: LinkClass) {
    this.from = from;
    this.to = to;
    this.#class = link;
    this.lossPpm = link.lossPpm;
  }

  /** The least that a packet takes. */
  get floorUs(): Us {
    let us = this.#class.latency.floorUs;
    for (const delay of this.#delays) us += delay.floorUs;
    return us;
  }

  latency(random: RandomStream): Us {
    let us = random.latency(this.#class.latency);
    if (this.#delays.length > 0) for (const delay of this.#delays) us += random.latency(delay);
    for (const { ppm, upToUs } of this.#tails)
      if (random.chance(ppm, MILLION)) us += 1 + random.below(upToUs);
    return us;
  }

  /** When a frame that left the card at `departsUs` is through the rate limits on the way. */
  throttle(departsUs: Us, size: number): Us {
    if (this.#picosecondsPerByte === 0) return departsUs;
    const start = Math.max(departsUs * 1_000, this.#freeNs);
    this.#freeNs = start + Math.floor((size * this.#picosecondsPerByte) / 1_000);
    return Math.ceil(this.#freeNs / 1_000);
  }

  addDelay(delay: Latency): void {
    this.#delays.push(delay);
  }

  removeDelay(delay: Latency): void {
    this.#delays.splice(this.#delays.indexOf(delay), 1);
  }

  addTail(tail: Tail): void {
    this.#tails.push(tail);
  }

  removeTail(tail: Tail): void {
    this.#tails.splice(this.#tails.indexOf(tail), 1);
  }

  addLoss(ppm: number): void {
    this.#lossAdded += ppm;
    this.lossPpm = Math.min(this.#class.lossPpm + this.#lossAdded, MILLION - 1);
  }

  addLimit(bytesPerSecond: number): void {
    this.#limits.push(bytesPerSecond);
    this.#tighten();
  }

  removeLimit(bytesPerSecond: number): void {
    this.#limits.splice(this.#limits.indexOf(bytesPerSecond), 1);
    this.#tighten();
  }

  #tighten(): void {
    let least = 0;
    for (const limit of this.#limits) if (least === 0 || limit < least) least = limit;
    this.#picosecondsPerByte = picosecondsPerByte(least);
  }
}

/** The price of a byte on a wire of this speed; 0 (unlimited) is free. */
export function picosecondsPerByte(bytesPerSecond: number): number {
  return bytesPerSecond === 0 ? 0 : Math.max(1, Math.round(1e12 / bytesPerSecond));
}
