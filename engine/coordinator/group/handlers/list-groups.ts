import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode, type ListGroupsRequest, type ListGroupsResponse } from '../../../wire/index.ts';
import { coordinatorError } from '../../runtime/index.ts';
import type { GroupContext } from './group-context.ts';

/** The groups of all partitions that this broker leads. While one loads the list would be short, and none is given. */
export function handleListGroups(
  { responder, runtime }: GroupContext,
  now: Us,
  request: Request<ListGroupsRequest>,
  out: Outbox,
): void {
  const states = request.body.statesFilter.map((state) => state.toLowerCase().trim());
  const types = request.body.typesFilter.map((type) => type.toLowerCase());
  let groups: ListGroupsResponse['groups'] = [];
  let errorCode: number = ErrorCode.NONE;
  for (const partition of runtime.partitions()) {
    runtime.scheduleRead(
      now,
      partition,
      (shard, committedOffset) => {
        groups = groups.concat(shard.list(states, types, committedOffset));
      },
      (_at, code) => {
        if (code !== ErrorCode.NOT_COORDINATOR) errorCode = coordinatorError(code);
      },
      out,
    );
  }
  const body: ListGroupsResponse = {
    throttleTimeMs: 0,
    errorCode,
    groups: errorCode === ErrorCode.NONE ? groups : [],
  };
  responder.respond(request.id, body, out);
}
