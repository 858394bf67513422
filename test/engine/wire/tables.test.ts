import { describe, expect, it } from 'vitest';
import {
  ApiKey,
  apiName,
  apiOf,
  apis,
  describeFrame,
  ErrorCode,
  errorName,
  fetchRequest,
  fetchResponse,
  isRetriable,
  make,
} from '../../../engine/wire/index.ts';

describe('the tables of the protocol', () => {
  it('error codes run from -1 to 136 without a gap', () => {
    const codes = Object.values(ErrorCode).sort((a, b) => a - b);
    expect(codes).toEqual(Array.from({ length: 138 }, (_, index) => index - 1));
    expect(errorName(6)).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(errorName(999)).toBe('UNKNOWN_ERROR_CODE(999)');
  });

  it('retriable errors are those that Kafka’s clients retry', () => {
    const retried = Object.values(ErrorCode).filter(isRetriable);
    expect(retried.length).toBe(32);
    expect(isRetriable(ErrorCode.NOT_LEADER_OR_FOLLOWER)).toBe(true);
    expect(isRetriable(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND)).toBe(true);
    expect(isRetriable(ErrorCode.NONE)).toBe(false);
    expect(isRetriable(ErrorCode.BROKER_NOT_AVAILABLE)).toBe(false);
    expect(isRetriable(ErrorCode.INVALID_PRODUCER_EPOCH)).toBe(false);
  });

  it('keys run from 0 to 94 without a gap', () => {
    expect(Object.values(ApiKey)).toEqual(Array.from({ length: 95 }, (_, index) => index));
    expect(apiName(ApiKey.UnregisterController)).toBe('UnregisterController');
  });

  it('APIs are sorted by key and agree with their schemas', () => {
    const keys = apis.map(({ key }) => key);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
    for (const api of apis) {
      expect(apiOf(api.key)).toBe(api);
      expect(api.request.name).toBe(`${api.name}Request`);
      expect(api.response.name).toBe(`${api.name}Response`);
      expect(api.response.versions).toEqual(api.request.versions);
      expect(api.response.flexibleFrom).toBe(api.request.flexibleFrom);
    }
  });

  it('only Produce advertises more than it serves (KAFKA-18659)', () => {
    const generous = apis.filter((api) => api.advertisedMinVersion !== api.minVersion);
    expect(generous.map(({ name, advertisedMinVersion }) => [name, advertisedMinVersion])).toEqual([
      ['Produce', 0],
    ]);
  });
});

describe('a frame in one line', () => {
  it('shows what differs from the defaults', () => {
    const body = make(fetchRequest, {
      replicaState: { replicaId: 2 },
      maxWaitMs: 500,
      topics: [{ topic: 't', partitions: [{ partition: 1, fetchOffset: 417 }] }],
    });
    const frame = {
      kind: 'request',
      apiKey: ApiKey.Fetch,
      apiVersion: 18,
      correlationId: 7,
      clientId: null,
      body,
    } as const;
    expect(describeFrame(frame)).toBe(
      'Fetch v18 request #7 replicaState={replicaId=2} maxWaitMs=500' +
        ' topics=[{partitions=[{partition=1 fetchOffset=417}]}]',
    );
  });

  it('names error codes, counts bytes and stops somewhere', () => {
    const partition = {
      errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
      records: [new Uint8Array(3), new Uint8Array(4)],
    };
    const body = make(fetchResponse, {
      responses: [{ topic: 't', partitions: Array.from({ length: 10 }, () => partition) }],
    });
    const frame = { kind: 'response', apiKey: ApiKey.Fetch, apiVersion: 12, correlationId: 7, body } as const;
    const line = describeFrame(frame);
    expect(line).toContain('{errorCode=OFFSET_OUT_OF_RANGE records=7B}');
    expect(line.length).toBeLessThan(410);
    expect(line.endsWith('…')).toBe(true);
  });
});
