import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode } from '../../../wire/index.ts';
import { coordinatorError } from '../../runtime/index.ts';
import type { GroupShard } from '../group-shard.ts';
import { ALL_GROUP_OPERATIONS, byPartition, type GroupContext } from './group-context.ts';

interface Described {
  readonly errorCode: number;
  readonly authorizedOperations: number;
}

interface Question<G> {
  readonly groupIds: readonly string[];
  /** Described already, in a way: they come first in the answer. */
  readonly groups: G[];
  describe(shard: GroupShard, groupId: string, committedOffset: number): G;
  refused(groupId: string, errorCode: number): G;
}

/** Asks the coordinator of each group, as far as its log is replicated, and answers with all of them. */
export function describeEach<G extends Described>(
  context: GroupContext,
  now: Us,
  request: { readonly id: number; readonly body: { readonly includeAuthorizedOperations: boolean } },
  { describe, groupIds, groups, refused }: Question<G>,
  out: Outbox,
): void {
  for (const [partition, those] of byPartition(context, groupIds)) {
    context.runtime.scheduleRead(
      now,
      partition,
      (shard, committedOffset) => {
        for (const groupId of those) groups.push(describe(shard, groupId, committedOffset));
      },
      (_at, code) => {
        for (const groupId of those) groups.push(refused(groupId, coordinatorError(code)));
      },
      out,
    );
  }
  const told = request.body.includeAuthorizedOperations ? groups.map(withOperations) : groups;
  context.responder.respond(request.id, { throttleTimeMs: 0, groups: told }, out);
}

function withOperations<G extends Described>(group: G): G {
  return group.errorCode === ErrorCode.NONE
    ? { ...group, authorizedOperations: ALL_GROUP_OPERATIONS }
    : group;
}
