import { hash64, type Infer, int32, string, struct } from '../../../wire/index.ts';

/** A consumer group (KIP-848) in an epoch. */
export const consumerGroupMetadataKey = struct(
  'ConsumerGroupMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0', 'The group.'),
  },
);

export const consumerGroupMetadataValue = struct(
  'ConsumerGroupMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    epoch: int32('0+', 'The group epoch.'),
    metadataHash: hash64('0+', 'Of the topics that are subscribed to.', { tag: 0 }),
  },
);

export type ConsumerGroupMetadataKey = Infer<typeof consumerGroupMetadataKey>;
export type ConsumerGroupMetadataValue = Infer<typeof consumerGroupMetadataValue>;
