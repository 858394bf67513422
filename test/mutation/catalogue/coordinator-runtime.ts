import type { Mutation } from '../mutation.ts';

export const coordinatorRuntime: readonly Mutation[] = [
  {
    id: 'RT1',
    bug: 'A coordinator that goes leaves its parked writes unanswered',
    patches: [
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: `    this.#parked.failAll(now, ErrorCode.NOT_COORDINATOR, out);
`,
        replace: '',
      },
    ],
    caughtBy: ['coordinator runtime answers everything that waits when another broker is elected'],
    scenario: 'test/engine/coordinator/runtime/coordinator-runtime.test.ts',
    seeds: 1,
  },
  {
    id: 'RT2',
    bug: 'Timers of a shard outlive it',
    patches: [
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: `    this.#become(next);
    this.#timers.cancelAll();
`,
        replace: `    this.#become(next);
`,
      },
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: `    // Who was told that its write failed may have set others: nobody would be there when they go off.
    this.#timers.cancelAll();
`,
        replace: '',
      },
    ],
    caughtBy: [
      'coordinator runtime runs timers of a shard like requests, until they are cancelled or the shard goes',
    ],
    scenario: 'test/engine/coordinator/runtime/coordinator-runtime.test.ts',
    seeds: 1,
  },
  {
    id: 'RT2b',
    bug: 'Timers that are set while a shard goes outlive it',
    patches: [
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: `    // Who was told that its write failed may have set others: nobody would be there when they go off.
    this.#timers.cancelAll();
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
    id: 'RT3',
    bug: 'A failed append is not taken back',
    patches: [
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: `      this.#timeline.revertTo(this.#writtenOffset);
`,
        replace: '',
      },
    ],
    caughtBy: ['coordinator runtime takes a failed append back and tells the code of the log'],
    scenario: 'test/engine/coordinator/runtime/coordinator-runtime.test.ts',
    seeds: 1,
  },
  {
    id: 'RT4',
    bug: 'A load ends at the high watermark',
    patches: [
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: 'if (chunks.length > 0 && phase.nextOffset < bounds.logEndOffset) {',
        replace: 'if (chunks.length > 0 && phase.nextOffset < bounds.highWatermark) {',
      },
    ],
    caughtBy: [
      'coordinator runtime loads in steps, ends transactions by their markers and passes over records of unknown types',
    ],
    scenario: 'test/engine/coordinator/runtime/coordinator-runtime.test.ts',
    seeds: 1,
  },
  {
    id: 'RT5',
    bug: 'Reads see what is not replicated',
    patches: [
      {
        file: 'engine/coordinator/runtime/coordinator-runtime.ts',
        find: 'else read(shard, hosted.committedOffset);',
        replace: 'else read(shard, hosted.writtenOffset);',
      },
    ],
    caughtBy: ['coordinator runtime answers a write when its records are replicated, and reads only what is'],
    scenario: 'test/engine/coordinator/runtime/coordinator-runtime.test.ts',
    seeds: 1,
  },
  {
    id: 'RT6',
    bug: 'An answer without records does not wait for what it saw',
    patches: [
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: '} else if (this.#committedOffset < this.#writtenOffset) {',
        replace: '} else if (this.#committedOffset < 0) {',
      },
    ],
    caughtBy: ['coordinator runtime lets an answer without records wait for what it may have seen'],
    scenario: 'test/engine/coordinator/runtime/coordinator-runtime.test.ts',
    seeds: 1,
  },
  {
    id: 'RT7',
    bug: 'A shard goes on over what somebody else has written',
    patches: [
      {
        file: 'engine/coordinator/runtime/hosted-shard.ts',
        find: 'if (appended.endOffset !== expectedEndOffset) {',
        replace: 'if (appended.endOffset < expectedEndOffset) {',
      },
    ],
    caughtBy: ['coordinator runtime reads a partition again into which somebody else has written'],
    scenario: 'test/engine/coordinator/runtime/coordinator-runtime.test.ts',
    seeds: 1,
  },
  {
    id: 'RT8',
    bug: 'What a load finds above the high watermark counts as replicated',
    patches: [
      {
        file: 'engine/coordinator/runtime/replay-stretch.ts',
        find: `    if (header.lastOffset >= stretch.highWatermark) snapshot(nextOffset);
`,
        replace: '',
      },
    ],
    caughtBy: ['a shard is what its log says, whatever was written, refused, committed and aborted'],
    scenario: 'test/engine/coordinator/runtime/replay-equivalence.test.ts',
    seeds: 1,
  },
];
