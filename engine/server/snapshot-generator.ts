import { SECOND, type Us } from '../machine/index.ts';
import { type ClusterImage, encodeRecords, type MetadataRecord } from '../metadata/index.ts';
import type { Publication } from './metadata-feed.ts';

/** When a process writes a snapshot of its image (`MetadataLogConfig`). */
export interface SnapshotConfig {
  readonly 'metadata.log.max.record.bytes.between.snapshots': number;
  readonly 'metadata.log.max.snapshot.interval.ms': number;
}

export const snapshotConfigDefaults: SnapshotConfig = {
  'metadata.log.max.record.bytes.between.snapshots': 20 * 1024 * 1024,
  'metadata.log.max.snapshot.interval.ms': 3_600_000,
};

/** Records a batch of a snapshot holds at most (`RecordsSnapshotWriter` cuts by bytes; this stays well below). */
const RECORDS_PER_BATCH = 1024;

/** Counts what was published since the last snapshot and says when the next is due (`SnapshotGenerator`). */
export class SnapshotGenerator {
  readonly #maxBytes: number;
  readonly #maxAgeUs: Us;
  #bytes = 0;
  #lastAt: Us;

  constructor(config: SnapshotConfig, now: Us) {
    this.#maxBytes = config['metadata.log.max.record.bytes.between.snapshots'];
    this.#maxAgeUs = config['metadata.log.max.snapshot.interval.ms'] * (SECOND / 1000);
    this.#lastAt = now;
  }

  /** True when a snapshot of the published image is due. Loading one counts as having written one. */
  isDue(now: Us, publication: Publication, inTransaction: boolean): boolean {
    if (publication.bytes === 0) {
      this.#reset(now);
      return false;
    }
    this.#bytes += publication.bytes;
    const tooOld = this.#maxAgeUs > 0 && now - this.#lastAt >= this.#maxAgeUs;
    if (inTransaction || (this.#bytes < this.#maxBytes && !tooOld)) return false;
    this.#reset(now);
    return true;
  }

  #reset(now: Us): void {
    this.#bytes = 0;
    this.#lastAt = now;
  }
}

/** The image as batches; offsets and epochs are set by whoever writes them to a file. */
export function snapshotBatches(image: ClusterImage, epoch: number, nowMs: number): readonly Uint8Array[] {
  const records: readonly MetadataRecord[] = image.toRecords();
  const batches: Uint8Array[] = [];
  for (let at = 0; at < records.length; at += RECORDS_PER_BATCH) {
    batches.push(encodeRecords(records.slice(at, at + RECORDS_PER_BATCH), at, epoch, nowMs));
  }
  return batches;
}
