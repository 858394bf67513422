import { array, bytes, type Infer, int32, list, string, struct } from '../schema.ts';

/** What a member of a classic consumer group tells of itself in JoinGroup. */
export const consumerProtocolSubscription = struct(
  'ConsumerProtocolSubscription',
  { versions: '0-3', flexible: 'none' },
  {
    topics: list('string', '0+', 'Topics subscribed to.'),
    userData: bytes('0+', 'What an assignor adds; null: nothing.', { default: null, nullable: '0+' }),
    ownedPartitions: array(
      '1+',
      'What the member has.',
      {
        topic: string('1+', 'The topic.'),
        partitions: list('int32', '1+', 'Its partitions.'),
      },
      { ignorable: true },
    ),
    generationId: int32('2+', 'Of what it owns; -1: none.', { default: -1, ignorable: true }),
    rackId: string('3+', 'The member’s rack.', { default: null, nullable: '3+', ignorable: true }),
  },
);

export type ConsumerProtocolSubscription = Infer<typeof consumerProtocolSubscription>;
