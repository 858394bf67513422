import { runTrial, type TrialOptions } from '../cluster/index.ts';
import type { Result } from '../result/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { guarded } from './guard.ts';

/** One trial on this thread, behind the guard, with what the host has to say of it. */
export function runGuardedTrial(scenario: Scenario, options: TrialOptions): Result {
  const from = process.hrtime.bigint();
  const trial = guarded(() => runTrial(scenario, options));
  const wallMs = Number((process.hrtime.bigint() - from) / 1_000_000n);
  return {
    ...trial,
    host: { wallMs, node: process.version, maxRssBytes: process.resourceUsage().maxRSS * 1024 },
  };
}
