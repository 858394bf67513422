import { assert, type Random, type Us } from '../machine/index.ts';

/**
 * How far a delay strays from its term, in thousandths: 20 % either way
 * (`CommonClientConfigs.RETRY_BACKOFF_JITTER`).
 */
const JITTER_PER_MILLE = 200;

/**
 * A delay that doubles with every attempt, up to a cap, with 20 % jitter that never exceeds the cap (KIP-580,
 * `ExponentialBackoff`). When the cap is not above the start there is neither growth nor jitter nor a draw.
 */
export function backoffUs(initialUs: Us, maxUs: Us, attempts: number, random: Random): Us {
  assert(attempts >= 0, 'attempts are counted from zero');
  if (maxUs <= initialUs) return maxUs;
  let term = initialUs;
  for (let i = 0; i < attempts && term < maxUs; i++) term *= 2;
  if (term > maxUs) term = maxUs;
  const perMille = 1000 - JITTER_PER_MILLE + random.below(2 * JITTER_PER_MILLE + 1);
  const jittered = Math.floor((term * perMille) / 1000);
  return jittered < maxUs ? jittered : maxUs;
}
