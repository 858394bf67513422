/** Topics whose partitions' leaders are coordinators. */
export const CONSUMER_OFFSETS = '__consumer_offsets';
export const TRANSACTION_STATE = '__transaction_state';

/** It has no positive counterpart: `Utils.abs` makes it zero. */
const MIN_VALUE = -(2 ** 31);

/**
 * The partition of a coordinators' topic to which a group or a transactional id belongs: Java's `String.hashCode`
 * made positive, modulo the partitions (`Utils.abs(id.hashCode) % n`).
 */
export function coordinatorPartition(key: string, partitions: number): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return hash === MIN_VALUE ? 0 : Math.abs(hash) % partitions;
}
