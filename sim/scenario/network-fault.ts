import type { Duration } from './duration.ts';
import type { Target, TimedFault } from './timed-fault.ts';

/** Silence between two sides: both ways, or only of what `from` sends. TCP repeats when it heals. */
export interface Partition extends TimedFault {
  readonly kind: 'partition';
  readonly from: Target;
  readonly to: Target;
  readonly oneWay: boolean;
}

/** Cut off from everybody else; hosts of one target still hear each other. */
export interface Isolate extends TimedFault {
  readonly kind: 'isolate';
  readonly target: Target;
  readonly direction: 'both' | 'inbound' | 'outbound';
}

/** A jam: what is sent queues on the way, and arrives at once, in order, when it heals. */
export interface Clog extends TimedFault {
  readonly kind: 'clog';
  readonly from: Target;
  readonly to: Target;
  readonly oneWay: boolean;
}

/** Nodes are clogged one by one, and freed in another order: half of the time for each. */
export interface Swizzle extends TimedFault {
  readonly kind: 'swizzle';
  readonly among: Target;
  /** Any integer: which nodes (about half), and in what orders. */
  readonly salt: number;
}

/** The nodes in two halves that do not hear each other. */
export interface Halves extends TimedFault {
  readonly kind: 'halves';
  readonly among: Target;
  readonly salt: number;
}

/** A third of the nodes (at least one) apart from the others. */
export interface MinorityThird extends TimedFault {
  readonly kind: 'minority-third';
  readonly among: Target;
  readonly salt: number;
}

/** Two halves that do not hear each other, and one node that both hear. */
export interface Bridge extends TimedFault {
  readonly kind: 'bridge';
  readonly among: Target;
  readonly salt: number;
}

/** Every node hears a majority, and no two the same one. */
export interface MajoritiesRing extends TimedFault {
  readonly kind: 'majorities-ring';
  readonly among: Target;
  readonly salt: number;
}

/** One plane is cut and the other works: all that concerns controllers, or all between brokers and clients. */
export interface PlaneCut extends TimedFault {
  readonly kind: 'plane-cut';
  readonly target: Target;
  readonly plane: 'control' | 'data';
}

/** So much more one-way delay, both ways. */
export interface SlowNetwork extends TimedFault {
  readonly kind: 'slow-network';
  readonly from: Target;
  readonly to: Target;
  readonly delay: Duration;
}

/** One packet in `oneIn` takes up to so much longer, both ways. */
export interface LongTail extends TimedFault {
  readonly kind: 'long-tail';
  readonly from: Target;
  readonly to: Target;
  readonly oneIn: number;
  readonly delay: Duration;
}

/** Of 10,000 packets so many more are lost, both ways: felt as retransmission. */
export interface PacketLoss extends TimedFault {
  readonly kind: 'packet-loss';
  readonly from: Target;
  readonly to: Target;
  readonly lossPer10k: number;
}

/** Each way between two hosts carries no more than this. */
export interface LimitBandwidth extends TimedFault {
  readonly kind: 'limit-bandwidth';
  readonly from: Target;
  readonly to: Target;
  readonly bytesPerSecond: number;
}

/** One frame in `oneIn` that carries records arrives with a bit of a batch changed, though TCP's sum agrees. */
export interface CorruptFrames extends TimedFault {
  readonly kind: 'corrupt-frames';
  readonly from: Target;
  readonly to: Target;
  readonly oneIn: number;
}

/** Connections between two sides break, once; nothing to heal. One side may hear of it only when it speaks. */
export interface ResetConnections extends TimedFault {
  readonly kind: 'reset-connections';
  readonly from: Target;
  readonly to: Target;
  readonly side: 'both' | 'from' | 'to';
}

/** `from` has lost its connections; `to` speaks into the void, and is reset when it heals. */
export interface HalfOpen extends TimedFault {
  readonly kind: 'half-open';
  readonly from: Target;
  readonly to: Target;
}

/** Connections to the target succeed, and nothing is answered. */
export interface AcceptSilently extends TimedFault {
  readonly kind: 'accept-silently';
  readonly target: Target;
}

export type NetworkFault =
  | Partition
  | Isolate
  | Clog
  | Swizzle
  | Halves
  | MinorityThird
  | Bridge
  | MajoritiesRing
  | PlaneCut
  | SlowNetwork
  | LongTail
  | PacketLoss
  | LimitBandwidth
  | CorruptFrames
  | ResetConnections
  | HalfOpen
  | AcceptSilently;
