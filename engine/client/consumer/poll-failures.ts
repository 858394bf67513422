import { errorName } from '../../wire/index.ts';
import type { PollFailure } from '../ports.ts';
import type { PartitionState } from './partition-state.ts';

/** A failure without more to say than where. */
export function failureAt(
  kind: 'offset out of range' | 'no offset' | 'corrupt record',
  { topic, partition, offset }: PartitionState,
): PollFailure {
  return { kind, topic, partition, position: offset };
}

export function errorAt(code: number, { topic, partition, offset }: PartitionState): PollFailure {
  return { kind: 'error', topic, partition, position: offset, error: { code, message: errorName(code) } };
}
