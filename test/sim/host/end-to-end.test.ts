import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DISK } from '../../../sim/disk/index.ts';
import { DEFAULT_NETWORK } from '../../../sim/network/index.ts';
import { TestWorld } from './test-world.ts';
import { Keeper, keptWords, Talker } from './toy-machines.ts';

const FAULTS = ['cut', 'cut there', 'cut back', 'heal', 'kill', 'power', 'pause', 'reset'] as const;
const WORDS = 120;

const schedule = fc.array(
  fc.record({ after: fc.integer({ min: 1, max: 2_000_000 }), what: fc.constantFrom(...FAULTS) }),
  { maxLength: 12 },
);

/** A talker and a keeper under luck's latencies, and a schedule of faults between them. */
function trial(seed: string, faults: readonly { after: number; what: (typeof FAULTS)[number] }[]) {
  const link = { latency: { floorUs: 50, tailUsMean: 300 }, lossPpm: 2_000 };
  const links = { ...DEFAULT_NETWORK.links, 'same rack': link };
  const world = new TestWorld(seed, { ...DEFAULT_NETWORK, links, userTimeoutUs: 5_000_000 });
  let digest = 0;
  world.kernel.observer = (at, seq, kind) => {
    digest = (Math.imul(digest, 31) + at + Math.imul(seq, 7) + kind) | 0;
  };
  const talker = new Talker('keeper', WORDS);
  const disk = { ...DEFAULT_DISK, writebackUs: -1, journalCommitUs: -1 };
  const keeper = world.host('keeper', ({ disk }) => new Keeper(disk), {}, disk);
  const host = world.host('talker', () => talker);
  keeper.start();
  world.run(10_000);
  host.start();
  for (const { after, what } of faults) {
    world.run(after);
    if (what === 'cut') world.network.injectBothWays(['talker'], ['keeper'], { kind: 'cut' });
    if (what === 'cut there') world.network.inject(['talker'], ['keeper'], { kind: 'cut' });
    if (what === 'cut back') world.network.inject(['keeper'], ['talker'], { kind: 'cut' });
    if (what === 'reset') world.network.reset(['talker'], ['keeper']);
    if (what === 'kill') keeper.kill();
    if (what === 'power') keeper.powerOff();
    if (what === 'pause') keeper.pause();
    if (what !== 'heal') continue;
    world.network.healAll();
    keeper.powerOn();
    keeper.start();
    keeper.resume();
  }
  world.network.healAll();
  keeper.powerOn();
  keeper.start();
  keeper.resume();
  world.run(120_000_000);
  return { world, talker, keeper, digest };
}

describe('a talker and a keeper, under partitions, kills, pauses and losses of power', () => {
  it('end with every word acknowledged, and every acknowledged word survives one more loss of power', () => {
    fc.assert(
      fc.property(fc.nat(1e9), schedule, (seed, faults) => {
        const { talker, keeper, world } = trial(String(seed), faults);
        expect(world.crashes.filter((reason) => reason.kind === 'exception')).toEqual([]);
        expect(talker.acknowledged.length).toBe(WORDS);
        keeper.powerOff();
        const kept = new Set(keptWords(keeper.disk));
        expect(talker.acknowledged.filter((word) => !kept.has(word))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('run the same way for the same seed and schedule, event for event', () => {
    fc.assert(
      fc.property(fc.nat(1e9), schedule, (seed, faults) => {
        const first = trial(String(seed), faults);
        const second = trial(String(seed), faults);
        expect(second.digest).toBe(first.digest);
        expect(second.world.story).toEqual(first.world.story);
        expect(keptWords(second.keeper.disk)).toEqual(keptWords(first.keeper.disk));
      }),
      { numRuns: 15 },
    );
  });

  it('run differently for another seed', () => {
    expect(trial('one', []).digest).not.toBe(trial('two', []).digest);
  });
});
