import { array, bytes, type Infer, int32, list, object, string, struct } from '../../../wire/index.ts';

/** A member of a consumer group: who it is and what it subscribes to. */
export const consumerGroupMemberMetadataKey = struct(
  'ConsumerGroupMemberMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0', 'The group.'),
    memberId: string('0', 'The member.'),
  },
);

export const consumerGroupMemberMetadataValue = struct(
  'ConsumerGroupMemberMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    instanceId: string('0+', 'The static member’s own name; null: dynamic.', { nullable: '0+' }),
    rackId: string('0+', 'The member’s rack.', { nullable: '0+' }),
    clientId: string('0+', 'The client’s name of itself.'),
    clientHost: string('0+', 'Where it connects from.'),
    subscribedTopicNames: list('string', '0+', 'Topics by name.'),
    subscribedTopicRegex: string('0+', 'Topics by pattern; null: none.', { nullable: '0+' }),
    rebalanceTimeoutMs: int32('0+', 'How long it may take to give partitions up, ms.', { default: -1 }),
    serverAssignor: string('0+', 'The assignor that it wishes.', { nullable: '0+' }),
    classicMemberMetadata: object(
      '0+',
      // Left out it is empty and not null, as Kafka's generator has it: null is written.
      'Of a member that speaks the classic protocol; null: it does not.',
      {
        sessionTimeoutMs: int32('0+', 'Silence after which it is taken for dead, ms.'),
        supportedProtocols: array('0+', 'What it can do, best first.', {
          name: string('0+', 'The protocol.'),
          metadata: bytes('0+', 'What it told of itself.'),
        }),
      },
      { nullable: '0+', tag: 0 },
    ),
  },
);

export type ConsumerGroupMemberMetadataKey = Infer<typeof consumerGroupMemberMetadataKey>;
export type ConsumerGroupMemberMetadataValue = Infer<typeof consumerGroupMemberMetadataValue>;
