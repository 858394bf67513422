import { durationUs, parseDuration, type Scenario } from '../sim/scenario/index.ts';
import { UsageError } from './usage-error.ts';

/**
 * `--until`: the same scenario, ended early. Faults and operations that would begin later are left out, and with them what the
 * scenario expects to have happened: a run cut short proves less.
 */
export function shortened(scenario: Scenario, until: string): Scenario {
  const us = parseDuration(until);
  if (us === null || us === 0) throw new UsageError(`--until ${until}: is not a duration such as 20s`);
  if (us > durationUs(scenario.duration)) {
    throw new UsageError(
      `--until ${until}: the run lasts ${scenario.duration}; for a longer one say --set duration=${until}`,
    );
  }
  const faults = scenario.faults.filter((fault) => durationUs(fault.at) < us);
  const operations = scenario.operations.filter((operation) => durationUs(operation.at) < us);
  const left = scenario.faults.length + scenario.operations.length - faults.length - operations.length;
  const isWhole = left === 0;
  const expect = isWhole ? scenario.expect : { ...scenario.expect, probes: [] };
  return { ...scenario, duration: until, faults, operations, expect };
}
