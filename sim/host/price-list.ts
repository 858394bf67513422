import type { Work } from '../../engine/machine/index.ts';

/**
 * What work costs: integer nanoseconds of one thread per unit, bytes per KiB. A hardware profile is one of
 * these.
 */
export interface PriceList {
  /** Every step: being woken, decoding, routing. */
  readonly step: number;
  /** Every frame sent. */
  readonly send: number;
  readonly request: number;
  readonly partition: number;
  readonly batch: number;
  readonly record: number;
  readonly copiedKib: number;
  readonly checksummedKib: number;
  readonly compressedKib: number;
  readonly readKib: number;
  readonly writtenKib: number;
}

/** Work takes no time: the choice of a search for wrong behaviour, which wants events and not seconds. */
export const FREE: PriceList = {
  step: 0,
  send: 0,
  request: 0,
  partition: 0,
  batch: 0,
  record: 0,
  copiedKib: 0,
  checksummedKib: 0,
  compressedKib: 0,
  readKib: 0,
  writtenKib: 0,
};

export function isFree(prices: PriceList): boolean {
  return Object.values(prices).every((price) => price === 0);
}

/** Nanoseconds for the work of one step that sent so many frames. */
export function priceOf(prices: PriceList, work: Work, sends: number): number {
  const kibs =
    work.bytesCopied * prices.copiedKib +
    work.bytesChecksummed * prices.checksummedKib +
    work.bytesCompressed * prices.compressedKib +
    work.bytesRead * prices.readKib +
    work.bytesWritten * prices.writtenKib;
  return (
    prices.step +
    sends * prices.send +
    work.requests * prices.request +
    work.partitions * prices.partition +
    work.batches * prices.batch +
    work.records * prices.record +
    Math.floor(kibs / 1_024)
  );
}
