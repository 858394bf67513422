import type { Us } from '../../engine/machine/index.ts';
import type { Latency } from '../random/index.ts';

/** Where a host stands. Two hosts share a rack only if they share its region too. */
export interface Location {
  readonly region: string;
  readonly rack: string;
}

/** What a host's network card carries in each direction, bytes a second; 0 is unlimited. */
export interface Nic {
  readonly outBytesPerSecond: number;
  readonly inBytesPerSecond: number;
}

export const UNLIMITED_NIC: Nic = { outBytesPerSecond: 0, inBytesPerSecond: 0 };

/** How far two hosts are from each other. */
export type Distance = 'same host' | 'same rack' | 'same region' | 'other region';

/** What a pair of hosts at one distance has between them, one way. */
export interface LinkClass {
  readonly latency: Latency;
  /** Packets lost in a million. Loss is felt as delay, never as a missing frame. */
  readonly lossPpm: number;
}

export interface NetworkOptions {
  readonly links: Readonly<Record<Distance, LinkClass>>;
  /** What a packet carries; loss is drawn per packet. */
  readonly packetBytes: number;
  /**
   * What a sender puts on the wire before it needs an acknowledgement; felt when only the way back is cut.
   */
  readonly windowBytes: number;
  /** The first retransmission time-out; each further one is twice as long, up to the longest. */
  readonly retransmitUsFirst: Us;
  readonly retransmitUsMax: Us;
  /**
   * Unacknowledged data breaks the connection after this ('timed out'). Linux: 15 retransmissions, about
   * 924.6 s.
   */
  readonly userTimeoutUs: Us;
  /** A SYN is repeated after this, then after twice as long, and so on. */
  readonly connectRetryUsFirst: Us;
  /** An unanswered connect ends after this ('timed out'). Linux: 6 retries, 127 s. */
  readonly connectTimeoutUs: Us;
}

/**
 * Linux' time-outs and the round trips of a large cloud: 0.1 ms in a rack, 0.5 ms in a region, 40 ms one way
 * beyond.
 */
export const DEFAULT_NETWORK: NetworkOptions = {
  links: {
    'same host': { latency: { floorUs: 15, tailUsMean: 5 }, lossPpm: 0 },
    'same rack': { latency: { floorUs: 50, tailUsMean: 15 }, lossPpm: 0 },
    'same region': { latency: { floorUs: 250, tailUsMean: 60 }, lossPpm: 0 },
    'other region': { latency: { floorUs: 40_000, tailUsMean: 1_500 }, lossPpm: 0 },
  },
  packetBytes: 1_448,
  windowBytes: 262_144,
  retransmitUsFirst: 200_000,
  retransmitUsMax: 120_000_000,
  userTimeoutUs: 924_600_000,
  connectRetryUsFirst: 1_000_000,
  connectTimeoutUs: 127_000_000,
};

export function distanceBetween(a: string, aAt: Location, b: string, bAt: Location): Distance {
  if (a === b) return 'same host';
  if (aAt.region !== bAt.region) return 'other region';
  return aAt.rack === bAt.rack ? 'same rack' : 'same region';
}
