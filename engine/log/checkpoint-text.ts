import { utf8Decode, utf8Encode } from '../wire/index.ts';
import { logName, parseLogName } from './log-file-name.ts';

/*
 * `CheckpointFile`: lines of text. Version, number of entries, entries, each line ended by a newline.
 *
 *   0                0
 *   1                2
 *   orders 3 417     0 0        <- leader epoch, start offset
 *                    4 100
 */
const VERSION = '0';
/** A file with more lines than this was not written by us. */
const MAX_ENTRIES = 1_000_000;

export function encodeCheckpoint(entries: readonly string[]): Uint8Array {
  return utf8Encode(`${[VERSION, `${entries.length}`, ...entries].join('\n')}\n`);
}

/**
 * The entries' lines; empty for an empty file, as Kafka reads it; null when the content cannot be trusted.
 */
export function decodeCheckpoint(content: Uint8Array): readonly string[] | null {
  const lines = utf8Decode(content).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return [];
  if (lines[0] !== VERSION) return null;
  if (lines.length === 1) return [];
  const count = parseCount(lines[1]!);
  if (count < 0 || count > MAX_ENTRIES || lines.length !== count + 2) return null;
  return lines.slice(2);
}

/** `OffsetCheckpointFile`: a line `topic partition offset` for each log, in the order given. */
export function encodeOffsets(offsets: Iterable<readonly [log: string, offset: number]>): Uint8Array {
  const lines: string[] = [];
  for (const [log, offset] of offsets) {
    const { topic, partition } = parseLogName(log)!;
    lines.push(`${topic} ${partition} ${offset}`);
  }
  return encodeCheckpoint(lines);
}

/** Offsets by the log's name. */
export function decodeOffsets(content: Uint8Array): ReadonlyMap<string, number> | null {
  const lines = decodeCheckpoint(content);
  if (lines === null) return null;
  const offsets = new Map<string, number>();
  for (const line of lines) {
    const parts = line.split(/\s+/);
    const partition = parseCount(parts[1] ?? '');
    const offset = parseCount(parts[2] ?? '');
    if (parts.length !== 3 || partition < 0 || offset < 0) return null;
    offsets.set(logName(parts[0]!, partition), offset);
  }
  return offsets;
}

/** A leader epoch and the offset of its first record. */
export interface EpochEntry {
  readonly leaderEpoch: number;
  readonly startOffset: number;
}

/** `LeaderEpochCheckpointFile`: a line `epoch startOffset` for each entry. */
export function encodeEpochs(entries: readonly EpochEntry[]): Uint8Array {
  return encodeCheckpoint(entries.map((entry) => `${entry.leaderEpoch} ${entry.startOffset}`));
}

export function decodeEpochs(content: Uint8Array): readonly EpochEntry[] | null {
  const lines = decodeCheckpoint(content);
  if (lines === null) return null;
  const entries: EpochEntry[] = [];
  for (const line of lines) {
    const parts = line.split(/\s+/);
    const leaderEpoch = parseCount(parts[0] ?? '');
    const startOffset = parseCount(parts[1] ?? '');
    if (parts.length !== 2 || leaderEpoch < 0 || startOffset < 0) return null;
    entries.push({ leaderEpoch, startOffset });
  }
  return entries;
}

/** A non-negative safe integer in decimal, or -1. */
function parseCount(text: string): number {
  if (!/^\d{1,16}$/.test(text)) return -1;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : -1;
}
