/** A named stream of randomness. Draws are integers: floats are not the same on every machine once transformed. */
export interface Random {
  /** A uniform integer in [0, 2^32). */
  u32(): number;
  /** A uniform integer in [0, bound); bound is in [1, 2^32]. */
  below(bound: number): number;
}

/** Hands out streams by name. A new purpose takes a new name, so that old seeds keep their meaning. */
export interface RandomSource {
  stream(name: string): Random;
}
