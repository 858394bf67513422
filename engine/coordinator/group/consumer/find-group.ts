import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode } from '../../../wire/index.ts';
import type { GroupRecord } from '../records/index.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { upgradeClassicGroup } from './convert-classic-group.ts';
import type { Room } from './room.ts';

/** The consumer group of this id, or GROUP_ID_NOT_FOUND. */
export function findGroup(room: Room, groupId: string, atOffset?: number): ConsumerGroup | number {
  const group = room.groups.get(groupId, atOffset);
  return group instanceof ConsumerGroup ? group : ErrorCode.GROUP_ID_NOT_FOUND;
}

/**
 * The group that a member joins (`getOrMaybeCreateConsumerGroup`). One that is new is in no map before its records are
 * replayed. An empty classic group makes room; one with members is converted if it can be.
 */
export function groupToJoin(
  room: Room,
  now: Us,
  groupId: string,
  records: GroupRecord[],
  out: Outbox,
): ConsumerGroup | number {
  const group = room.groups.get(groupId);
  if (group === undefined) return newGroup(room, groupId);
  if (group instanceof ConsumerGroup) return group;
  if (!group.isEmpty) return upgradeClassicGroup(room, now, group, records, out);
  group.addTombstones(records);
  group.cancelTimers();
  return newGroup(room, groupId);
}

export function newGroup(room: Room, groupId: string): ConsumerGroup {
  return new ConsumerGroup(room.context.timeline, groupId, (group) => room.timers.cancelGroup(group));
}
