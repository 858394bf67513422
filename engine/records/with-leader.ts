import { BASE_OFFSET, LEADER_EPOCH } from './batch-header.ts';
import type { BatchRoom } from './batch-room.ts';
import { writeInt32, writeInt64 } from './big-endian.ts';

/**
 * A copy stamped by a leader, in `room` if there is some. Both fields lie before the CRC's range, so the checksum stays
 * true.
 */
export function withLeader(
  batch: Uint8Array,
  baseOffset: number,
  leaderEpoch: number,
  room: BatchRoom | null = null,
): Uint8Array {
  const stamped = room === null ? batch.slice() : room.copy(batch);
  writeInt64(stamped, BASE_OFFSET, baseOffset);
  writeInt32(stamped, LEADER_EPOCH, leaderEpoch);
  return stamped;
}
