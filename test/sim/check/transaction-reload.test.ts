import { describe, expect, it } from 'vitest';
import {
  type LoadedShard,
  rebuildShard,
  type ShardPorts,
  type TransactionRecord,
  TransactionShard,
  transactionRecordCodec,
} from '../../../engine/coordinator/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';
import { TRANSACTION_STATE } from '../../../engine/metadata/index.ts';
import { validateReload } from '../../../sim/check/index.ts';
import { entered, S } from './transaction-facts.ts';
import { cluster, leading, STILL } from './views.ts';

type Entry = Parameters<typeof entered>[2];
type Entries = readonly (readonly [state: string, rest?: Entry])[];

function batchesOf(entries: Entries): Uint8Array[] {
  const facts = entries.map(([state, rest], offset) => entered(offset, state, rest));
  return facts.map((fact) => (fact as Extract<Fact, { fact: 'log appended' }>).batch);
}

/** A coordinator that has lived through this. */
function living(entries: Entries): LoadedShard<TransactionShard> {
  const shard = rebuildShard<TransactionShard, TransactionRecord>(
    {
      ...STILL,
      codec: transactionRecordCodec,
      makeShard: (context) => new TransactionShard(context, {} as ShardPorts),
    },
    batchesOf(entries),
    0,
  );
  if (typeof shard === 'string') throw new Error(shard);
  return { partition: 0, shard, writtenOffset: entries.length, committedOffset: entries.length };
}

/** What is found when the coordinator has lived through `lived`, and its log says `logged`. */
function found(lived: Entries, logged: Entries, committedOffset = logged.length): string[] {
  const batches = batchesOf(logged);
  const leader = leading(TRANSACTION_STATE, S, batches, batches.length);
  const transactionShards = () => [{ ...living(lived), writtenOffset: batches.length, committedOffset }];
  const views = cluster({ replicas: { 1: [leader] }, broker: { 1: { transactionShards } } });
  return validateReload(0, views, null).map(({ message }) => message);
}

const STORY: Entries = [['Empty'], ['Ongoing'], ['PrepareCommit'], ['CompleteCommit']];

describe('CoordinatorReload of transactions', () => {
  it('says nothing of a coordinator that has what its log says', () => {
    for (let length = 1; length <= STORY.length; length++) {
      const story = STORY.slice(0, length);
      expect(found(story, story)).toEqual([]);
    }
  });

  it('fires when the coordinator has forgotten a transition, an epoch or a partition', () => {
    const before = STORY.slice(0, 2);
    const logged = (state: string, rest: Entry = {}): Entries => [...before, [state, rest]];
    expect(found(before, logged('PrepareCommit')).join()).toContain('transactional id t1 is p7 e0 Ongoing');
    expect(found(before, logged('Ongoing', { epoch: 1 })).join()).toContain('p7 e1 Ongoing');
    expect(found(before, logged('Ongoing', { id: 8 })).join()).toContain('p8 e0 Ongoing');
    expect(found(before, logged('Ongoing', { logs: ['t-0'] })).join()).toContain('differ');
    expect(found(logged('PrepareCommit'), logged('PrepareAbort')).join()).toContain('PrepareAbort');
  });

  it('does not ask which partitions have acknowledged a marker, which no record tells', () => {
    const decided = (logs: string[]): Entries => [...STORY.slice(0, 2), ['PrepareCommit', { logs }]];
    expect(found(decided(['t-0']), decided(['t-0', 'u-0']))).toEqual([]);
  });

  it('waits until what is written is replicated', () => {
    expect(found(STORY.slice(0, 2), STORY, 2)).toEqual([]);
  });
});
