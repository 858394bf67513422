import type { FaultKind } from '../scenario/index.ts';
import { acceptSilently } from './accept-silently.ts';
import { bitFlip } from './bit-flip.ts';
import { bridge } from './bridge.ts';
import { clientCrash } from './client-crash.ts';
import { clientPause } from './client-pause.ts';
import { clockDrift } from './clock-drift.ts';
import { clockFreeze } from './clock-freeze.ts';
import { clockSkew } from './clock-skew.ts';
import { clockStep } from './clock-step.ts';
import { clog } from './clog.ts';
import { corruptFrames } from './corrupt-frames.ts';
import { corruptRead } from './corrupt-read.ts';
import { diskError } from './disk-error.ts';
import { diskFull } from './disk-full.ts';
import { diskSlow } from './disk-slow.ts';
import { diskStall } from './disk-stall.ts';
import { diskThrottle } from './disk-throttle.ts';
import type { FaultRules } from './fault-rule.ts';
import { halfOpen } from './half-open.ts';
import { halves } from './halves.ts';
import { isolate } from './isolate.ts';
import { kill } from './kill.ts';
import { limitBandwidth } from './limit-bandwidth.ts';
import { longTail } from './long-tail.ts';
import { loseDirectory } from './lose-directory.ts';
import { majoritiesRing } from './majorities-ring.ts';
import { minorityThird } from './minority-third.ts';
import { misdirectedWrite } from './misdirected-write.ts';
import { packetLoss } from './packet-loss.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { planeCut } from './plane-cut.ts';
import { powerLoss } from './power-loss.ts';
import { resetConnections } from './reset-connections.ts';
import { restartLoop } from './restart-loop.ts';
import { rollingRestart } from './rolling-restart.ts';
import { shortWrite } from './short-write.ts';
import { slowNetwork } from './slow-network.ts';
import { staleBlock } from './stale-block.ts';
import { stop } from './stop.ts';
import { stutter } from './stutter.ts';
import { swizzle } from './swizzle.ts';
import { syncLoss } from './sync-loss.ts';
import { timerDrift } from './timer-drift.ts';
import { wipe } from './wipe.ts';

/** Every kind of fault that there is. The type sees to it that none is missing. */
export const FAULT_RULES: FaultRules = {
  kill,
  'client-crash': clientCrash,
  'client-pause': clientPause,
  'power-loss': powerLoss,
  stop,
  pause,
  stutter,
  'restart-loop': restartLoop,
  'rolling-restart': rollingRestart,
  wipe,
  partition,
  isolate,
  clog,
  swizzle,
  halves,
  'minority-third': minorityThird,
  bridge,
  'majorities-ring': majoritiesRing,
  'plane-cut': planeCut,
  'slow-network': slowNetwork,
  'long-tail': longTail,
  'packet-loss': packetLoss,
  'limit-bandwidth': limitBandwidth,
  'corrupt-frames': corruptFrames,
  'reset-connections': resetConnections,
  'half-open': halfOpen,
  'accept-silently': acceptSilently,
  'disk-stall': diskStall,
  'disk-slow': diskSlow,
  'disk-throttle': diskThrottle,
  'disk-error': diskError,
  'disk-full': diskFull,
  'sync-loss': syncLoss,
  'short-write': shortWrite,
  'corrupt-read': corruptRead,
  'bit-flip': bitFlip,
  'misdirected-write': misdirectedWrite,
  'stale-block': staleBlock,
  'lose-directory': loseDirectory,
  'clock-step': clockStep,
  'clock-skew': clockSkew,
  'clock-drift': clockDrift,
  'clock-freeze': clockFreeze,
  'timer-drift': timerDrift,
};

export const FAULT_KINDS = Object.keys(FAULT_RULES) as readonly FaultKind[];
