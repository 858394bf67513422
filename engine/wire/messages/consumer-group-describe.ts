import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import {
  array,
  bool,
  type Infer,
  int8,
  int16,
  int32,
  list,
  object,
  string,
  struct,
  uuid,
} from '../schema.ts';

/** Consumer groups and their members (KIP-848). */
export const consumerGroupDescribeRequest = struct(
  'ConsumerGroupDescribeRequest',
  { versions: '0-1', flexible: '0+' },
  {
    groupIds: list('string', '0+', 'The groups.'),
    includeAuthorizedOperations: bool('0+', 'Tell what the asker may do.'),
  },
);

export const consumerGroupDescribeResponse = struct(
  'ConsumerGroupDescribeResponse',
  { versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    groups: array('0+', 'One entry a group.', {
      errorCode: int16('0+', 'The verdict.'),
      errorMessage: string('0+', 'The verdict in words; null when there is nothing to add.', {
        default: null,
        nullable: '0+',
      }),
      groupId: string('0+', 'The group.'),
      groupState: string('0+', 'The group’s state.'),
      groupEpoch: int32('0+', 'Rises with every change of members or subscriptions.'),
      assignmentEpoch: int32('0+', 'The group epoch of the target assignment.'),
      assignorName: string('0+', 'The assignor in use.'),
      members: array('0+', 'One entry a member.', {
        memberId: string('0+', 'The member; empty before it has an id.'),
        instanceId: string('0+', 'The static member’s own name; null: none, or as before.', {
          default: null,
          nullable: '0+',
        }),
        rackId: string('0+', 'The member’s rack; null: none, or as before.', {
          default: null,
          nullable: '0+',
        }),
        memberEpoch: int32('0+', 'The member’s epoch.'),
        clientId: string('0+', 'The client’s name of itself.'),
        clientHost: string('0+', 'Where it connects from.'),
        subscribedTopicNames: list('string', '0+', 'Topics by name; null: as before.'),
        subscribedTopicRegex: string('0+', 'Topics by pattern; null: none, or as before.', {
          default: null,
          nullable: '0+',
        }),
        assignment: object('0+', 'What the member has.', {
          topicPartitions: array('0+', 'One entry a topic.', {
            topicId: uuid('0+', 'The topic’s id.'),
            topicName: string('0+', 'The topic.'),
            partitions: list('int32', '0+', 'One entry a partition.'),
          }),
        }),
        targetAssignment: object('0+', 'What the member shall have.', {
          topicPartitions: array('0+', 'One entry a topic.', {
            topicId: uuid('0+', 'The topic’s id.'),
            topicName: string('0+', 'The topic.'),
            partitions: list('int32', '0+', 'One entry a partition.'),
          }),
        }),
        memberType: int8('1+', '0: classic, 1: consumer; -1: not known.', { default: -1, ignorable: true }),
      }),
      authorizedOperations: int32('0+', 'A bit for each; the least int: not asked.', {
        default: -2_147_483_648,
      }),
    }),
  },
);

export type ConsumerGroupDescribeRequest = Infer<typeof consumerGroupDescribeRequest>;
export type ConsumerGroupDescribeResponse = Infer<typeof consumerGroupDescribeResponse>;

export const consumerGroupDescribeApi = api(
  ApiKey.ConsumerGroupDescribe,
  ['broker'],
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
);
