/** What to do without a position, or with one outside of the log (`AutoOffsetResetStrategy`, KIP-1106). */
export type OffsetResetPolicy = 'earliest' | 'latest' | 'none' | { readonly byDurationMs: number };

/** `auto.offset.reset` as it is written; by_duration takes an ISO-8601 duration: `by_duration:P1DT12H`. */
export type OffsetResetSetting = 'earliest' | 'latest' | 'none' | `by_duration:${string}`;

const BY_DURATION = 'by_duration:';

/** Null when this is no policy. */
export function parseOffsetReset(text: string): OffsetResetPolicy | null {
  if (text === 'earliest' || text === 'latest' || text === 'none') return text;
  if (!text.startsWith(BY_DURATION)) return null;
  const byDurationMs = parseIsoDurationMs(text.slice(BY_DURATION.length));
  return byDurationMs === null ? null : { byDurationMs };
}

/** What `java.time.Duration.parse` takes: days, then hours, minutes, seconds, each with a sign of its own. */
const ISO_DURATION = /^([-+]?)P(?:([-+]?\d{1,9})D)?(?:T(.+))?$/i;
const ISO_TIME = /^(?:([-+]?\d{1,9})H)?(?:([-+]?\d{1,9})M)?(?:([-+]?)(\d{1,9})(?:[.,](\d{0,9}))?S)?$/i;

/**
 * Milliseconds, rounded up: the time that a look-up asks for is rounded down. Null when it is no duration, or
 * a negative one.
 */
export function parseIsoDurationMs(text: string): number | null {
  const match = ISO_DURATION.exec(text);
  if (match === null) return null;
  const [, sign, days, time] = match;
  if (days === undefined && time === undefined) return null;
  const timeMs = time === undefined ? 0 : parseTimeMs(time);
  if (timeMs === null) return null;
  const ms = (Number(days ?? 0) * 86_400_000 + timeMs) * (sign === '-' ? -1 : 1);
  return ms < 0 ? null : Math.ceil(ms);
}

function parseTimeMs(text: string): number | null {
  const match = ISO_TIME.exec(text);
  if (match === null) return null;
  const [, hours, minutes, sign, seconds, fraction = ''] = match;
  const fractionMs = Number(`${fraction}000000000`.slice(0, 9)) / 1_000_000;
  const secondsMs = (Number(seconds ?? 0) * 1_000 + fractionMs) * (sign === '-' ? -1 : 1);
  return Number(hours ?? 0) * 3_600_000 + Number(minutes ?? 0) * 60_000 + secondsMs;
}
