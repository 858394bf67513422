import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../../sim/fault/index.ts';
import type { Fault } from '../../../sim/scenario/index.ts';
import { type FaultInput, runSmall } from './small-trial.ts';

type Untimed<F> = F extends unknown ? Omit<F, 'at' | 'until'> : never;

interface Effect {
  readonly fault: Untimed<FaultInput>;
  /** What happened to somebody because of it: `probe`, or `probe >= n`. */
  readonly effects: readonly string[];
  readonly never?: readonly string[];
}

/** One effect at least for each kind that is not shown elsewhere: what the fault does to a node, told by a probe. */
const EFFECTS: Readonly<Record<string, Effect>> = {
  'a client that crashes leaves its sends in doubt and starts again': {
    fault: { kind: 'client-crash', target: 'p1' },
    effects: ['crash: killed'],
  },
  'a paused client goes on where it was': {
    fault: { kind: 'client-pause', target: 'k1' },
    effects: ['fault: client-pause'],
    never: ['crash: killed'],
  },
  'a stuttering leader stays leader': {
    fault: { kind: 'stutter', target: 'leader:t-0', every: '500ms', pause: '300ms' },
    effects: ['fault: stutter'],
    never: ['controller: broker session expired'],
  },
  'a broker in a restart loop dies again and again': {
    fault: { kind: 'restart-loop', target: 'b1', every: '1500ms' },
    effects: ['restart loop: killed again', 'crash: killed', 'log recovered'],
  },
  'a rolling restart stops every broker in order': {
    fault: { kind: 'rolling-restart', target: 'brokers', how: 'stop', down: '500ms', gap: '2s' },
    effects: ['exit: clean'],
    never: ['crash: killed'],
  },
  'a rolling kill -9 by rack goes the same way': {
    fault: { kind: 'rolling-restart', target: 'brokers', how: 'kill', by: 'rack', down: '500ms', gap: '2s' },
    effects: ['crash: killed', 'log recovered'],
  },
  'a wiped broker comes back with nothing and is filled again': {
    fault: { kind: 'wipe', target: 'b2' },
    effects: ['crash: power lost', 'isr join refused to an ineligible replica'],
  },
  'a jam is let go, and what was queued arrives': {
    fault: { kind: 'clog', from: 'leader:t-0', to: 'all', oneWay: false },
    effects: ['network: jam released', 'controller: broker session expired'],
  },
  'swizzled brokers are freed one by one': {
    fault: { kind: 'swizzle', among: 'brokers', salt: 3 },
    effects: ['swizzle: freed a node', 'network: jam released'],
  },
  'two halves cannot replicate': {
    fault: { kind: 'halves', among: 'brokers', salt: 1 },
    effects: ['isr shrink proposed'],
  },
  'a minority apart is left by the others': {
    fault: { kind: 'minority-third', among: 'servers', salt: 4 },
    effects: ['request timed out'],
  },
  'over a bridge only one broker hears both': {
    fault: { kind: 'bridge', among: 'brokers', salt: 1 },
    effects: ['isr shrink proposed'],
  },
  'in a ring of majorities requests arrive and answers do not': {
    fault: { kind: 'majorities-ring', among: 'brokers', salt: 5 },
    effects: ['isr shrink proposed'],
  },
  'a broker without the control plane is fenced': {
    fault: { kind: 'plane-cut', target: 'leader:t-0', plane: 'control' },
    effects: ['controller: broker session expired'],
  },
  'a broker without the data plane is not fenced': {
    fault: { kind: 'plane-cut', target: 'leader:t-0', plane: 'data' },
    effects: ['isr shrink proposed'],
    never: ['controller: broker session expired'],
  },
  'a long tail makes requests time out now and then': {
    fault: { kind: 'long-tail', from: 'p1', to: 'brokers', oneIn: 2, delay: '6s' },
    effects: ['request timed out'],
  },
  'batches damaged between servers are refused by leaders, followers and the quorum': {
    fault: { kind: 'corrupt-frames', from: 'brokers', to: 'all', oneIn: 2 },
    effects: [
      'network: frame damaged',
      'corrupt batch refused',
      'corrupt batch fetched',
      'raft: append refused',
    ],
  },
  'a consumer whose records come damaged gives up, and reads them whole when it is started again': {
    fault: { kind: 'corrupt-frames', from: 'brokers', to: 'k1', oneIn: 3 },
    effects: ['network: frame damaged', 'corrupt record met by a consumer', 'crash: killed'],
  },
  'a reset that one side does not hear of is noticed when it speaks': {
    fault: { kind: 'reset-connections', from: 'brokers', to: 'clients', side: 'from' },
    effects: ['connections reset'],
  },
  'a half-open peer is spoken to in vain': {
    fault: { kind: 'half-open', from: 'leader:t-0', to: 'clients' },
    effects: ['network: spoke to a half-open peer'],
  },
  'who accepts silently is taken for dead': {
    fault: { kind: 'accept-silently', target: 'leader:t-0' },
    effects: ['request timed out', 'controller: broker session expired'],
  },
  'a full disk ends a broker with one directory': {
    fault: { kind: 'disk-full', target: 'leader:t-0' },
    effects: ['disk: ENOSPC answered', 'exit: failed'],
  },
  'a sync that drops its pages ends a broker before it vouches for them': {
    fault: { kind: 'sync-loss', target: 'leader:t-0' },
    effects: ['disk: failed sync dropped its pages', 'exit: failed'],
  },
  'a short write is cut off by recovery': {
    fault: { kind: 'short-write', target: 'leader:t-0', oneIn: 1 },
    effects: ['disk: write cut short', 'exit: failed'],
  },
  'a damaged read is not taken in by followers or consumers': {
    fault: { kind: 'corrupt-read', target: 'leader:t-0', oneIn: 20 },
    effects: ['disk: read damaged', 'corrupt batch fetched', 'corrupt record met by a consumer'],
  },
  'a lost directory comes back empty': {
    fault: { kind: 'lose-directory', target: 'b3' },
    effects: ['disk: EIO answered', 'exit: failed'],
  },
  'a bit at rest flips': {
    fault: { kind: 'bit-flip', target: 'b1', salt: 7 },
    effects: ['disk: bit flipped at rest'],
  },
  'a misdirected write hits two places': {
    fault: { kind: 'misdirected-write', target: 'b1', salt: 7 },
    effects: ['disk: write misdirected'],
  },
  'a block goes stale': {
    fault: { kind: 'stale-block', target: 'b1', salt: 7 },
    effects: ['disk: block went stale'],
  },
  'timers that run fast end sessions early': {
    fault: { kind: 'timer-drift', target: 'c101', ppm: 400_000 },
    effects: ['fault: timer-drift'],
  },
};

