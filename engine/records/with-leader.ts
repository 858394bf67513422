import { BASE_OFFSET, LEADER_EPOCH } from './batch-header.ts';
import { writeInt32, writeInt64 } from './big-endian.ts';

/** A copy stamped by a leader. Both fields lie before the CRC's range, so the checksum stays true. */
export function withLeader(batch: Uint8Array, baseOffset: number, leaderEpoch: number): Uint8Array {
  const stamped = batch.slice();
  writeInt64(stamped, BASE_OFFSET, baseOffset);
  writeInt32(stamped, LEADER_EPOCH, leaderEpoch);
  return stamped;
}
