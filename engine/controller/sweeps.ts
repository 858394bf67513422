import type { Outbox, Us } from '../machine/index.ts';
import { type MetadataRecord, NO_LEADER, type PartitionRegistration } from '../metadata/index.ts';
import { appendFenced } from './broker-moves.ts';
import { type ControllerState, isUncleanElectionEnabled } from './controller-state.ts';
import type { Election } from './elect-leader.ts';
import { electOne } from './elect-leaders.ts';
import { MAX_ELECTIONS_PER_SWEEP } from './limits.ts';

/** What a periodic task comes to, and whether it should run again at once. */
export interface Sweep {
  readonly records: readonly MetadataRecord[];
  readonly more: boolean;
}

/** Fences one broker whose session ended (`maybeFenceOneStaleBroker`, KAFKA-13173). */
export function sweepStaleBroker(now: Us, state: ControllerState, out: Outbox): Sweep {
  const { image, heartbeats } = state;
  const expired = heartbeats.takeExpired(now);
  if (expired === null) return { records: [], more: false };
  const records: MetadataRecord[] = [];
  // The session of an earlier incarnation ends without consequence.
  if (image.broker(expired.id)?.epoch === expired.epoch) {
    out.probe('controller: broker session expired');
    appendFenced(state, expired.id, records);
    heartbeats.fence(expired.id);
  }
  return { records, more: true };
}

/** Gives partitions back to their preferred leaders where those can lead (`maybeBalancePartitionLeaders`). */
export function sweepPreferredLeaders(state: ControllerState): Sweep {
  return sweepElections(
    state,
    'preferred',
    (_topic, partition) => partition.leader !== partition.replicas[0],
  );
}

/** Finds leaders at the price of data for topics that allow it (`maybeElectUncleanLeaders`, KAFKA-12670). */
export function sweepLeaderlessPartitions(state: ControllerState): Sweep {
  return sweepElections(
    state,
    'unclean',
    (topic, partition) => partition.leader === NO_LEADER && isUncleanElectionEnabled(state, topic),
  );
}

function sweepElections(
  state: ControllerState,
  election: Election,
  isChosen: (topic: string, partition: PartitionRegistration) => boolean,
): Sweep {
  const records: MetadataRecord[] = [];
  for (const name of state.image.topicNames()) {
    const partitions = state.image.topicsByName.get(name)?.partitions ?? [];
    for (let index = 0; index < partitions.length; index += 1) {
      const partition = partitions[index];
      if (partition === undefined || !isChosen(name, partition)) continue;
      if (records.length >= MAX_ELECTIONS_PER_SWEEP) return { records, more: true };
      electOne(state, name, index, election, records);
    }
  }
  return { records, more: records.length >= MAX_ELECTIONS_PER_SWEEP };
}
