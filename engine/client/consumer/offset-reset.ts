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

/** What `java.time.Duration.parse` takes: days, hours, minutes, seconds, each with a sign of its own. */
const ISO_DURATION =
  /^([-+]?)P(?:([-+]?\d{1,9})D)?(T(?:([-+]?\d{1,9})H)?(?:([-+]?\d{1,9})M)?(?:([-+]?)(\d{1,12})(?:[.,](\d{0,9}))?S)?)?$/i;

/**
 * Milliseconds, rounded up: the time that a look-up asks for is rounded down. Null when it is no duration, or
 * a negative one.
 */
export function parseIsoDurationMs(text: string): number | null {
  const match = ISO_DURATION.exec(text);
  if (match === null || (match[3] ?? '').toUpperCase() === 'T') return null;
  const [, sign, days, , hours, minutes, secondsSign, seconds, fraction = ''] = match;
  if (days === undefined && hours === undefined && minutes === undefined && seconds === undefined)
    return null;
  const wholeSeconds = Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60;
  const fractionMs = Number(`${fraction}000000000`.slice(0, 9)) / 1_000_000;
  const own = (Number(seconds ?? 0) * 1_000 + fractionMs) * (secondsSign === '-' ? -1 : 1);
  const ms = (wholeSeconds * 1_000 + own) * (sign === '-' ? -1 : 1);
  return ms < 0 ? null : Math.ceil(ms);
}
