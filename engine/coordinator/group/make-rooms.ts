import { ClassicGroups } from './classic/index.ts';
import type { MakeRooms } from './group-shard.ts';
import { makeSimpleRooms } from './simple-rooms.ts';

/** The rooms of a shard's groups as a broker has them. */
export const makeRooms: MakeRooms = (context, groups, config) => ({
  classic: new ClassicGroups(context, groups, config),
  consumer: makeSimpleRooms(context, groups, config).consumer,
});
