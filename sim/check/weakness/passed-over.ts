import type { Violation } from '../../result/index.ts';
import type { RunWitness } from './run-witness.ts';

/** A value that a reader jumped over, and where it had been acknowledged. */
export interface PassedOver {
  readonly id: number;
  readonly log: string;
  readonly recordOffset: number;
}

const JUMPS: ReadonlySet<string> = new Set(['poll-skip', 'int-poll-skip']);

/**
 * What a reader jumped over, each of which has to be explained for the jump to be. Null: it did not jump, nothing is
 * known to have been acknowledged there, or another reader of what is committed was shown something of it.
 */
export function passedOver({ check, evidence }: Violation, run: RunWitness): PassedOver[] | null {
  const { from, log, to } = evidence;
  if (!JUMPS.has(check)) return null;
  if (typeof from !== 'number' || typeof to !== 'number' || typeof log !== 'string') return null;
  return run.once(`passed over in ${log} from ${from} to ${to}`, () => between(run, log, from, to));
}

/** More than one weakness asks, and all sends are looked at: last of all, and once. */
function between(run: RunWitness, log: string, from: number, to: number): PassedOver[] | null {
  for (let recordOffset = from + 1; recordOffset < to; recordOffset++)
    if (run.committedAt(log, recordOffset) !== null) return null;
  const passed: PassedOver[] = [];
  for (const { outcome, writes } of run.history.sends) {
    if (outcome !== 'ok') continue;
    for (const { id, log: of, recordOffset } of writes)
      if (of === log && recordOffset > from && recordOffset < to) passed.push({ id, log, recordOffset });
  }
  return passed.length === 0 ? null : passed;
}
