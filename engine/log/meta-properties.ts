import { utf8Decode, utf8Encode } from '../wire/index.ts';

/** Whose directory it is (`MetaProperties`, version 1). */
export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly directoryId: string;
}

/** As `java.util.Properties` stores it: an empty comment, the date, keys in order. */
export function encodeMetaProperties(properties: MetaProperties, nowMs: number): Uint8Array {
  return utf8Encode(
    [
      '#',
      `#${javaDate(nowMs)}`,
      `cluster.id=${properties.clusterId}`,
      `directory.id=${properties.directoryId}`,
      `node.id=${properties.nodeId}`,
      'version=1',
      '',
    ].join('\n'),
  );
}

/** Null when a key is missing or wrong. */
export function decodeMetaProperties(content: Uint8Array): MetaProperties | null {
  const values = new Map<string, string>();
  for (const line of utf8Decode(content).split('\n')) {
    const at = line.indexOf('=');
    if (at > 0 && !line.startsWith('#')) values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  const clusterId = values.get('cluster.id');
  const directoryId = values.get('directory.id');
  const nodeId = values.get('node.id') ?? '';
  if (values.get('version') !== '1' || clusterId === undefined || directoryId === undefined) return null;
  if (!/^\d{1,9}$/.test(nodeId) || !/^[A-Za-z0-9_-]{22}$/.test(directoryId)) return null;
  return { clusterId, nodeId: Number(nodeId), directoryId };
}

const DAY_MS = 86_400_000;
const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sat Nov 21 01:17:00 UTC 2026`, by counting: the engine has no calendar. */
function javaDate(nowMs: number): string {
  const days = Math.floor(nowMs / DAY_MS);
  const seconds = Math.floor((nowMs - days * DAY_MS) / 1000);
  const two = (value: number) => value.toString().padStart(2, '0');
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  const [year, month, day] = civilDate(days);
  return `${DAYS[((days % 7) + 7) % 7]} ${MONTHS[month - 1]} ${two(day)} ${clock} UTC ${year}`;
}

/** Days since 1970 as year, month, day. Years begin in March, so that the leap day is a year's last. */
function civilDate(days: number): readonly [year: number, month: number, day: number] {
  const sinceYearZero = days + 719_468;
  const era = Math.floor(sinceYearZero / 146_097);
  const dayOfEra = sinceYearZero - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}
