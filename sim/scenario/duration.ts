/** A length of time as people write it: `250us`, `40ms`, `1.5s`, `2m`, `1h`. In a scenario never a bare number. */
export type Duration = string;

const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

/** The longest time a scenario may name: a simulated week. */
export const MAX_DURATION_US = 7 * 24 * 3_600_000_000;

/**
 * Integer microseconds, or null when this is not a duration (negative, no unit, finer than a microsecond, over a
 * week).
 */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,12})(?:\.(\d{1,6}))?(us|ms|s|m|h)$/.exec(text);
  if (match === null) return null;
  const unit = UNIT_US[match[3]!]!;
  const fraction = match[2] ?? '';
  const scaled = (Number(fraction) * unit) / 10 ** fraction.length;
  if (!Number.isInteger(scaled)) return null;
  const us = Number(match[1]) * unit + scaled;
  return us <= MAX_DURATION_US ? us : null;
}

/** Microseconds of a duration that the loader has already accepted. */
export function durationUs(text: Duration): number {
  const us = parseDuration(text);
  if (us === null) throw new RangeError(`not a duration: ${text}`);
  return us;
}

/** The shortest exact spelling, for generated schedules and for messages. */
export function formatDuration(us: number): Duration {
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const size = UNIT_US[unit]!;
    if (us >= size && us % (size / (unit === 's' || unit === 'ms' ? 1_000 : 1)) === 0)
      return `${us / size}${unit}`;
  }
  return `${us}us`;
}
