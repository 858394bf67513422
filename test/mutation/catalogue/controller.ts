import type { Mutation } from '../mutation.ts';

const ALTER_PARTITION = 'engine/controller/alter-partition.ts';
const PARTITION_CHANGE = 'engine/controller/partition-change.ts';
const ELIGIBILITY = 'engine/replication/isr-eligibility.ts';

export const controller: readonly Mutation[] = [
  {
    id: 'R14',
    bug: 'A fenced follower that still fetches is taken back into the ISR (KIP-841, KAFKA-13916)',
    patches: [
      {
        file: ALTER_PARTITION,
        find: 'if (broker === undefined || broker.inControlledShutdown || broker.fenced) return false;',
        replace: 'if (broker === undefined) return false;',
      },
      {
        file: ELIGIBILITY,
        find: 'if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false;',
        replace: 'if (broker === undefined) return false;',
      },
    ],
    caughtBy: ['IsrIsActive'],
    scenario: 'follower cut off from the controllers',
    seeds: 5,
  },
  {
    id: 'R19',
    bug: 'Every shutdown counts as clean: a broker that lost records stays eligible (KAFKA-18635)',
    patches: [
      {
        file: 'engine/controller/register-broker.ts',
        find: 'existing.epoch === request.previousBrokerEpoch;',
        replace: 'existing.epoch >= -1;',
      },
    ],
    caughtBy: ['LeaderCandidateCompleteness', 'LeaderCompleteness', 'NoReplicatedRecordLost'],
    scenario: 'two brokers lose power, the third goes',
    seeds: 40,
  },
  {
    id: 'R20',
    bug: 'The ELR outlives an ISR that is large enough again (KIP-966, KAFKA-16540)',
    patches: [
      {
        file: PARTITION_CHANGE,
        find: 'if (target.isr.length >= input.minIsr) return [];',
        replace: '',
      },
    ],
    caughtBy: ['ValidControllerIsrAndElr'],
    scenario: 'follower isolated',
    seeds: 5,
  },
  {
    id: 'R20b',
    bug: 'The last leader of a partition is forgotten when nobody else is left (KIP-966)',
    patches: [
      {
        file: PARTITION_CHANGE,
        find: 'draft.lastKnownElr = [input.partition.leader];',
        replace: 'draft.lastKnownElr = null;',
      },
    ],
    caughtBy: ['MinIsrRecoveryQuorum'],
    scenario: 'all brokers killed',
    seeds: 20,
  },
  {
    id: 'R25',
    bug: 'A broker that is fenced is elected (KAFKA-13083)',
    patches: [
      {
        file: 'engine/controller/leader-and-isr-updates.ts',
        find: '(broker === move.add || isActive(image.broker(broker))) &&',
        replace: '',
      },
      {
        file: 'engine/controller/elect-leader.ts',
        find: 'return eligible && input.canLead(broker);',
        replace: 'return (eligible || input.targetIsr.length === 0) && input.canLead(broker);',
      },
    ],
    caughtBy: ['ElectedLeaderIsActive'],
    scenario: 'all brokers killed',
    seeds: 10,
  },
  {
    id: 'R35',
    bug: 'A new leader keeps the leader epoch of the last one',
    patches: [
      {
        file: 'engine/metadata/partition-replay.ts',
        find: 'leaderEpoch: leaderChanges ? partition.leaderEpoch + 1 : partition.leaderEpoch,',
        replace: 'leaderEpoch: partition.leaderEpoch,',
      },
    ],
    caughtBy: ['PartitionEpochsRise', 'OneLeaderPerEpoch'],
    scenario: 'leader isolated',
    seeds: 5,
  },
  {
    id: 'L9',
    bug: 'A broker must have read metadata that does not exist yet to be unfenced (KAFKA-13959)',
    patches: [
      {
        file: 'engine/controller/broker-heartbeat.ts',
        find: 'const next = heartbeats.nextState(id, request, registrationOffset, () => leadsAny(state, id));',
        replace:
          'const next = heartbeats.nextState(id, request, state.nextOffset, () => leadsAny(state, id));',
      },
    ],
    caughtBy: ['stuck'],
    scenario: 'quiet',
    seeds: 1,
  },
  {
    id: 'R27',
    bug: 'A reassignment ends before those it adds are in sync (KAFKA-15665)',
    patches: [
      {
        file: 'engine/controller/reassignment.ts',
        find: 'if (!containsAll(stayingIsr, adding)) return null;',
        replace: '',
      },
    ],
    caughtBy: ['ReassignmentKeepsIsr'],
    scenario: 'partitions move',
    seeds: 5,
  },
];
