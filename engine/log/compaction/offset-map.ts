import type { RecordCursor } from '../../records/index.ts';

/** `SkimpyOffsetMap`: 16 bytes of MD5 and 8 of offset. */
const BYTES_PER_ENTRY = 24;

/** The last offset of each key in the dirty part of a log, as far as the part has been read. */
export class OffsetMap {
  readonly #offsets = new Map<string, number>();
  readonly #capacity: number;
  /** Everything up to here is in the map. */
  latestOffset: number;

  constructor(bufferBytes: number, loadFactor: number, startOffset: number) {
    this.#capacity = Math.floor(Math.floor(bufferBytes / BYTES_PER_ENTRY) * loadFactor);
    this.latestOffset = startOffset - 1;
  }

  get size(): number {
    return this.#offsets.size;
  }

  /** False when the map is full, as Kafka counts it: before it looks whether the key is known. */
  put(record: RecordCursor): boolean {
    if (this.#offsets.size >= this.#capacity) return false;
    this.#offsets.set(record.keyText(), record.offset);
    return true;
  }

  /** Whether the map knows of a later record of the same key. */
  supersedes(record: RecordCursor): boolean {
    const latest = this.#offsets.get(record.keyText());
    return latest !== undefined && latest > record.offset;
  }
}
