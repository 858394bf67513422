import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apis, checkBody, conform, encodeFrame, frameSize, make } from '../../../engine/wire/index.ts';
import { arbitraryBody } from './arbitrary-body.ts';
import { everyVersion } from './every-version.ts';

const RUNS = 40;

describe('every message in every version', () => {
  it('leaves out no API and no version', () => {
    expect(new Set(everyVersion.map(({ api }) => api.key)).size).toBe(apis.length);
    const versions = apis.map(({ minVersion, maxVersion }) => maxVersion - minVersion + 1);
    expect(everyVersion.length).toBe(2 * versions.reduce((sum, count) => sum + count, 0));
  });

  it.each(everyVersion)('$title reads back what it wrote, in exactly the size told', (message) => {
    const property = fc.property(arbitraryBody(message.schema, message.version), (body) => {
      const frame = message.frame(body);
      const bytes = encodeFrame(frame);
      expect(frameSize(frame)).toBe(bytes.length + 4);
      const back = message.decode(bytes);
      if (!isDeepStrictEqual(back, frame)) expect(back).toEqual(frame);
      expect(checkBody(message.schema, message.version, body)).toBe(null);
      expect(conform(message.schema, message.version, body)).toBe(body);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it.each(everyVersion)('$title carries a body of defaults', (message) => {
    const frame = message.frame(make(message.schema, {}));
    expect(checkBody(message.schema, message.version, frame.body)).toBe(null);
    expect(message.decode(encodeFrame(frame))).toEqual(frame);
  });
});
