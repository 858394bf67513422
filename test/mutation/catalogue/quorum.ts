import type { Mutation } from '../mutation.ts';

export const quorum: readonly Mutation[] = [
  {
    id: 'K1',
    bug: 'A leader that restarts leads its epoch again (KAFKA-10527)',
    patches: [
      {
        file: 'engine/raft/quorum.ts',
        find: 'this.#role = new Resigned(epoch, self.id, this.#drawElectionAt(now), [], this.#peers());',
        replace: 'this.#role = new Candidate(epoch, this.#key(), -1, this.#electionAt(now), this.voters);',
      },
    ],
    caughtBy: ['QuorumElectionSafety'],
    scenario: 'one controller loses power',
    seeds: 5,
  },
  {
    id: 'K1b',
    bug: 'A replica forgets in which epoch it was (quorum-state is not read)',
    patches: [
      {
        file: 'engine/raft/quorum.ts',
        find: 'const { epoch, leader, voted } = election ?? { epoch: 0, leader: -1, voted: null };',
        replace:
          'const { epoch, leader, voted } = { epoch: 0, leader: -1, voted: election === null ? null : null };',
      },
      {
        file: 'engine/raft/quorum.ts',
        find: 'this.#role = new Unattached(logEpoch, -1, null, -1, this.#electionAt(now));',
        replace: 'this.#role = new Unattached(0, -1, null, -1, this.#electionAt(now));',
      },
    ],
    caughtBy: ['MonotonicEpoch', 'QuorumElectionSafety'],
    scenario: 'controller leaders die with records under way',
    seeds: 5,
  },
  {
    id: 'K2',
    bug: 'A leader commits records of earlier epochs by counting (KAFKA-12619, Raft figure 8)',
    patches: [
      {
        file: 'engine/raft/roles/leader.ts',
        find: 'if (reached <= this.epochStartOffset || reached <= this.highWatermark) return false;',
        replace: 'if (reached <= this.highWatermark) return false;',
      },
    ],
    caughtBy: ['LeaderCommitsOwnEpoch', 'MonotonicHighWatermark'],
    scenario: 'controller leaders die with records under way',
    seeds: 10,
  },
  {
    id: 'K4',
    bug: 'Elections without a pre-vote: who was cut off dethrones a healthy leader (KIP-996)',
    patches: [
      {
        file: 'engine/raft/raft-core.ts',
        find: "if (role.kind === 'prospective' && role.tally.isGranted) {",
        replace: "if (role.kind === 'prospective') {",
      },
    ],
    caughtBy: ['StableLeadership'],
    scenario: 'controller isolated',
    seeds: 5,
  },
  {
    id: 'K4b',
    bug: 'A vote is given whatever the nominee’s log lacks',
    patches: [
      {
        file: 'engine/raft/messages/vote.ts',
        find: 'const granted = role.canGrantVote(nominee, isLogUpToDate, preVote);',
        replace: 'const granted = role.canGrantVote(nominee, isLogUpToDate || lastOffset >= 0, preVote);',
      },
    ],
    caughtBy: ['MetadataAgreement', 'MonotonicHighWatermark', 'MajorityReachedHighWatermark'],
    scenario: 'stale voter',
    seeds: 20,
  },
  {
    id: 'K4c',
    bug: 'A second vote in one epoch',
    patches: [
      {
        file: 'engine/raft/roles/unattached.ts',
        find: 'if (voted !== null) return sameReplica(voted, nominee);',
        replace: '',
      },
    ],
    caughtBy: ['QuorumElectionSafety'],
    scenario: 'five controllers on slow links',
    seeds: 40,
  },
  {
    id: 'K7',
    bug: 'A voter acknowledges what it has not synced (inverse of KAFKA-13884)',
    patches: [
      {
        file: 'engine/raft/raft-core.ts',
        find: 'return this.self.canVote && this.log.isUnsynced;',
        replace: "return this.self.canVote && this.log.isUnsynced && this.quorum.role.kind === 'leader';",
      },
    ],
    caughtBy: ['MajorityReachedHighWatermark'],
    scenario: 'controllers lose power',
    seeds: 20,
  },
];
