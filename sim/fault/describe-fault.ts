import type { Fault } from '../scenario/index.ts';

/** One line: `clog leader:t-0 -> clients at 2s until 8s, oneWay true`. */
export function describeFault(fault: Fault): string {
  const { kind, at, until, ...rest } = fault;
  const { target, among, from, to, ...how } = rest as Readonly<Record<string, unknown>>;
  const whom = target ?? among ?? `${String(from)} -> ${String(to)}`;
  const details = Object.entries(how)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `, ${name} ${String(value)}`)
    .join('');
  return `${kind} ${String(whom)} at ${at}${until === undefined ? '' : ` until ${until}`}${details}`;
}
