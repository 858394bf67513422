import type { Mutation } from '../mutation.ts';

export const groups: readonly Mutation[] = [
  {
    id: 'T22',
    bug: 'Positions of a transaction count before its marker (KAFKA-17507)',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/group-offsets.ts',
        find: 'if (producerId === -1) this.offsets.set',
        replace: 'if (producerId >= -1) this.offsets.set',
      },
    ],
    caughtBy: ['group offsets holds positions of a transaction back until its marker commits'],
    scenario: 'test/engine/coordinator/group/group-offsets.test.ts',
    seeds: 1,
  },
  {
    id: 'T22b',
    bug: 'A marker brings back a position that a later commit has replaced',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/group-offsets.ts',
        find: 'if (existing !== undefined && existing.recordOffset > committed.recordOffset) continue;',
        replace: '',
      },
    ],
    caughtBy: [
      'group offsets keeps the commit whose record is the later one, whichever way transactions end',
    ],
    scenario: 'test/engine/coordinator/group/group-offsets.test.ts',
    seeds: 1,
  },
  {
    id: 'T21',
    bug: 'A zombie commits in a transaction: its generation is not looked at (KIP-447, KAFKA-8587)',
    patches: [
      {
        file: 'engine/coordinator/group/classic/classic-groups.ts',
        find: 'if (generationId < 0 && group.isEmpty) return ErrorCode.NONE;',
        replace: 'if (isTransactional || (generationId < 0 && group.isEmpty)) return ErrorCode.NONE;',
      },
    ],
    caughtBy: [
      'members of a classic group commit in transactions with their generation too: a zombie’s producer is not fenced by its own id (KIP-447)',
    ],
    scenario: 'test/engine/coordinator/group/classic/classic-groups.test.ts',
    seeds: 1,
  },
  {
    id: 'T21b',
    bug: 'Positions that a transaction may change yet are given as stable (KIP-447)',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/fetch-offsets.ts',
        find: 'if (requiresStable && refused === ErrorCode.NONE && room.pending.has(groupId, name, partition)) {',
        replace:
          'if (requiresStable && refused < ErrorCode.NONE && room.pending.has(groupId, name, partition)) {',
      },
    ],
    caughtBy: ['group offsets waits for every producer that has something pending at a partition'],
    scenario: 'test/engine/coordinator/group/group-offsets.test.ts',
    seeds: 1,
  },
  {
    id: 'G9',
    bug: 'A commit’s generation is not looked at',
    patches: [
      {
        file: 'engine/coordinator/group/classic/classic-groups.ts',
        find: `    if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  } else`,
        replace: '  } else',
      },
    ],
    caughtBy: [
      'members of a classic group commit with their generation: not an older one, not while a new one is being assigned',
    ],
    scenario: 'test/engine/coordinator/group/classic/classic-groups.test.ts',
    seeds: 1,
  },
  {
    id: 'G2',
    bug: 'Who joins and never syncs is waited for for ever (KAFKA-12890, KAFKA-9752)',
    patches: [
      {
        file: 'engine/coordinator/group/classic/rebalances.ts',
        find: `    this.#armSync(now, group, out);
    return NOTHING;
  }

  #armSync`,
        replace: `    return NOTHING;
  }

  #armSync`,
      },
    ],
    caughtBy: ['syncing a classic group puts out who joined and never syncs (KAFKA-12890)'],
    scenario: 'test/engine/coordinator/group/classic/classic-groups.test.ts',
    seeds: 1,
  },
  {
    id: 'G12',
    bug: 'A static member’s new id is not written: a failover finds the old one (KAFKA-10284)',
    patches: [
      {
        file: 'engine/coordinator/group/classic/join.ts',
        find: `      records: [groupMetadataRecord(group, null)],
      replay: false,
      settle: (now, errorCode, out) => {
        if (errorCode !== ErrorCode.NONE) {
          this.#takeBack`,
        replace: `      records: [],
      replay: false,
      settle: (now, errorCode, out) => {
        if (errorCode !== ErrorCode.NONE) {
          this.#takeBack`,
      },
    ],
    caughtBy: [
      'a static member that comes back within its session is replaced without a rebalance, and its old self is fenced',
    ],
    scenario: 'test/engine/coordinator/group/classic/classic-groups.test.ts',
    seeds: 1,
  },
  {
    id: 'G13',
    bug: 'The old self of a static member is not fenced',
    patches: [
      {
        file: 'engine/coordinator/group/classic/classic-group.ts',
        find: '      if (known !== memberId) return ErrorCode.FENCED_INSTANCE_ID;',
        replace: '',
      },
    ],
    caughtBy: [
      'a static member that comes back within its session is replaced without a rebalance, and its old self is fenced',
    ],
    scenario: 'test/engine/coordinator/group/classic/classic-groups.test.ts',
    seeds: 1,
  },
  {
    id: 'G13b',
    bug: 'The old self of a static member waits for ever',
    patches: [
      {
        file: 'engine/coordinator/group/classic/join.ts',
        find: `    fence(joining, replaced);
`,
        replace: '',
      },
    ],
    caughtBy: [
      'classic groups on coordinators that come and go hand out one assignment a generation, and answer everybody once',
    ],
    scenario: 'test/engine/coordinator/group/classic/classic-failover.property.test.ts',
    seeds: 1,
  },
  {
    id: 'G15',
    bug: 'An assignment is handed out that was not stored',
    patches: [
      {
        file: 'engine/coordinator/group/classic/sync.ts',
        find: `if (errorCode === ErrorCode.NONE) {
        rebalances.handOut(now, group, given`,
        replace: `if (errorCode === ErrorCode.NONE || errorCode !== -99) {
        rebalances.handOut(now, group, given`,
      },
    ],
    caughtBy: ['syncing a classic group sends everybody back when the assignment cannot be stored'],
    scenario: 'test/engine/coordinator/group/classic/classic-groups.test.ts',
    seeds: 1,
  },
  {
    id: 'G15b',
    bug: 'An assignment of the last generation is handed out in this one',
    patches: [
      {
        file: 'engine/coordinator/group/classic/sync.ts',
        find: `      if (!isCurrent) return;
`,
        replace: '',
      },
    ],
    caughtBy: [
      'classic groups on coordinators that come and go hand out one assignment a generation, and answer everybody once',
    ],
    scenario: 'test/engine/coordinator/group/classic/classic-failover.property.test.ts',
    seeds: 1,
  },
  {
    id: 'G7',
    bug: 'Positions of a deleted topic are given for its successor (KAFKA-12257)',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/fetch-offsets.ts',
        find: 'const isThere = committed !== undefined && !isOfAnotherTopic(committed, topicId);',
        replace: 'const isThere = committed !== undefined;',
      },
    ],
    caughtBy: ['group offsets does not show positions of an earlier topic of the same name'],
    scenario: 'test/engine/coordinator/group/group-offsets.test.ts',
    seeds: 1,
  },
  {
    id: 'G6',
    bug: 'Positions that come before their group’s record fail the load (KAFKA-20254)',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/group-offsets.ts',
        find: 'if (!this.#groups.has(group)) this.#judge.makeSimpleGroup(group);',
        replace: 'if (!this.#groups.has(group)) throw new Error("no group");',
      },
    ],
    caughtBy: ['group offsets is the same after a failover'],
    scenario: 'test/engine/coordinator/group/group-offsets.test.ts',
    seeds: 1,
  },
  {
    id: 'E1',
    bug: 'Positions expire that a transaction is about to change',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/group-offsets.ts',
        find: 'if (isExpired && !this.pending.has(groupId, topic, partition)) {',
        replace: 'if (isExpired) {',
      },
    ],
    caughtBy: ['group offsets expires nothing at which a transaction has something pending'],
    scenario: 'test/engine/coordinator/group/group-offsets.test.ts',
    seeds: 1,
  },
  {
    id: 'E2',
    bug: 'Positions expire although a member reads their topic (KIP-211)',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/group-offsets.ts',
        find: `      if (group.isSubscribedToTopic(topic)) {
        isAllExpired = false;
        continue;
      }
`,
        replace: '',
      },
    ],
    caughtBy: [
      'positions of a classic group (KIP-211) stay while members read their topic; those of other topics go so long after their commit',
    ],
    scenario: 'test/engine/coordinator/group/offset-expiry.test.ts',
    seeds: 1,
  },
  {
    id: 'E3',
    bug: 'Positions of an empty group count from their commit: gone at once (KIP-211, KAFKA-4682)',
    patches: [
      {
        file: 'engine/coordinator/group/classic/classic-group.ts',
        find: 'if (this.isEmpty) return this.#stateSinceMs < 0 ? sinceCommit : () => this.#stateSinceMs;',
        replace: 'if (this.isEmpty) return sinceCommit;',
      },
    ],
    caughtBy: [
      'positions of a classic group (KIP-211) that was used long after their commit are not gone the moment that it is empty',
    ],
    scenario: 'test/engine/coordinator/group/offset-expiry.test.ts',
    seeds: 1,
  },
  {
    id: 'T22c',
    bug: 'Positions of a transaction count before its marker: records of an aborted one are passed over (KAFKA-17507)',
    patches: [
      {
        file: 'engine/coordinator/group/offsets/group-offsets.ts',
        find: 'if (producerId === -1) this.offsets.set',
        replace: 'if (producerId >= -1) this.offsets.set',
      },
    ],
    caughtBy: ['ExactlyOnce'],
    scenario: 'a pipeline whose members die',
    seeds: 4,
  },
];
