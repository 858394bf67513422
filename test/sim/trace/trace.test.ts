import { describe, expect, it } from 'vitest';
import type { Input } from '../../../engine/machine/index.ts';
import { Trace, TraceHash } from '../../../sim/trace/index.ts';

const BOOT: Input = { kind: 'boot' };

function digest(tell: (trace: Trace) => void): string {
  const trace = new Trace();
  tell(trace);
  return trace.hash.digest();
}

describe('the trace hash', () => {
  it('is sixteen hexadecimal digits, and the same for the same events', () => {
    const tell = (trace: Trace): void => trace.onInput(5, 'b1', BOOT);
    expect(digest(tell)).toMatch(/^[0-9a-f]{16}$/);
    expect(digest(tell)).toBe(digest(tell));
  });

  it('sees time, node, kind and order', () => {
    const tellings: ((trace: Trace) => void)[] = [
      (trace) => trace.onInput(5, 'b1', BOOT),
      (trace) => trace.onInput(6, 'b1', BOOT),
      (trace) => trace.onInput(5, 'b2', BOOT),
      (trace) => trace.onInput(5, 'b1', { kind: 'shutdown' }),
      (trace) => trace.onInput(5, 'b1', { kind: 'timer', timer: 1 }),
      (trace) => trace.onInput(5, 'b1', { kind: 'timer', timer: 2 }),
      (trace) => trace.onInput(5, 'b1', { kind: 'synced', ticket: 1, error: null }),
      (trace) => trace.onFact(5, 'b1', { fact: 'log truncated', log: 't-0', logEndOffset: 4 }),
      (trace) => trace.onFact(5, 'b1', { fact: 'log truncated', log: 't-0', logEndOffset: 5 }),
      (trace) => trace.onFact(5, 'b1', { fact: 'log truncated', log: 't-1', logEndOffset: 4 }),
      (trace) => trace.onEvent(5, 'b1', 'fault: kill'),
      (trace) => {
        trace.onInput(5, 'b1', BOOT);
        trace.onInput(5, 'b2', BOOT);
      },
      (trace) => {
        trace.onInput(5, 'b2', BOOT);
        trace.onInput(5, 'b1', BOOT);
      },
    ];
    expect(new Set(tellings.map(digest)).size).toBe(tellings.length);
  });

  it('tells numbers apart above 32 bits, below zero, and by place', () => {
    const of = (...numbers: number[]): string => {
      const hash = new TraceHash();
      for (const number of numbers) hash.number(number);
      return hash.digest();
    };
    const digests = [of(0), of(1), of(-1), of(2 ** 32), of(2 ** 32 + 1), of(2 ** 52), of(0, 1), of(1, 0)];
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('does not hear probes: a new one keeps old hashes', () => {
    expect(digest((trace) => trace.onProbe('isr shrunk'))).toBe(digest(() => {}));
  });
});

describe('the lines of a trace', () => {
  it('are written only when asked for, one an event, with time and node', () => {
    const lines: string[] = [];
    const trace = new Trace((line) => lines.push(line));
    trace.onInput(1_500_000, 'b1', BOOT);
    trace.onFact(1_500_000, 'b1', { fact: 'log truncated', log: 't-0', logEndOffset: 4 });
    trace.onEvent(2_000_000, 'b2', 'fault: kill');
    expect(lines).toEqual([
      '    1.500000 b1    < boot',
      '    1.500000 b1    log truncated: log t-0, logEndOffset 4',
      '    2.000000 b2    fault: kill',
    ]);
  });
});
