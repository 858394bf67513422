import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../../engine/machine/index.ts';
import { BatchOrigins } from '../../../../sim/check/shadow/batch-origins.ts';
import { BatchPlaces } from '../../../../sim/check/shadow/batch-places.ts';
import { appended, leads, read, replicated, Story } from '../facts.ts';

const T = 't-0';
const RECORDS = 1_000;
const START = 800;

/** Two replicas with the same records, all replicated, of which retention has taken the first. */
function afterRetention(): Story {
  const records = Array.from({ length: RECORDS }, (_, i) => appended(T, i, 0));
  const started = { fact: 'log start advanced', log: T, logStartOffset: START } as const;
  return new Story()
    .node('b1', leads(T, 0, [1, 2]), ...records)
    .node('b2', { fact: 'replica became follower', log: T, leaderEpoch: 0, leader: 1 }, ...records)
    .node('b1', replicated(T, RECORDS, RECORDS, 0), started)
    .node('b2', { ...replicated(T, RECORDS, RECORDS, 0), leader: false } as Fact, started);
}

describe('the shadow of a log', () => {
  it('forgets batches below the log start once they are half of it, and answers for the others', () => {
    const places = new BatchPlaces();
    for (let i = 0; i < RECORDS; i++) places.push(i, i, 0);
    places.forgetBelow(RECORDS / 2 - 1);
    expect(places.length).toBe(RECORDS);
    places.forgetBelow(START);
    expect(places.length).toBe(RECORDS - START);
    expect(places.holding(START - 1)).toBe(-1);
    expect(places.place(places.holding(START + 7))).toEqual({
      baseOffset: START + 7,
      lastOffset: START + 7,
      leaderEpoch: 0,
    });
  });

  it('forgets origins likewise', () => {
    const origins = new BatchOrigins();
    for (let key = 0; key < RECORDS; key++) origins.add(key, 'b1', key, 0, key - 1);
    origins.forgetWhile((key) => key < START);
    expect(origins.find(START - 1)).toBe(-1);
    expect(origins.at(origins.find(START))).toEqual({
      node: 'b1',
      crc: START,
      span: 0,
      predecessor: START - 1,
    });
  });

  it('says nothing of a reader that is slow to look at what it fetched before', () => {
    expect(afterRetention().client(read(T, START - 1)).fired).toEqual([]);
    expect(afterRetention().client(read(T, RECORDS)).fired).toEqual(['ConsistentRead']);
    expect(afterRetention().client(read(T, START, { leaderEpoch: 1 })).fired).toEqual(['ConsistentRead']);
  });

  it('still sees what goes wrong above the log start', () => {
    expect(afterRetention().fired).toEqual([]);
    expect(afterRetention().node('b3', appended(T, START + 5, 0, -1)).fired).toEqual(['EpochOffsetUnique']);
    const tail = Array.from({ length: 3 }, (_, i) => appended(T, START + i, 0));
    expect(afterRetention().node('b3', ...tail, leads(T, 1, [3], START)).fired).toEqual([
      'LeaderCompleteness',
    ]);
  });
});
