/** A position in the log's history: an end offset and the epoch of the record before it. Names a snapshot, too. */
export interface OffsetAndEpoch {
  readonly offset: number;
  readonly epoch: number;
}

/** Epoch first: a log that ends in a later epoch is the more up to date, however short. */
export function compareOffsetAndEpoch(a: OffsetAndEpoch, b: OffsetAndEpoch): number {
  return a.epoch - b.epoch || a.offset - b.offset;
}

export function sameOffsetAndEpoch(a: OffsetAndEpoch, b: OffsetAndEpoch): boolean {
  return a.offset === b.offset && a.epoch === b.epoch;
}

export function describeOffsetAndEpoch(at: OffsetAndEpoch): string {
  return `@${at.offset} e${at.epoch}`;
}
