import { expect, test } from 'vitest';
import { parseOffsetReset } from '../../../../engine/client/index.ts';

test.each([
  ['earliest', 'earliest'],
  ['latest', 'latest'],
  ['none', 'none'],
  ['by_duration:PT0S', { byDurationMs: 0 }],
  ['by_duration:P1D', { byDurationMs: 86_400_000 }],
  ['by_duration:P1DT2H3M4S', { byDurationMs: 93_784_000 }],
  ['by_duration:PT36H', { byDurationMs: 129_600_000 }],
  ['by_duration:PT0.5S', { byDurationMs: 500 }],
  // A look-up asks for whole milliseconds, and rather for an earlier one.
  ['by_duration:PT0.0000001S', { byDurationMs: 1 }],
  ['by_duration:P1DT-1H', { byDurationMs: 82_800_000 }],
  ['by_duration:pt5m', { byDurationMs: 300_000 }],
])('auto.offset.reset %s', (text, policy) => {
  expect(parseOffsetReset(text)).toEqual(policy);
});

test.each([
  'Earliest',
  'by_duration',
  'by_duration:',
  'by_duration:P',
  'by_duration:PT',
  'by_duration:P1DT',
  'by_duration:-PT1S',
  'by_duration:PT-1S',
  'by_duration:1h',
  'by_duration:P1M',
  'by_duration:P1Y',
  'by_duration:PT1S ',
])('auto.offset.reset is not %s', (text) => {
  expect(parseOffsetReset(text)).toBe(null);
});
