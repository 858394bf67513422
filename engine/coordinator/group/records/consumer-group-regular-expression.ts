import { type Infer, int64, list, string, struct } from '../../../wire/index.ts';

/** Topics that matched a pattern. */
export const consumerGroupRegularExpressionKey = struct(
  'ConsumerGroupRegularExpressionKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0', 'The group.'),
    regularExpression: string('0', 'The pattern.'),
  },
);

export const consumerGroupRegularExpressionValue = struct(
  'ConsumerGroupRegularExpressionValue',
  { versions: '0', flexible: '0+' },
  {
    topics: list('string', '0+', 'Topics that match.'),
    version: int64('0+', 'Of the metadata that it was matched with.'),
    timestamp: int64('0+', 'When it was matched, ms.'),
  },
);

export type ConsumerGroupRegularExpressionKey = Infer<typeof consumerGroupRegularExpressionKey>;
export type ConsumerGroupRegularExpressionValue = Infer<typeof consumerGroupRegularExpressionValue>;
