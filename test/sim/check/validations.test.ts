import { describe, expect, it } from 'vitest';
import { validateViews } from '../../../sim/check/index.ts';
import { fence, imageWithBrokers, TOPIC_ID } from '../../engine/broker/images.ts';
import { cluster, fetching, replica } from './views.ts';

type Changes = Parameters<typeof cluster>[0];

/** A log of which only the offsets matter: nothing is replicated in it. */
const EMPTY = { highWatermark: 0 };

function fired(changes: Changes): string[] {
  return validateViews(0, cluster({ replicas: followers(), ...changes })).map(({ check }) => check);
}

function followers(end = 10): NonNullable<Changes['replicas']> {
  return { 2: [replica({ end, ...EMPTY })], 3: [replica({ end, ...EMPTY })] };
}

describe('validations of views', () => {
  it('say nothing of a healthy cluster', () => {
    expect(fired({})).toEqual([]);
  });

  it('ValidFetcherState fires for two fetchers, a leader that fetches, an old epoch and a wrong place', () => {
    expect(fired({ fetches: { 2: [fetching(), fetching({ source: 3 })] } })).toEqual(['ValidFetcherState']);
    expect(fired({ fetches: { 1: [fetching({ source: 2 })] } })).toEqual(['ValidFetcherState']);
    expect(fired({ fetches: { 2: [fetching({ leaderEpoch: 3 })] } })).toEqual(['ValidFetcherState']);
    expect(fired({ fetches: { 2: [fetching({ fetchOffset: 9 })] } })).toEqual(['ValidFetcherState']);
    expect(fired({ fetches: { 2: [fetching({ name: 'gone-0' })] } })).toEqual(['ValidFetcherState']);
  });

  it('SameMetadata fires for a broker that has read as far and has another image', () => {
    const other = imageWithBrokers(4);
    fence(other, 2);
    const found = validateViews(0, cluster({ replicas: followers(), broker: { 3: { image: other } } }));
    expect(found.map(({ check }) => check)).toEqual(['SameMetadata']);
    expect(found[0]!.message).toContain('b3 has read as far as controller 101');
    expect(fired({ broker: { 3: { image: other, metadataOffset: 5 } } })).toEqual([]);
  });

  it('TopicIdsMatch fires for a log of another topic of the same name, and for one that is not assigned', () => {
    const foreign = replica({ end: 10, ...EMPTY, topicId: 'AnotherAnotherAnother1' });
    expect(fired({ replicas: { ...followers(), 2: [foreign] } })).toEqual(['TopicIdsMatch']);
    const stray = replica({ end: 10, ...EMPTY, name: 't-7', index: 7, topicId: TOPIC_ID });
    expect(fired({ replicas: { ...followers(), 2: [replica({ end: 10, ...EMPTY }), stray] } })).toEqual([
      'TopicIdsMatch',
    ]);
  });

  it('SnapshotAtLogStart fires when a log begins where no snapshot is', () => {
    expect(fired({ controllers: { 102: { logStartOffset: 50 } } })).toEqual(['SnapshotAtLogStart']);
    const snapshot = { offset: 50, epoch: 1 };
    expect(
      fired({ controllers: { 102: { logStartOffset: 50, latestSnapshotId: snapshot } as never } }),
    ).toEqual([]);
  });
});
