/**
 * The work of one step, in units that a hardware profile can price. A machine adds to the meter it is handed; the host
 * reads it when the step ends and sets it back to zero.
 */
export interface Work {
  requests: number;
  partitions: number;
  batches: number;
  records: number;
  bytesCopied: number;
  bytesChecksummed: number;
  bytesCompressed: number;
  bytesRead: number;
  bytesWritten: number;
}

export function noWork(): Work {
  return {
    requests: 0,
    partitions: 0,
    batches: 0,
    records: 0,
    bytesCopied: 0,
    bytesChecksummed: 0,
    bytesCompressed: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };
}

/** Back to zero, in place: a meter lives as long as its node. */
export function resetWork(work: Work): void {
  work.requests = 0;
  work.partitions = 0;
  work.batches = 0;
  work.records = 0;
  work.bytesCopied = 0;
  work.bytesChecksummed = 0;
  work.bytesCompressed = 0;
  work.bytesRead = 0;
  work.bytesWritten = 0;
}
