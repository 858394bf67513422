import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ApiKey,
  checkBody,
  decodeRequest,
  encodeFrame,
  MAX_FRAME_BYTES,
  WireError,
} from '../../../engine/wire/index.ts';
import { arbitraryBody } from './arbitrary-body.ts';
import { everyVersion, type Message } from './every-version.ts';

const BODIES = 3;
const CORRUPTIONS = 60;

function samples(message: Message): readonly Uint8Array[] {
  const bodies = fc.sample(arbitraryBody(message.schema, message.version), BODIES);
  return bodies.map((body) => encodeFrame(message.frame(body)));
}

function refusal(bytes: Uint8Array): WireError {
  const refused = decodeRequest(bytes);
  if (!(refused instanceof WireError)) throw new Error('these bytes should have been refused');
  return refused;
}

/** A request's header v1 with no client id, then `body`. */
function request(apiKey: number, apiVersion: number, body: readonly number[]): Uint8Array {
  return Uint8Array.from([0, apiKey, 0, apiVersion, 0, 0, 0, 7, 0xff, 0xff, ...body]);
}

describe('bytes that nobody vouches for', () => {
  it.each(everyVersion)('$title: every cut is an error value', (message) => {
    for (const bytes of samples(message)) {
      for (let length = 0; length < bytes.length; length++) {
        expect(message.decode(bytes.subarray(0, length))).toBeInstanceOf(WireError);
      }
    }
  });

  it.each(everyVersion)('$title: one byte too many is an error value', (message) => {
    for (const bytes of samples(message)) {
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      expect(message.decode(longer)).toBeInstanceOf(WireError);
    }
  });

  it.each(everyVersion)(
    '$title: corrupted bytes give an error value or a body of the right shape',
    (message) => {
      for (const bytes of samples(message)) {
        const flips = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
        const property = fc.property(fc.array(flips, { minLength: 1, maxLength: 4 }), (changes) => {
          const corrupt = bytes.slice();
          for (const [at, value] of changes) corrupt[at] = value;
          const frame = message.decode(corrupt);
          if (frame instanceof WireError) return;
          // A corrupt request header can turn it into a request of another version, or even of another API.
          if (frame.apiKey !== message.api.key) return;
          const schema = frame.kind === 'request' ? message.api.request : message.api.response;
          expect(checkBody(schema, frame.apiVersion, frame.body)).toBe(null);
        });
        fc.assert(property, { numRuns: CORRUPTIONS });
      }
    },
  );

  it('noise is refused without an exception', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const frame = decodeRequest(bytes);
      expect(frame instanceof WireError || frame.kind === 'request').toBe(true);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('a list may not claim more elements than the bytes left can hold', () => {
    const refused = refusal(request(ApiKey.Metadata, 1, [0x7f, 0xff, 0xff, 0xff, 0, 1, 0x61]));
    expect(refused.code).toBe('truncated');
  });

  it('a compact list may not claim 2^32 elements', () => {
    const refused = refusal(request(ApiKey.Metadata, 9, [0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1]));
    expect(refused.code).toBe('truncated');
  });

  it('a varint of more than 32 bits is malformed', () => {
    const refused = refusal(request(ApiKey.Metadata, 9, [0, 0xff, 0xff, 0xff, 0xff, 0x1f, 1, 1]));
    expect(refused.code).toBe('malformed');
  });

  it('tags without end do not hang', () => {
    const refused = refusal(request(ApiKey.Metadata, 9, [0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0, 2, 0]));
    expect(refused.code).toBe('truncated');
  });

  it('a frame with millions of empty strings is too large', () => {
    const names = 5_000_000;
    const bytes = new Uint8Array(20 + names);
    const prefix = request(ApiKey.DeleteTopics, 4, [0, ...uvarint(names + 1)]);
    bytes.fill(1);
    bytes.set(prefix);
    const refused = refusal(bytes);
    expect(refused.code).toBe('too large');
    expect(refused.header?.apiKey).toBe(ApiKey.DeleteTopics);
  });

  it("a frame beyond Kafka's limit is not looked at", () => {
    const refused = refusal(new Uint8Array(MAX_FRAME_BYTES + 1));
    expect(refused.code).toBe('too large');
    expect(refused.header).toBe(null);
  });

  it('null where the version allows none is malformed', () => {
    expect(refusal(request(ApiKey.Metadata, 0, [0xff, 0xff, 0xff, 0xff])).code).toBe('malformed');
  });

  it('an offset beyond 2^53 is malformed, but the largest long stands for no limit', () => {
    const listOffsets = (timestamp: readonly number[]): Uint8Array => {
      const topic = [0, 0, 0, 1, 0, 1, 0x74];
      const partition = [0, 0, 0, 1, 0, 0, 0, 0];
      return request(ApiKey.ListOffsets, 1, [0xff, 0xff, 0xff, 0xff, ...topic, ...partition, ...timestamp]);
    };
    const ff = 0xff;
    expect(refusal(listOffsets([0x00, 0x20, 0, 0, 0, 0, 0, 0])).code).toBe('malformed');
    expect(refusal(listOffsets([ff, 0xe0, 0, 0, 0, 0, 0, 0])).code).toBe('malformed');
    expect(decodeRequest(listOffsets([ff, 0xe0, 0, 0, 0, 0, 0, 1]))).toMatchObject({
      body: { topics: [{ partitions: [{ timestamp: -Number.MAX_SAFE_INTEGER }] }] },
    });
    expect(decodeRequest(listOffsets([0x7f, ff, ff, ff, ff, ff, ff, ff]))).toMatchObject({
      body: { topics: [{ partitions: [{ timestamp: Number.MAX_SAFE_INTEGER }] }] },
    });
  });
});

function uvarint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
