import type { Us } from '../../engine/machine/index.ts';
import type { Host } from '../host/index.ts';
import type { Network } from '../network/index.ts';
import type { Fault, FaultKind, Scenario, Target } from '../scenario/index.ts';

/** Undoes one thing that was done. */
export type Heal = () => void;

/** The world, as far as one fault may do something to it. Made anew for each fault that is injected. */
export interface FaultWorld {
  readonly scenario: Scenario;
  readonly network: Network;
  /** How long the fault will hold; -1 when nobody said. */
  readonly lastsUs: Us;
  host(name: string): Host;
  /** The hosts that a target names at this moment; none when nobody has that role. */
  resolve(target: Target): readonly string[];
  /** Does something so much later, unless the fault has healed by then. */
  after(delayUs: Us, action: () => void): void;
  /** Whoever watches processes does not start this one. Answers the end of that. */
  keepDown(name: string): Heal;
  /** Counts an effect. */
  probe(name: string): void;
}

export interface Injected {
  /** Whom it hit. */
  readonly targets: readonly string[];
  /** In order. */
  readonly heals: readonly Heal[];
}

/**
 * What a fault takes from a replica set while it holds: nothing that counts; a replica that cannot serve or follow
 * (`away`); or one that may also come back without what it had (`lossy`).
 */
export type Cost = 'nothing' | 'away' | 'lossy';

/** Everything about one kind of fault. */
export interface FaultRule<F extends Fault = Fault> {
  readonly cost: Cost;
  /**
   * Draws one for a random schedule. All luck comes from the draw's target and variant: every kind takes the same
   * number of draws, so that dropping one fault does not change the others.
   */
  draw(draw: Draw): Untimed<F>;
  inject(fault: F, world: FaultWorld): Injected;
}

export type FaultRules = { readonly [K in FaultKind]: FaultRule<Extract<Fault, { readonly kind: K }>> };

export type Untimed<F> = F extends unknown ? Omit<F, 'at' | 'until' | 'whenSafe'> : never;

/** The luck of one drawn fault. */
export interface Draw {
  readonly scenario: Scenario;
  /** A broker three times out of four, by its name or as a leader; otherwise a controller. */
  readonly target: Target;
  /** 32 bits. */
  readonly variant: number;
}
