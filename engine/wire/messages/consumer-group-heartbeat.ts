import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, list, object, string, struct, uuid } from '../schema.ts';

/** The one request of a consumer group’s member (KIP-848). */
export const consumerGroupHeartbeatRequest = struct(
  'ConsumerGroupHeartbeatRequest',
  { versions: '0-1', flexible: '0+' },
  {
    groupId: string('0+', 'The group.'),
    memberId: string('0+', 'The member; empty before it has an id.'),
    memberEpoch: int32(
      '0+',
      'Its epoch; 0: joins, -1: leaves, -2: leaves and comes back as a static member.',
    ),
    instanceId: string('0+', 'The static member’s own name; null: none, or as before.', {
      default: null,
      nullable: '0+',
    }),
    rackId: string('0+', 'The member’s rack; null: none, or as before.', { default: null, nullable: '0+' }),
    rebalanceTimeoutMs: int32(
      '0+',
      'How long the coordinator waits for this member in a rebalance, ms; -1: not said.',
      { default: -1 },
    ),
    subscribedTopicNames: list('string', '0+', 'Topics by name; null: as before.', {
      default: null,
      nullable: '0+',
    }),
    subscribedTopicRegex: string('1+', 'Topics by pattern; null: none, or as before.', {
      default: null,
      nullable: '1+',
    }),
    serverAssignor: string('0+', 'The assignor that it wishes; null: none, or as before.', {
      default: null,
      nullable: '0+',
    }),
    topicPartitions: array(
      '0+',
      'What it owns; null: as before.',
      {
        topicId: uuid('0+', 'The topic’s id.'),
        partitions: list('int32', '0+', 'One entry a partition.'),
      },
      { default: null, nullable: '0+' },
    ),
  },
);

export const consumerGroupHeartbeatResponse = struct(
  'ConsumerGroupHeartbeatResponse',
  { versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
    errorMessage: string('0+', 'The verdict in words; null when there is nothing to add.', {
      default: null,
      nullable: '0+',
    }),
    memberId: string('0+', 'The member; empty before it has an id.', { default: null, nullable: '0+' }),
    memberEpoch: int32('0+', 'The member’s epoch.'),
    heartbeatIntervalMs: int32('0+', 'When the next heartbeat is due, ms.'),
    assignment: object(
      '0+',
      'What it may own; null: as before.',
      {
        topicPartitions: array('0+', 'One entry a topic.', {
          topicId: uuid('0+', 'The topic’s id.'),
          partitions: list('int32', '0+', 'One entry a partition.'),
        }),
      },
      { default: null, nullable: '0+' },
    ),
  },
);

export type ConsumerGroupHeartbeatRequest = Infer<typeof consumerGroupHeartbeatRequest>;
export type ConsumerGroupHeartbeatResponse = Infer<typeof consumerGroupHeartbeatResponse>;

export const consumerGroupHeartbeatApi = api(
  ApiKey.ConsumerGroupHeartbeat,
  ['broker'],
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
);
