import type { Violation } from '../../result/index.ts';
import type { Election, RunWitness } from './run-witness.ts';

/** An acknowledged value that is gone, and where it stood. */
export interface LostValue {
  readonly log: string;
  readonly recordOffset: number;
  readonly ackedAt: number;
}

const LOSSES: ReadonlySet<string> = new Set(['lost', 'lost-write']);

/** Null: the finding is about something else, or nobody was told where the value stood. */
export function lostValueOf({ check, at, evidence }: Violation): LostValue | null {
  const { log, recordOffset } = evidence;
  if (!LOSSES.has(check) || typeof log !== 'string') return null;
  if (typeof recordOffset !== 'number' || recordOffset < 0) return null;
  return { log, recordOffset, ackedAt: at };
}

/** What the controller had last said of the partition when the value was acknowledged. */
export function partitionAt(run: RunWitness, { ackedAt, log }: LostValue): Election | undefined {
  return run.elections(log).findLast(({ at }) => at <= ackedAt);
}

/** When a replica's log was first without the value again; undefined: never, as far as was told. */
export function lostAt(
  run: RunWitness,
  node: string,
  { ackedAt, log, recordOffset }: LostValue,
): number | undefined {
  return run.cuts(log).find((cut) => cut.node === node && cut.at >= ackedAt && cut.to <= recordOffset)?.at;
}

/** Brokers' processes are named by their ids. */
export function brokerName(id: number): string {
  return `b${id}`;
}
