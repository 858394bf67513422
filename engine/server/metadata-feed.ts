import type { MetadataView } from '../broker/index.ts';
import {
  ClusterImage,
  imageDifference,
  type MetadataDelta,
  MetadataError,
  MetadataLoader,
} from '../metadata/index.ts';
import type { Raft } from '../raft/index.ts';

/** One step of the published image: what changed, and how far it reaches. */
export interface Publication {
  readonly delta: MetadataDelta;
  readonly image: ClusterImage;
  /** The last offset that the image holds. */
  readonly lastContainedOffset: number;
  readonly lastContainedEpoch: number;
  /** Bytes of the log that this step took in. */
  readonly bytes: number;
}

/**
 * What the quorum has committed, as one image that moves on (the publishing half of Kafka's `MetadataLoader`).
 * Nothing is published before the process has read up to the high watermark once and seen a record of the
 * controller: the first publication is the whole image against an empty one.
 */
export class MetadataFeed implements MetadataView {
  readonly #loader = new MetadataLoader();
  #catchingUp = true;
  #sawRecord = false;
  #publishedOffset = -1;

  get image(): ClusterImage {
    return this.#loader.image;
  }

  /** Of what was published: -1 while catching up. */
  get lastContainedOffset(): number {
    return this.#publishedOffset;
  }

  /** A snapshot must not end within a transaction. */
  get inTransaction(): boolean {
    return this.#loader.transactionStartOffset >= 0;
  }

  /** The next publication, or null when there is nothing new. The owner asks until then. */
  poll(raft: Raft): Publication | MetadataError | null {
    const snapshot = raft.takeSnapshotToLoad();
    if (snapshot !== null) {
      const { id, chunks } = snapshot;
      const batches = chunks.map((batch) => ({ batch, isControl: false }));
      const delta = this.#loader.loadSnapshot(id.offset - 1, id.epoch, batches);
      if (delta instanceof MetadataError) return delta;
      this.#sawRecord = true;
      return this.#publish(delta, raft.highWatermark, 0);
    }
    const committed = raft.takeCommitted();
    if (committed.length === 0) return null;
    let bytes = 0;
    for (const batch of committed) {
      bytes += batch.batch.length;
      if (!batch.isControl) this.#sawRecord = true;
    }
    const delta = this.#loader.load(committed, committed.at(-1)!.epoch);
    if (delta instanceof MetadataError) return delta;
    return this.#publish(delta, raft.highWatermark, bytes);
  }

  #publish(delta: MetadataDelta, highWatermark: number, bytes: number): Publication | null {
    const loader = this.#loader;
    let published = delta;
    if (this.#catchingUp) {
      if (highWatermark < 0 || loader.lastOffset < highWatermark - 1 || !this.#sawRecord) return null;
      this.#catchingUp = false;
      published = imageDifference(new ClusterImage(), loader.image);
    }
    this.#publishedOffset = loader.lastOffset;
    return {
      delta: published,
      image: loader.image,
      lastContainedOffset: loader.lastOffset,
      lastContainedEpoch: loader.lastEpoch,
      bytes,
    };
  }
}
