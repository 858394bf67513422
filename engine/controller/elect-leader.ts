import { NO_LEADER, type PartitionRegistration } from '../metadata/index.ts';

/**
 * What an election is after (`PartitionChangeBuilder.Election`): the preferred replica, any clean leader, or a
 * leader at any price.
 */
export type Election = 'preferred' | 'online' | 'unclean';

export interface ElectionInput {
  /** Before the change. */
  readonly partition: PartitionRegistration;
  readonly election: Election;
  /** In the order of preference. */
  readonly targetReplicas: readonly number[];
  readonly targetIsr: readonly number[];
  readonly targetElr: readonly number[];
  readonly elrEnabled: boolean;
  readonly canLead: (broker: number) => boolean;
}

export interface Elected {
  readonly leader: number;
  /** The leader may lack committed records. */
  readonly unclean: boolean;
}

/**
 * Who leads, in the order of preference: (the preferred replica,) the leader there is, the first replica in the
 * order of the assignment, the last known leader when ISR and ELR are both empty (KIP-966), and any live replica if
 * that is asked for. A clean leader is in the ISR, or in the ELR while the ISR is empty.
 *
 *     replicas 3 1 2   isr 1 2   leader 1, fenced      ->  2
 *     replicas 3 1 2   isr -     elr 3   leader -1     ->  3, and the ISR becomes 3
 *     replicas 3 1 2   isr -     elr -   last 1        ->  1, unclean
 */
export function electLeader(input: ElectionInput): Elected {
  const { partition } = input;
  const preferred = input.targetReplicas[0] ?? NO_LEADER;
  if (input.election === 'preferred' && isClean(input, preferred)) return clean(preferred);
  if (isClean(input, partition.leader)) return clean(partition.leader);
  for (const replica of input.targetReplicas) {
    if (isClean(input, replica)) return clean(replica);
  }
  const last = lastKnownLeader(input);
  if (last !== NO_LEADER) return { leader: last, unclean: true };
  if (input.election === 'unclean') {
    for (const replica of input.targetReplicas) {
      if (input.canLead(replica)) return { leader: replica, unclean: true };
    }
  }
  return clean(NO_LEADER);
}

function clean(leader: number): Elected {
  return { leader, unclean: false };
}

function isClean(input: ElectionInput, broker: number): boolean {
  if (broker < 0) return false;
  const eligible =
    input.targetIsr.includes(broker) || (input.targetIsr.length === 0 && input.targetElr.includes(broker));
  return eligible && input.canLead(broker);
}

/** `lastKnownElr` holds the last leader of a partition that lost all its eligible replicas, and nothing else. */
function lastKnownLeader(input: ElectionInput): number {
  const last = input.partition.lastKnownElr;
  if (!input.elrEnabled || input.targetIsr.length + input.targetElr.length > 0) return NO_LEADER;
  const leader = last[0];
  if (leader === undefined || last.length !== 1 || !input.canLead(leader)) return NO_LEADER;
  return leader;
}
