import { array, bytes, type Infer, int32, int64, string, struct } from '../../../wire/index.ts';

/** A classic group in a generation: its members and what they were given. */
export const groupMetadataKey = struct(
  'GroupMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    group: string('0', 'The group.'),
  },
);

export const groupMetadataValue = struct(
  'GroupMetadataValue',
  { versions: '0-4', flexible: '4+' },
  {
    protocolType: string('0+', 'What the group is for; empty: it has no members.'),
    generation: int32('0+', 'The generation.'),
    protocol: string('0+', 'The protocol that was chosen.', { nullable: '0+' }),
    leader: string('0+', 'The member that assigns.', { nullable: '0+' }),
    currentStateTimestamp: int64('2+', 'Since when it is in its state, ms; -1: not known.', {
      default: -1,
      ignorable: true,
    }),
    members: array('0+', 'One entry a member.', {
      memberId: string('0+', 'The member.'),
      groupInstanceId: string('3+', 'The static member’s own name; null: dynamic.', {
        default: null,
        nullable: '3+',
        ignorable: true,
      }),
      clientId: string('0+', 'The client’s name of itself.'),
      clientHost: string('0+', 'Where it connects from.'),
      rebalanceTimeout: int32('1+', 'How long a rebalance waits for it, ms.', {
        default: -1,
        ignorable: true,
      }),
      sessionTimeout: int32('0+', 'Silence after which it is taken for dead, ms.'),
      subscription: bytes('0+', 'What it told of itself.'),
      assignment: bytes('0+', 'What it was given.'),
    }),
  },
);

export type GroupMetadataKey = Infer<typeof groupMetadataKey>;
export type GroupMetadataValue = Infer<typeof groupMetadataValue>;
