import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../sim/kernel/index.ts';
import { WHEEL_US } from '../../../sim/kernel/near-wheel.ts';
import { RandomStreams } from '../../../sim/random/index.ts';

/** A kernel that notes what ran, and when. */
function noting() {
  const kernel = new Kernel();
  const ran: [number, string][] = [];
  const note = kernel.register<string>('note', (name) => ran.push([kernel.now, name]));
  return { kernel, ran, note };
}

/** Times of one microsecond, near ones, ones about as far as the wheel reaches, and far ones. */
const delay = fc.oneof(
  fc.nat(5),
  fc.nat(600),
  fc.integer({ min: WHEEL_US - 40, max: WHEEL_US + 40 }),
  fc.nat(4 * WHEEL_US),
  fc.nat(1_000_000),
);

describe('the kernel', () => {
  it('runs events in the order of time, and those of one time in the order of scheduling', () => {
    fc.assert(
      fc.property(fc.array(delay, { maxLength: 300 }), (times) => {
        const { kernel, ran, note } = noting();
        times.forEach((at, i) => {
          kernel.schedule(at, note, String(i));
        });
        expect(kernel.run(1_000_000)).toBe('idle');
        const expected = times
          .map((at, i): [number, string] => [at, String(i)])
          .sort((x, y) => x[0] - y[0] || Number(x[1]) - Number(y[1]));
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('agrees with a sorted list when events are added, cancelled and run in any mixture', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), after: delay }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(400) }),
      fc.record({ kind: fc.constant('run' as const), until: delay }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
        const { kernel, ran, note } = noting();
        const handles: number[] = [];
        let model: { at: number; id: number }[] = [];
        const expected: string[] = [];
        for (const c of commands) {
          if (c.kind === 'add') {
            model.push({ at: kernel.now + c.after, id: handles.length });
            handles.push(kernel.schedule(kernel.now + c.after, note, String(handles.length)));
          } else if (c.kind === 'cancel') {
            const id = c.which % Math.max(1, handles.length);
            const waits = model.some((event) => event.id === id);
            expect(kernel.cancel(handles[id] ?? 0)).toBe(waits);
            model = model.filter((event) => event.id !== id);
          } else {
            const until = kernel.now + c.until;
            kernel.run(until);
            const due = model.filter((event) => event.at <= until);
            due.sort((x, y) => x.at - y.at || x.id - y.id);
            expected.push(...due.map((event) => String(event.id)));
            model = model.filter((event) => event.at > until);
          }
          expect(kernel.pending).toBe(model.length);
        }
        expect(ran.map(([, name]) => name)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the order of events that schedule others, near and far, for several turns of the wheel', () => {
    const kernel = new Kernel();
    const random = new RandomStreams('wheel').stream('delays');
    let last = [-1, -1];
    let ran = 0;
    kernel.observer = (at, seq) => {
      if (at < last[0]! || (at === last[0]! && seq <= last[1]!))
        throw new Error(`${at} ${seq} runs after ${last}`);
      last = [at, seq];
      ran++;
    };
    const handles: number[] = [];
    const tick = kernel.register('tick', () => {
      if (handles.length >= 20_000) return;
      for (let i = 0; i < 2; i++) {
        const delay = random.chance(1, 4) ? random.below(30_000) : random.below(50);
        handles.push(kernel.schedule(kernel.now + delay, tick));
      }
      if (random.chance(1, 3)) kernel.cancel(random.pick(handles));
    });
    for (let i = 0; i < 10; i++) kernel.schedule(i * 1_000, tick);
    expect(kernel.run(1e9)).toBe('idle');
    expect(ran).toBeGreaterThan(10_000);
    expect(kernel.pending).toBe(0);
  });

  it('runs what was scheduled from afar before what was scheduled for the same time from near', () => {
    const { kernel, ran, note } = noting();
    const nudge = kernel.register('nudge', () => kernel.schedule(3 * WHEEL_US, note, 'near'));
    kernel.schedule(3 * WHEEL_US, note, 'far');
    kernel.schedule(3 * WHEEL_US - 10, nudge);
    kernel.run(1e6);
    expect(ran.map(([, name]) => name)).toEqual(['far', 'near']);
  });

  it('keeps the order when thousands of cancelled events are swept out', () => {
    const { kernel, ran, note } = noting();
    const handles = Array.from({ length: 20_000 }, (_, i) =>
      kernel.schedule((i * 7919) % 10_000, note, String(i)),
    );
    for (let i = 0; i < handles.length; i++) if (i % 20 !== 0) kernel.cancel(handles[i]!);
    expect(kernel.pending).toBe(1_000);
    kernel.run(10_000);
    const expected = [...ran].sort((x, y) => x[0] - y[0] || Number(x[1]) - Number(y[1]));
    expect(ran).toEqual(expected);
    expect(ran.length).toBe(1_000);
  });

  it('does not cancel a later event through the handle of one that ran', () => {
    const { kernel, ran, note } = noting();
    const first = kernel.schedule(1, note, 'first');
    kernel.run(1);
    kernel.schedule(2, note, 'second');
    expect(kernel.cancel(first)).toBe(false);
    kernel.run(2);
    expect(ran.map(([, name]) => name)).toEqual(['first', 'second']);
  });

  it('says why it stopped', () => {
    const { kernel, note } = noting();
    const stop = kernel.register('stop', () => kernel.stop());
    kernel.schedule(10, note, 'a');
    kernel.schedule(20, stop);
    kernel.schedule(30, note, 'b');
    kernel.schedule(31, note, 'c');
    expect(kernel.run(5)).toBe('until');
    expect(kernel.now).toBe(5);
    expect(kernel.run(100)).toBe('stopped');
    expect(kernel.now).toBe(20);
    expect(kernel.run(100, 1)).toBe('event limit');
    expect(kernel.now).toBe(30);
    expect(kernel.nextAt()).toBe(31);
    expect(kernel.run(100)).toBe('idle');
    expect(kernel.nextAt()).toBe(-1);
    expect(kernel.events).toBe(4);
  });

  it('refuses an event in the past', () => {
    const { kernel, note } = noting();
    kernel.run(10);
    kernel.schedule(20, note, 'a');
    kernel.run(15);
    expect(() => kernel.schedule(14, note, 'b')).toThrow('never in the past');
  });

  it('shows every event to the observer before it runs', () => {
    const { kernel, note } = noting();
    const seen: string[] = [];
    kernel.observer = (at, seq, kind) => seen.push(`${at} ${seq} ${kernel.nameOf(kind)}`);
    kernel.schedule(7, note, 'late');
    kernel.schedule(3, note, 'early');
    kernel.run(10);
    expect(seen).toEqual(['3 1 note', '7 0 note']);
  });
});
