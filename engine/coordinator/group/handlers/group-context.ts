import type { Request, Responder } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import type { ClusterImage } from '../../../metadata/index.ts';
import { type CoordinatorRuntime, coordinatorError } from '../../runtime/index.ts';
import type { GroupConfig } from '../group-config.ts';
import type { Answer, Caller, GroupDecision } from '../group-rooms.ts';
import type { GroupShard } from '../group-shard.ts';
import type { GroupRecord } from '../records/index.ts';

/** What handlers of group requests share. */
export interface GroupContext {
  readonly config: GroupConfig;
  readonly runtime: CoordinatorRuntime<GroupShard, GroupRecord>;
  readonly responder: Responder;
  /** The metadata as this broker has applied it. */
  image(): ClusterImage;
  /** The partition of `__consumer_offsets` into which a group falls. */
  partitionOf(groupId: string): number;
}

/** Connections have no addresses here: Kafka prints `/10.0.0.7`. */
const CLIENT_HOST = '/127.0.0.1';

export function callerOf({ apiVersion, clientId }: Request): Caller {
  return { clientId: clientId ?? '', clientHost: CLIENT_HOST, apiVersion };
}

/** KIP-848 is on: `group.version` 1. */
export function hasConsumerGroups(image: ClusterImage): boolean {
  return image.featureLevel('group.version') >= 1;
}

/** How a request is answered. */
export function answerTo<Body extends object>(context: GroupContext, request: Request): Answer<Body> {
  return (_now, body, out) => context.responder.respond(request.id, body, out);
}

/** A member's request to its group: decided by a room of the shard, which answers; `refused` makes the body of a code. */
export function askGroup<Body extends object>(
  context: GroupContext,
  now: Us,
  groupId: string,
  answer: Answer<Body>,
  refused: (errorCode: number) => Body,
  decide: (shard: GroupShard) => GroupDecision,
  out: Outbox,
): void {
  context.runtime.scheduleWrite(
    now,
    context.partitionOf(groupId),
    decide,
    (at, errorCode, to) => answer(at, refused(coordinatorError(errorCode)), to),
    out,
  );
}

/** Groups by the partition that they fall into, in the order of their first. */
export function byPartition(context: GroupContext, groupIds: readonly string[]): Map<number, string[]> {
  const grouped = new Map<number, string[]>();
  for (const groupId of groupIds) {
    const partition = context.partitionOf(groupId);
    const there = grouped.get(partition);
    if (there === undefined) grouped.set(partition, [groupId]);
    else there.push(groupId);
  }
  return grouped;
}

/** READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS: nobody is refused anything here. */
export const ALL_GROUP_OPERATIONS = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11);