describe('each fault of the catalogue shows on a node, and heals', () => {
  it.each(Object.entries(EFFECTS))('%s', (_, { fault, effects, never = [] }) => {
    const result = runSmall({
      duration: '14s',
      faults: [{ ...fault, at: '2s', until: '9s' } as FaultInput],
    });
    expect(result.pending).toEqual([]);
    expect(result.violations).toEqual([]);
    for (const effect of effects) expect(result.probes, effect).toHaveProperty([effect]);
    for (const effect of never) expect(result.probes, effect).not.toHaveProperty([effect]);
    expect(result.faults[0]!.to - result.faults[0]!.from).toBe(7_000_000);
  });

  it('shows every kind here or in the tests of the older ones', () => {
    const older = [
      'kill',
      'power-loss',
      'stop',
      'pause',
      'partition',
      'isolate',
      'slow-network',
      'disk-stall',
      'disk-error',
      'clock-step',
    ];
    // Shown by what they do to latencies and clocks, in `slow-faults.test.ts`.
    const slow = [
      'packet-loss',
      'limit-bandwidth',
      'disk-slow',
      'disk-throttle',
      'clock-skew',
      'clock-drift',
      'clock-freeze',
    ];
    const shown = new Set<Fault['kind'] | string>([...older, ...slow]);
    for (const { fault } of Object.values(EFFECTS)) shown.add(fault.kind);
    expect(FAULT_KINDS.filter((kind) => !shown.has(kind))).toEqual([]);
  });
});
