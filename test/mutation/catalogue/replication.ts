import type { Mutation } from '../mutation.ts';

const ISR_CHANGES = 'engine/replication/isr-changes.ts';
const ISR_STATE = 'engine/replication/isr-state.ts';
const FETCH_READ = 'engine/replication/fetch-read.ts';
const FETCHER = 'engine/replication/fetcher.ts';
const PARTITION = 'engine/replication/partition.ts';
const ROLE_CHANGES = 'engine/replication/role-changes.ts';
const HIGH_WATERMARK = 'engine/replication/high-watermark.ts';

export const replication: readonly Mutation[] = [
  {
    id: 'R1',
    bug: 'A new follower truncates to its own high watermark (KIP-101, KAFKA-1211)',
    patches: [
      {
        file: ROLE_CHANGES,
        find: 'if (log.latestLeaderEpoch === -1 && log.logEndOffset > log.highWatermark) {',
        replace: 'if (log.logEndOffset > log.highWatermark) {',
      },
    ],
    caughtBy: ['LeaderCandidateCompleteness', 'LeaderCompleteness'],
    scenario: 'leader isolated',
    seeds: 10,
  },
  {
    id: 'R2',
    bug: 'A leader does not compare epochs with whoever fetches: no truncation (KIP-101 scenario 2)',
    patches: [
      {
        file: FETCH_READ,
        find: 'if (end.leaderEpoch < entry.lastFetchedEpoch || end.endOffset < entry.fetchOffset) {',
        replace: 'if (entry.fetchOffset < 0) {',
      },
    ],
    caughtBy: ['LogMatching', 'ConsistentRead', 'ReplicasIdentical'],
    scenario: 'leader isolated, acks=1',
    seeds: 10,
  },
  {
    id: 'R3',
    bug: 'A leader that lacks the epoch of a follower looks at offsets only (KIP-279, KAFKA-6361)',
    patches: [
      {
        file: FETCH_READ,
        find: 'if (end.leaderEpoch < entry.lastFetchedEpoch || end.endOffset < entry.fetchOffset) {',
        replace: 'if (end.endOffset < entry.fetchOffset) {',
      },
    ],
    caughtBy: ['LogMatching'],
    scenario: 'brokers in trouble, acks=1',
    seeds: 60,
  },
  {
    id: 'R5',
    bug: 'A follower below the start of the leader epoch joins the ISR (KAFKA-7128)',
    patches: [
      {
        file: ISR_CHANGES,
        find: 'if (remote.logEndOffset < leading.leaderEpochStartOffset) {',
        replace: 'if (remote.logEndOffset < -1) {',
      },
    ],
    caughtBy: ['LeaderCandidateCompleteness', 'LeaderCompleteness'],
    scenario: 'slow follower',
    seeds: 60,
  },
  {
    id: 'R5b',
    bug: 'A follower below the high watermark joins the ISR',
    patches: [
      {
        file: ISR_CHANGES,
        find: 'if (remote.logEndOffset < partition.openLog().highWatermark) return;',
        replace: '',
      },
    ],
    caughtBy: ['LeaderCandidateCompleteness'],
    scenario: 'follower cut off from the brokers',
    seeds: 10,
  },
  {
    id: 'R7',
    bug: 'A follower keeps its fetcher when the epoch changes and the leader does not (KAFKA-7164)',
    patches: [
      {
        file: ROLE_CHANGES,
        find: 'if (isNewEpoch) this.#startFetching(',
        replace: 'if (isNewEpoch && change.previous?.leader !== registration.leader) this.#startFetching(',
      },
    ],
    caughtBy: ['stuck'],
    scenario: 'brokers in trouble',
    seeds: 20,
  },
  {
    id: 'R10',
    bug: 'A follower takes the high watermark from an answer that says its log diverges (KAFKA-14704)',
    patches: [
      {
        file: FETCHER,
        find: 'if (data.divergingEpoch.epoch !== -1 || data.divergingEpoch.endOffset !== -1) {',
        replace: `if (data.divergingEpoch.epoch !== -1 || data.divergingEpoch.endOffset !== -1) {
          const own = state.partition.openLog();
          const told = Math.min(data.highWatermark, own.logEndOffset);
          if (told > own.highWatermark) own.advanceHighWatermark(told, state.leaderEpoch, false, out);`,
      },
    ],
    caughtBy: ['ConsistentRead'],
    scenario: 'leader isolated, acks=1',
    seeds: 10,
  },
  {
    id: 'R11',
    bug: 'A fetch on another history counts as progress (KAFKA-13141)',
    patches: [
      {
        file: FETCH_READ,
        find: "out.probe('diverging epoch answered');",
        replace: `out.probe('diverging epoch answered');
    if (remote !== null && countsAsFetch)
      recordFollowerFetch(context, partition, remote, entry, params.replicaEpoch, now, out);`,
      },
    ],
    caughtBy: ['LeaderCandidateCompleteness', 'WeakIsr'],
    scenario: 'preferred elections',
    seeds: 20,
  },
  {
    id: 'R18',
    bug: 'The high watermark advances below min ISR (KAFKA-15583)',
    patches: [
      { file: HIGH_WATERMARK, find: 'if (isUnderMinIsr(partition, leading)) {', replace: 'if (logIsLost) {' },
      {
        file: HIGH_WATERMARK,
        find: '/** Moves the leader',
        replace: 'const logIsLost = false;\n/** Moves the leader',
      },
    ],
    caughtBy: ['LeaderCandidateCompleteness'],
    scenario: 'followers isolated, acks=1',
    seeds: 10,
  },
  {
    id: 'R22',
    bug: 'A leader waits for the smaller ISR before the controller has agreed (KIP-497)',
    patches: [
      {
        file: ISR_STATE,
        find: "return { kind: 'pending shrink', isr, maximalIsr: isr, proposal };",
        replace:
          "return { kind: 'pending shrink', isr, maximalIsr: proposal.members.map((each) => each.brokerId), proposal };",
      },
    ],
    caughtBy: ['ReplicationQuorumSuperset'],
    scenario: 'leader isolated',
    seeds: 10,
  },
  {
    id: 'R22b',
    bug: 'A leader does not wait for a newcomer before the controller has agreed (KIP-497)',
    patches: [
      {
        file: ISR_STATE,
        find: 'maximalIsr: [...isr, newcomer].sort(ascending)',
        replace: 'maximalIsr: isr.filter((id) => id !== newcomer)',
      },
    ],
    caughtBy: ['ReplicationQuorumSuperset'],
    scenario: 'follower isolated',
    seeds: 10,
  },
  {
    id: 'R28',
    bug: 'A fetch session keeps the leader epoch that it began with (KAFKA-9338)',
    patches: [
      {
        file: 'engine/replication/fetch-entry.ts',
        find: 'this.currentLeaderEpoch = partition.currentLeaderEpoch;',
        replace: 'if (this.currentLeaderEpoch < 0) this.currentLeaderEpoch = partition.currentLeaderEpoch;',
      },
    ],
    caughtBy: ['stuck'],
    scenario: 'brokers in trouble',
    seeds: 10,
  },
  {
    id: 'R30',
    bug: 'Consumers read up to the end of the log (no high watermark)',
    patches: [
      {
        file: FETCH_READ,
        find: "return isolation === 'high watermark' ? log.highWatermark : log.lastStableOffset;",
        replace: 'return log.logEndOffset;',
      },
    ],
    caughtBy: ['ConsistentRead'],
    scenario: 'followers isolated, acks=1',
    seeds: 5,
  },
  {
    id: 'R31',
    bug: 'acks=all is answered with the leader’s own append (what Jepsen saw of 0.8)',
    patches: [
      {
        file: 'engine/replication/produces.ts',
        find: '} else if (awaited.length > 0) {',
        replace: '} else if (awaited.length > 1_000) {',
      },
    ],
    caughtBy: ['NoReplicatedRecordLost'],
    scenario: 'quiet',
    seeds: 5,
  },
  {
    id: 'R33',
    bug: 'A new leader takes for granted that its followers have all that it has',
    patches: [
      {
        file: PARTITION,
        find: 'remote.reset(now, leaderEpochStartOffset, previous === null, isrState.isr.includes(remote.id));',
        replace: 'remote.logEndOffset = leaderEpochStartOffset;',
      },
    ],
    caughtBy: ['WeakIsr', 'LeaderCandidateCompleteness'],
    scenario: 'leader dies behind a deaf follower',
    seeds: 20,
  },
  {
    id: 'R34',
    bug: 'A leader proposes an ISR without itself, and the controller takes it',
    patches: [
      {
        file: ISR_CHANGES,
        find: 'if (id === context.nodeId) return true;',
        replace: 'if (id === context.nodeId) return false;',
      },
      {
        file: 'engine/controller/alter-partition.ts',
        find: 'if (ids.size !== members.length || !ids.has(partition.leader)) return false;',
        replace: 'if (ids.size !== members.length) return false;',
      },
      {
        file: 'engine/controller/elect-leader.ts',
        find: 'if (isClean(input, partition.leader)) return clean(partition.leader);',
        replace:
          'if (partition.leader >= 0 && input.canLead(partition.leader)) return clean(partition.leader);',
      },
    ],
    caughtBy: ['LeaderInIsr', 'EngineAssertion'],
    scenario: 'quiet',
    seeds: 5,
  },
  {
    id: 'L3',
    bug: 'A fetcher gives a partition up for ever on an error that passes (KAFKA-14078, KAFKA-7786)',
    patches: [
      {
        file: FETCHER,
        find: `      default:
        this.#delay(now, state, out);
        return;
    }
  }

  #append(`,
        replace: `      default:
        this.#fail(state, out);
        return;
    }
  }

  #append(`,
      },
    ],
    caughtBy: ['stuck'],
    scenario: 'brokers in trouble',
    seeds: 20,
  },
];
