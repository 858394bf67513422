import type { Mutation } from '../mutation.ts';

export const clients: readonly Mutation[] = [
  {
    id: 'T27j',
    bug: 'A heartbeat that is due and cannot leave is looked at again at once, for ever',
    patches: [
      {
        file: 'engine/client/consumer/group/classic-heartbeats.ts',
        find: 'return Math.min(link.dueAt(now, out), this.timers.nextEnd);',
        replace: 'return Math.min(link.dueAt(now, out), this.timers.nextDue);',
      },
    ],
    caughtBy: [
      'heartbeats to a coordinator that cannot be reached wait for the connection, and do not keep the clock from moving',
    ],
    scenario: 'test/engine/client/consumer/classic-heartbeats.test.ts',
    seeds: 1,
  },
  {
    id: 'T27k',
    bug: 'While its coordinator is unknown a member looks at once, for ever, whether the application polls',
    patches: [
      {
        file: 'engine/client/consumer/group/classic-heartbeats.ts',
        find: 'if (link.node(now) < 0) return link.find(now, out);',
        replace: 'if (link.node(now) < 0) return Math.min(link.find(now, out), this.timers.pollEndsAt);',
      },
    ],
    caughtBy: [
      'heartbeats to a coordinator that cannot be reached do not keep the clock from moving when the application is late, either',
    ],
    scenario: 'test/engine/client/consumer/classic-heartbeats.test.ts',
    seeds: 1,
  },
  {
    id: 'T27',
    bug: 'A batch that was split stays in flight beside its parts (KAFKA-8325)',
    patches: [
      {
        file: 'engine/client/producer/accumulator.ts',
        find: `      this.#idempotence.untrack(whole);
`,
        replace: '',
      },
    ],
    caughtBy: ['sequences of a batch that was split go on through its parts'],
    scenario: 'test/engine/client/producer/idempotence.test.ts',
    seeds: 1,
  },
  {
    id: 'T27b',
    bug: 'Nobody waits for the parts of a batch that was split (KAFKA-19479)',
    patches: [
      {
        file: 'engine/client/producer/accumulator.ts',
        find: `    this.#incomplete += parts.length;
    this.onDone(whole);`,
        replace: '    this.onDone(whole);',
      },
    ],
    caughtBy: ['retries a batch that is too large for the broker is split, in order'],
    scenario: 'test/engine/client/producer/outcomes.test.ts',
    seeds: 1,
  },
  {
    id: 'T27d',
    bug: 'A partition with nothing in flight goes on counting in a new epoch (KAFKA-12152)',
    patches: [
      {
        file: 'engine/client/producer/idempotence.ts',
        find: '    if (this.#isStale(sequences) && sequences.inFlight.length === 0) {',
        replace:
          '    if (this.#isStale(sequences) && sequences.inFlight.length === 0 && sequences.next === 0) {',
      },
    ],
    caughtBy: ['a new epoch reaches a partition only when what it has in flight is through'],
    scenario: 'test/engine/client/producer/idempotence.test.ts',
    seeds: 1,
  },
  {
    id: 'T27e',
    bug: 'A batch of a new epoch overtakes those of the old one',
    patches: [
      {
        file: 'engine/client/producer/idempotence.ts',
        find: `      if (sequences.inFlight.length > 0 && this.#isStale(sequences)) return false;
`,
        replace: '',
      },
    ],
    caughtBy: ['a new epoch reaches a partition only when what it has in flight is through'],
    scenario: 'test/engine/client/producer/idempotence.test.ts',
    seeds: 1,
  },
  {
    id: 'T27f',
    bug: 'New batches do not wait until it is known whether the one before arrived',
    patches: [
      {
        file: 'engine/client/producer/idempotence.ts',
        find: `      if (this.sequences.unresolved.get(topic, partition) !== undefined) return false;
`,
        replace: '',
      },
    ],
    caughtBy: [
      'a batch that is given up holds new ones up until one behind it tells that there is a gap: then a new epoch begins',
    ],
    scenario: 'test/engine/client/producer/idempotence.test.ts',
    seeds: 1,
  },
  {
    id: 'T27g',
    bug: 'Batches that are sent again do not wait for the one before',
    patches: [
      {
        file: 'engine/client/producer/idempotence.ts',
        find: 'return first < 0 || batch.baseSequence === first;',
        replace: 'return true;',
      },
    ],
    caughtBy: [
      'sequences keep their order when the first of several fails: what follows waits, and goes one by one',
    ],
    scenario: 'test/engine/client/producer/idempotence.test.ts',
    seeds: 1,
  },
  {
    id: 'T27h',
    bug: 'initTransactions that timed out begins again (KAFKA-13412)',
    patches: [
      {
        file: 'engine/client/producer/transaction-session.ts',
        find: `    if (pending !== null && !pending.result.isAcked) {
      return pending.call === call`,
        replace: `    if (pending !== null && !pending.result.isAcked && call !== 'init') {
      return pending.call === call`,
      },
    ],
    caughtBy: ['init that times out is to be called again, and nothing else is'],
    scenario: 'test/engine/client/producer/transactions.test.ts',
    seeds: 1,
  },
  {
    id: 'T27i',
    bug: 'A transaction ends before its last records are acknowledged',
    patches: [
      {
        file: 'engine/client/producer/transaction-session.ts',
        find: `      if (isEnd && hasIncomplete) return null;
`,
        replace: '',
      },
    ],
    caughtBy: [
      'a transaction under TV1 ends once every record is acknowledged; the next one has the same epoch and goes on counting',
    ],
    scenario: 'test/engine/client/producer/transactions.test.ts',
    seeds: 1,
  },
  {
    id: 'G3',
    bug: 'What a member claims of an older generation counts (KAFKA-12984, KAFKA-13419)',
    patches: [
      {
        file: 'engine/client/consumer/assignor/previous-owners.ts',
        find: `        if (generation < otherGeneration) continue;
`,
        replace: '',
      },
    ],
    caughtBy: ['cooperative-sticky of two that claim a partition the one of the newer generation has it'],
    scenario: 'test/engine/client/consumer/assignor.property.test.ts',
    seeds: 1,
  },
  {
    id: 'G3b',
    bug: 'A partition that changes hands is given at once (KIP-429)',
    patches: [
      {
        file: 'engine/client/consumer/assignor/cooperative-sticky.ts',
        find: '    if (index >= 0) partitions.splice(index, 1);',
        replace: '    if (index < -1) partitions.splice(index, 1);',
      },
    ],
    caughtBy: [
      'cooperative-sticky what somebody owns is given to nobody else in the same round, and given in the next (uniform true)',
    ],
    scenario: 'test/engine/client/consumer/assignor.property.test.ts',
    seeds: 1,
  },
  {
    id: 'G4',
    bug: 'ILLEGAL_GENERATION makes a member forget its id (KAFKA-13214)',
    patches: [
      {
        file: 'engine/client/consumer/group/classic-heartbeats.ts',
        find: 'membership.resetAndRejoin(reason, code !== ErrorCode.ILLEGAL_GENERATION);',
        replace: 'membership.resetAndRejoin(reason, true);',
      },
    ],
    caughtBy: ['heartbeats ILLEGAL_GENERATION: what it has is lost, and it joins again'],
    scenario: 'test/engine/client/consumer/classic-heartbeats.test.ts',
    seeds: 1,
  },
  {
    id: 'G3c',
    bug: 'Who is put out while it joins keeps what it had, and says that it owns it (KAFKA-12983)',
    patches: [
      {
        file: 'engine/client/consumer/group/classic-membership.ts',
        find: `    this.requestRejoin(reason);
    this.needsJoinPrepare = true;`,
        replace: '    this.requestRejoin(reason);',
      },
    ],
    caughtBy: [
      'rebalancing a cooperative member that is put out while it joins has lost what it had (KAFKA-12983)',
    ],
    scenario: 'test/engine/client/consumer/classic-joining.test.ts',
    seeds: 1,
  },
];
