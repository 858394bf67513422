import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode, type OffsetDeleteRequest, type OffsetDeleteResponse } from '../../../wire/index.ts';
import { coordinatorError, type Decision } from '../../runtime/index.ts';
import type { GroupShard } from '../group-shard.ts';
import type { GroupRecord } from '../records/index.ts';
import type { GroupContext } from './group-context.ts';

type AnsweredTopic = OffsetDeleteResponse['topics'][number];

/** Deletes positions of topics to which nobody of the group subscribes (KIP-496). */
export function handleOffsetDelete(
  context: GroupContext,
  now: Us,
  request: Request<OffsetDeleteRequest>,
  out: Outbox,
): void {
  const { body } = request;
  const refused: AnsweredTopic[] = [];
  const topics: OffsetDeleteRequest['topics'][number][] = [];
  const image = context.image();
  for (const { name, partitions } of body.topics) {
    const known = image.topicsByName.get(name);
    const valid = partitions.filter(({ partitionIndex }) => known?.partitions[partitionIndex] !== undefined);
    const unknown = partitions.filter(
      ({ partitionIndex }) => known?.partitions[partitionIndex] === undefined,
    );
    if (valid.length > 0) topics.push({ name, partitions: valid });
    if (unknown.length === 0) continue;
    const errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    refused.push({ name, partitions: unknown.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) });
  }
  const answer = (errorCode: number, done: readonly AnsweredTopic[], to: Outbox): void => {
    const merged = refused.map((topic) => {
      const rest = done.find(({ name }) => name === topic.name);
      return rest === undefined ? topic : { ...topic, partitions: topic.partitions.concat(rest.partitions) };
    });
    const others = done.filter(({ name }) => !refused.some((topic) => topic.name === name));
    const answered = errorCode === ErrorCode.NONE ? [...merged, ...others] : [];
    context.responder.respond(request.id, { throttleTimeMs: 0, errorCode, topics: answered }, to);
  };
  if (body.groupId === '') {
    answer(ErrorCode.INVALID_GROUP_ID, [], out);
    return;
  }
  const failed = (_at: Us, errorCode: number, to: Outbox): void =>
    answer(coordinatorError(errorCode), [], to);
  const decide = (shard: GroupShard): Decision<GroupRecord> | number => {
    const plan = shard.offsets.delete({ groupId: body.groupId, topics });
    if (typeof plan === 'number') return plan;
    return {
      records: plan.records,
      settle: (at, errorCode, to) => {
        if (errorCode === ErrorCode.NONE) answer(ErrorCode.NONE, plan.topics, to);
        else failed(at, errorCode, to);
      },
    };
  };
  context.runtime.scheduleWrite(now, context.partitionOf(body.groupId), decide, failed, out);
}
