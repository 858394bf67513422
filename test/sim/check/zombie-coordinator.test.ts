import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../engine/machine/index.ts';
import { coordinatorPartition } from '../../../engine/metadata/index.ts';
import { ApiKey } from '../../../engine/wire/index.ts';
import { classify, RunWitness } from '../../../sim/check/index.ts';
import type { Violation } from '../../../sim/result/index.ts';

const GROUP = 'copy';
const PARTITIONS = 8;
const PARTITION = coordinatorPartition(GROUP, PARTITIONS);

function loaded(leaderEpoch: number) {
  return {
    fact: 'coordinator loaded' as const,
    topic: '__consumer_offsets',
    partition: PARTITION,
    leaderEpoch,
  };
}

function position(committedOffset: number, groupId = GROUP): Frame {
  const partition = {
    partitionIndex: 2,
    committedOffset,
    committedLeaderEpoch: 0,
    metadata: '',
    errorCode: 0,
  };
  const topics = [{ name: 'flights', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: [partition] }];
  const body = { throttleTimeMs: 0, topics: [], errorCode: 0, groups: [{ groupId, topics, errorCode: 0 }] };
  return { kind: 'response', apiKey: ApiKey.OffsetFetch, apiVersion: 9, correlationId: 1, body };
}

/** b3 coordinates from 10 on, b4 from 50 on, and `teller` tells a position at 60. Record 7 stands at offset 100. */
function run(teller: string, told: Frame): RunWitness {
  const witness = new RunWitness();
  witness.onFact(5, 'c101', {
    fact: 'partition changed',
    log: `__consumer_offsets-${PARTITIONS - 1}`,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    leader: 3,
    leaderEpoch: 0,
    partitionEpoch: 0,
    isr: [3, 4],
    unclean: false,
    minIsr: 1,
    replicas: [3, 4],
    elr: [],
    lastKnownElr: [],
  });
  witness.onFact(10, 'b3', loaded(0));
  witness.onSent(20, 'b3', position(90));
  witness.onFact(50, 'b4', loaded(1));
  witness.onSent(60, teller, told);
  const read = { client: 'k', at: 30, reads: [{ log: 'flights-2', offsets: [100], ids: [7] }] };
  witness.hear({ history: { sends: [], polls: [read], repositions: [] }, transactions: [] });
  return witness;
}

function names(evidence: Violation['evidence'], check: string, witness: RunWitness): string[] {
  const finding = { check, at: 100, message: `${check} was seen`, evidence };
  const { violations, weaknesses } = classify({ violations: [finding], allowed: [] }, witness);
  return violations.length > 0 ? ['violation'] : weaknesses.map(({ weakness }) => weakness);
}

const NAME = ['position told by a coordinator that is none any more'];
const TWICE = { source: 7, count: 2 };

describe('a position that a coordinator tells after it was replaced', () => {
  it('explains that what stands behind it was copied twice', () => {
    expect(names(TWICE, 'ExactlyOnce', run('b3', position(90)))).toEqual(NAME);
    const found = classify(
      { violations: [{ check: 'ExactlyOnce', at: 0, message: 'twice', evidence: TWICE }], allowed: [] },
      run('b3', position(90)),
    );
    expect(found.weaknesses[0]!.message).toBe(
      'twice (b3, coordinator of copy in epoch 0, told position 90 of flights-2 at 0.000060 s, when b4 had been coordinator since 0.000050 s)',
    );
  });

  it('explains neither what stands before it, nor what is missing, nor another check', () => {
    expect(names(TWICE, 'ExactlyOnce', run('b3', position(101)))).toEqual(['violation']);
    expect(names({ source: 7 }, 'ExactlyOnce', run('b3', position(90)))).toEqual(['violation']);
    expect(names(TWICE, 'CompactionKeepsLast', run('b3', position(90)))).toEqual(['violation']);
  });

  it('explains totals of its topic, and of what was made of it, that are too high', () => {
    const totals = (count: number, topics: string[]) => ({ topics, count, expected: 5 });
    const witness = () => run('b3', position(0));
    expect(names(totals(6, ['flights']), 'ExactTotals', witness())).toEqual(NAME);
    expect(names(totals(6, ['counted', 'flights']), 'ExactTotals', witness())).toEqual(NAME);
    expect(names(totals(4, ['flights']), 'ExactTotals', witness())).toEqual(['violation']);
    expect(names(totals(6, ['orders']), 'ExactTotals', witness())).toEqual(['violation']);
  });

  it('is nothing when the coordinator of the day tells it, or when the group is another', () => {
    expect(names(TWICE, 'ExactlyOnce', run('b4', position(90)))).toEqual(['violation']);
    const other = ['a', 'b', 'c', 'd'].find((each) => coordinatorPartition(each, PARTITIONS) !== PARTITION)!;
    expect(names(TWICE, 'ExactlyOnce', run('b3', position(90, other)))).toEqual(['violation']);
  });
});
