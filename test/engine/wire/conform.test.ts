import { describe, expect, it } from 'vitest';
import {
  apiVersionsRequest,
  checkBody,
  conform,
  fetchRequest,
  listOffsetsRequest,
  make,
  metadataRequest,
  produceRequest,
  WireError,
} from '../../../engine/wire/index.ts';

describe('a body conformed to a version', () => {
  it('is the same object when the version carries all of it', () => {
    const body = make(fetchRequest, { topics: [{ topic: 't', partitions: [{ fetchOffset: 3 }] }] });
    expect(conform(fetchRequest, 12, body)).toBe(body);
  });

  it('loses ignorable fields, at any depth', () => {
    const body = make(fetchRequest, {
      topics: [{ topic: 't', partitions: [{ fetchOffset: 3, currentLeaderEpoch: 5 }] }],
    });
    const old = conform(fetchRequest, 8, body);
    expect(old).toEqual(make(fetchRequest, { topics: [{ topic: 't', partitions: [{ fetchOffset: 3 }] }] }));
    expect(body.topics[0]?.partitions[0]?.currentLeaderEpoch).toBe(5);
    expect(conform(apiVersionsRequest, 4, make(apiVersionsRequest, { nodeId: 3, clusterId: 'c' }))).toEqual(
      make(apiVersionsRequest, {}),
    );
  });

  it('is refused when a field that matters would be lost', () => {
    const byEpoch = make(fetchRequest, { topics: [{ topic: 't', partitions: [{ lastFetchedEpoch: 5 }] }] });
    expect(conform(fetchRequest, 11, byEpoch)).toEqual(
      new WireError(
        'unsupported version',
        'FetchRequest v11 cannot carry topics.partitions.lastFetchedEpoch',
      ),
    );
    const replica = make(fetchRequest, { replicaState: { replicaId: 2 } });
    expect(conform(fetchRequest, 14, replica)).toBeInstanceOf(WireError);
    const committed = make(listOffsetsRequest, { isolationLevel: 1 });
    expect(conform(listOffsetsRequest, 1, committed)).toBeInstanceOf(WireError);
    expect(conform(listOffsetsRequest, 12, committed)).toBeInstanceOf(WireError);
  });
});

describe('the check of a body', () => {
  it('names what is wrong and where', () => {
    const body = make(produceRequest, { topicData: [{ name: 't', partitionData: [{ index: 0 }] }] });
    const check = (broken: object): string | null => checkBody(produceRequest, 9, { ...body, ...broken });
    expect(check({})).toBe(null);
    expect(check({ acks: undefined })).toBe('ProduceRequest v9.acks is missing');
    expect(check({ acks: 40_000 })).toBe('ProduceRequest v9.acks is not an int16: 40000');
    expect(check({ timeoutMs: 0.5 })).toBe('ProduceRequest v9.timeoutMs is not an int32: 0.5');
    expect(check({ timeoutMs: -0 })).toBe('ProduceRequest v9.timeoutMs is not an int32: 0');
    expect(check({ colour: 1 })).toBe('ProduceRequest v9 has no field colour');
    expect(check({ topicData: null })).toBe('ProduceRequest v9.topicData is null');
    expect(check({ transactionalId: '\ud800' })).toContain('transactionalId is not Unicode');
    expect(checkBody(produceRequest, 13, body)).toBe(
      'ProduceRequest v13.topicData[0].name is not carried by this version',
    );
    expect(checkBody(produceRequest, 2, body)).toBe('ProduceRequest has no version 2');
    const named = make(metadataRequest, { topics: [{ name: null }] });
    expect(checkBody(metadataRequest, 9, named)).toBe('MetadataRequest v9.topics[0].name is null');
    const badId = make(metadataRequest, { topics: [{ topicId: 'nonsense' }] });
    expect(checkBody(metadataRequest, 12, badId)).toContain('topicId is not a uuid');
  });
});
