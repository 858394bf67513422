import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeClock, type NodeClockOptions } from '../../../sim/clock/index.ts';

const EPOCH_MS = 1_700_000_000_000;

function clockAt(options: Partial<NodeClockOptions> = {}) {
  const time = { now: 0 };
  return { time, clock: new NodeClock(time, { epochMs: EPOCH_MS, ...options }) };
}

describe("a node's wall clock", () => {
  it('shows the truth when nothing is wrong with it', () => {
    const { time, clock } = clockAt();
    time.now = 1_234_567;
    expect(clock.nowMs()).toBe(EPOCH_MS + 1_234);
    expect(clock.skewUs()).toBe(0);
  });

  it('is ahead by its offset and gains by its drift', () => {
    const { time, clock } = clockAt({ offsetUs: 2_000_000, driftPpm: 100 });
    time.now = 1_000_000_000;
    expect(clock.skewUs()).toBe(2_000_000 + 100_000);
  });

  it('steps forward and back, and is right again when synchronised', () => {
    const { time, clock } = clockAt();
    time.now = 10_000_000;
    clock.step(-3_600_000_000);
    time.now = 11_000_000;
    expect(clock.nowMs()).toBe(EPOCH_MS + 11_000 - 3_600_000);
    clock.step(7_200_000_000);
    expect(clock.skewUs()).toBe(3_600_000_000);
    clock.synchronise();
    expect(clock.skewUs()).toBe(0);
  });

  it('stands still while frozen and is late by as long afterwards', () => {
    const { time, clock } = clockAt({ driftPpm: 50 });
    time.now = 1_000_000;
    clock.freeze();
    const shown = clock.nowMs();
    time.now = 61_000_000;
    expect(clock.nowMs()).toBe(shown);
    clock.thaw();
    time.now = 62_000_000;
    expect(clock.nowMs()).toBe(shown + 1_000);
    clock.synchronise();
    expect(clock.skewUs()).toBe(0);
  });

  it('continues from what it shows when its drift changes', () => {
    const { time, clock } = clockAt({ driftPpm: 1_000 });
    time.now = 1_000_000_000;
    const before = clock.wallUs();
    clock.drift(-1_000);
    expect(clock.wallUs()).toBe(before);
    time.now = 2_000_000_000;
    expect(clock.skewUs()).toBe(0);
  });
});

describe("a node's monotonic clock", () => {
  it('starts at its own base and does not follow the wall clock', () => {
    const { time, clock } = clockAt({ monotonicBaseUs: 5_000_000 });
    clock.step(-1_000_000_000);
    time.now = 10;
    expect(clock.monotonic()).toBe(5_000_010);
  });

  it('never goes back, whatever its drift does', () => {
    const change = fc.record({ after: fc.nat(1_000_000), ppm: fc.integer({ min: -100_000, max: 100_000 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const { time, clock } = clockAt();
        let last = clock.monotonic();
        for (const { after, ppm } of changes) {
          time.now += after;
          const shown = clock.monotonic();
          clock.driftMonotonic(ppm);
          if (shown < last || clock.monotonic() < shown) return false;
          last = shown;
        }
        return true;
      }),
    );
  });

  it('says the first instant at which it shows a time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -400_000, max: 400_000 }),
        fc.nat(10_000_000),
        fc.integer({ min: 1, max: 100_000_000 }),
        (ppm, at, ahead) => {
          const { time, clock } = clockAt({ monotonicBaseUs: 77 });
          time.now = at;
          clock.driftMonotonic(ppm);
          const target = clock.monotonic() + ahead;
          const when = clock.timeOf(target);
          time.now = when;
          const shown = clock.monotonic();
          time.now = when - 1;
          return shown >= target && clock.monotonic() < target;
        },
      ),
    );
  });

  it('starts over when the machine is switched on again', () => {
    const { time, clock } = clockAt({ monotonicBaseUs: 100 });
    time.now = 1_000_000;
    clock.reboot(100);
    time.now = 1_000_005;
    expect(clock.monotonic()).toBe(105);
  });
});
