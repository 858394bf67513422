import { describe, expect, it } from 'vitest';
import {
  ApiKey,
  apiVersionsResponse,
  decodeRequest,
  decodeResponse,
  ErrorCode,
  encodeFrame,
  make,
  WireError,
} from '../../../engine/wire/index.ts';

/** A request header of any version with a body that nobody can read. */
function request(apiKey: number, apiVersion: number): Uint8Array {
  return Uint8Array.from([0, apiKey, 0, apiVersion, 0, 0, 0, 7, 0, 2, 0x6d, 0x65, 0xde, 0xad]);
}

describe('versions and keys that are not spoken here', () => {
  it('an ApiVersions request of an unknown version tells whom to answer in version 0 (KIP-511)', () => {
    const refused = decodeRequest(request(ApiKey.ApiVersions, 99));
    expect(refused).toEqual(
      new WireError('unsupported version', 'ApiVersions v99', {
        apiKey: ApiKey.ApiVersions,
        apiVersion: 99,
        correlationId: 7,
        clientId: 'me',
      }),
    );
  });

  it('a client that asked in a version the server lacks understands the answer in version 0', () => {
    const body = make(apiVersionsResponse, {
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      apiKeys: [{ apiKey: ApiKey.ApiVersions, minVersion: 0, maxVersion: 2 }],
    });
    const answer = {
      kind: 'response',
      apiKey: ApiKey.ApiVersions,
      apiVersion: 0,
      correlationId: 7,
      body,
    } as const;
    for (let asked = 0; asked <= 5; asked++) {
      expect(decodeResponse(encodeFrame(answer), ApiKey.ApiVersions, asked)).toEqual(answer);
    }
  });

  it('an answer in version 0 that refuses nothing is not taken for one in version 3', () => {
    const body = make(apiVersionsResponse, { apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] });
    const answer = {
      kind: 'response',
      apiKey: ApiKey.ApiVersions,
      apiVersion: 0,
      correlationId: 7,
      body,
    } as const;
    expect(decodeResponse(encodeFrame(answer), ApiKey.ApiVersions, 3)).toBeInstanceOf(WireError);
  });

  it('versions dropped by Kafka 4.0 are refused with the header', () => {
    expect(decodeRequest(request(ApiKey.Produce, 2))).toMatchObject({
      code: 'unsupported version',
      header: { apiKey: ApiKey.Produce, apiVersion: 2 },
    });
    expect(decodeResponse(new Uint8Array(8), ApiKey.Produce, 2)).toMatchObject({
      code: 'unsupported version',
    });
  });

  it('an API of another Kafka is unknown', () => {
    expect(decodeRequest(request(ApiKey.StopReplica, 0))).toMatchObject({
      code: 'unknown api',
      message: 'StopReplica',
    });
    expect(decodeRequest(request(120, 0))).toMatchObject({ code: 'unknown api', message: 'Api(120)' });
    expect(decodeResponse(new Uint8Array(8), 120, 0)).toMatchObject({ code: 'unknown api' });
  });
});
