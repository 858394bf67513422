import { ClassicGroups } from './classic/index.ts';
import { ConsumerGroups } from './consumer/index.ts';
import type { MakeRooms } from './group-shard.ts';

/** The rooms of a shard's groups as a broker has them. */
export const makeRooms: MakeRooms = (context, groups, config) => {
  const classic = new ClassicGroups(context, groups, config);
  const consumer = new ConsumerGroups(context, groups, config, classic);
  classic.connect(consumer);
  return { classic, consumer };
};
