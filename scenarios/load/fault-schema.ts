import { z } from 'zod';
import { FAULT_KINDS } from '../../sim/fault/index.ts';
import type { FaultKind } from '../../sim/scenario/index.ts';
import { duration } from './fields.ts';

/** What may be written of faults. Meaning (targets, times, sizes) is judged in `fault-problems.ts`. */
const target = z.string().min(1);
const timed = { at: duration, until: duration.optional(), whenSafe: z.boolean().optional() };
const onTarget = { ...timed, target };
const onWay = { ...timed, from: target, to: target };
const salt = z.int().min(0).max(0xffff_ffff).default(0);
const among = { ...timed, among: target.default('brokers'), salt };
const oneIn = z.int().min(1).max(1_000_000);
const bytesPerSecond = z.int().min(1).max(1_000_000_000_000);
/** Clocks further off than this are not clocks; `NodeClock` refuses half a million. */
const ppm = z.int().min(-400_000).max(400_000);
const kind = <K extends FaultKind>(name: K) => ({ kind: z.literal(name) });

const processFaults = [
  z.strictObject({ ...kind('kill'), ...onTarget }),
  z.strictObject({ ...kind('client-crash'), ...onTarget }),
  z.strictObject({ ...kind('client-pause'), ...onTarget }),
  z.strictObject({ ...kind('power-loss'), ...onTarget }),
  z.strictObject({ ...kind('stop'), ...onTarget }),
  z.strictObject({ ...kind('pause'), ...onTarget }),
  z.strictObject({ ...kind('stutter'), ...onTarget, every: duration, pause: duration }),
  z.strictObject({ ...kind('restart-loop'), ...onTarget, every: duration }),
  z.strictObject({
    ...kind('rolling-restart'),
    ...timed,
    target: target.default('brokers'),
    how: z.enum(['stop', 'kill', 'power-loss']).default('stop'),
    by: z.enum(['node', 'rack']).default('node'),
    down: duration.default('1s'),
    gap: duration.default('10s'),
  }),
  z.strictObject({ ...kind('wipe'), ...onTarget }),
] as const;

const networkFaults = [
  z.strictObject({ ...kind('partition'), ...onWay, oneWay: z.boolean().default(false) }),
  z.strictObject({
    ...kind('isolate'),
    ...onTarget,
    direction: z.enum(['both', 'inbound', 'outbound']).default('both'),
  }),
  z.strictObject({
    ...kind('clog'),
    ...timed,
    from: target,
    to: target.default('all'),
    oneWay: z.boolean().default(true),
  }),
  z.strictObject({ ...kind('swizzle'), ...among }),
  z.strictObject({ ...kind('halves'), ...among }),
  z.strictObject({ ...kind('minority-third'), ...among }),
  z.strictObject({ ...kind('bridge'), ...among }),
  z.strictObject({ ...kind('majorities-ring'), ...among }),
  z.strictObject({ ...kind('plane-cut'), ...onTarget, plane: z.enum(['control', 'data']) }),
  z.strictObject({ ...kind('slow-network'), ...onWay, delay: duration }),
  z.strictObject({ ...kind('long-tail'), ...onWay, oneIn: oneIn.default(100), delay: duration }),
  z.strictObject({ ...kind('packet-loss'), ...onWay, lossPer10k: z.int().min(1).max(9_000) }),
  z.strictObject({ ...kind('limit-bandwidth'), ...onWay, bytesPerSecond }),
  z.strictObject({ ...kind('corrupt-frames'), ...onWay, oneIn: oneIn.default(10) }),
  z.strictObject({
    ...kind('reset-connections'),
    ...onWay,
    side: z.enum(['both', 'from', 'to']).default('both'),
  }),
  z.strictObject({ ...kind('half-open'), ...onWay }),
  z.strictObject({ ...kind('accept-silently'), ...onTarget }),
] as const;

const diskFaults = [
  z.strictObject({ ...kind('disk-stall'), ...onTarget }),
  z.strictObject({ ...kind('disk-slow'), ...onTarget, delay: duration }),
  z.strictObject({ ...kind('disk-throttle'), ...onTarget, bytesPerSecond }),
  z.strictObject({
    ...kind('disk-error'),
    ...onTarget,
    operation: z.enum(['read', 'write', 'sync']),
    path: z.string().min(1).optional(),
    oneIn: oneIn.optional(),
  }),
  z.strictObject({ ...kind('disk-full'), ...onTarget }),
  z.strictObject({ ...kind('sync-loss'), ...onTarget }),
  z.strictObject({ ...kind('short-write'), ...onTarget, oneIn: oneIn.default(1) }),
  z.strictObject({ ...kind('corrupt-read'), ...onTarget, oneIn: oneIn.default(10) }),
  z.strictObject({
    ...kind('bit-flip'),
    ...onTarget,
    in: z.enum(['segment', 'index', 'checkpoint', 'metadata']).default('segment'),
    salt,
  }),
  z.strictObject({ ...kind('misdirected-write'), ...onTarget, salt }),
  z.strictObject({ ...kind('stale-block'), ...onTarget, salt }),
  z.strictObject({ ...kind('lose-directory'), ...onTarget, directory: z.string().min(1).default('/data') }),
] as const;

const clockFaults = [
  z.strictObject({ ...kind('clock-step'), ...onTarget, by: duration, backwards: z.boolean().default(false) }),
  z.strictObject({
    ...kind('clock-skew'),
    ...timed,
    target: target.default('servers'),
    within: duration,
    salt,
  }),
  z.strictObject({ ...kind('clock-drift'), ...onTarget, ppm }),
  z.strictObject({ ...kind('clock-freeze'), ...onTarget }),
  z.strictObject({ ...kind('timer-drift'), ...onTarget, ppm }),
] as const;

export const faultSchema = z.discriminatedUnion('kind', [
  ...processFaults,
  ...networkFaults,
  ...diskFaults,
  ...clockFaults,
]);

export const randomFaultsSchema = z.strictObject({
  count: z.int().min(0).max(1_000),
  kinds: z.array(z.enum(FAULT_KINDS as readonly [FaultKind, ...FaultKind[]])).min(1),
  atOnce: z.int().min(1).max(10).default(1),
  durationMin: duration.default('1s'),
  durationMax: duration.default('15s'),
  stability: duration.default('10s'),
  swarm: z.boolean().default(false),
});
