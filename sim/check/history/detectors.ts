import { abortedRead } from './anomaly/aborted-read.ts';
import {
  circularFlow,
  circularFlowInRealtime,
  circularFlowOfProcess,
  writeCycle,
  writeCycleInRealtime,
  writeCycleOfProcess,
} from './anomaly/cycles.ts';
import { duplicate } from './anomaly/duplicate.ts';
import { inconsistentOffsets } from './anomaly/inconsistent-offsets.ts';
import { lostWrite } from './anomaly/lost-write.ts';
import { internalNonmonotonicPoll, internalPollSkip, nonmonotonicPoll, pollSkip } from './anomaly/polls.ts';
import { precommittedRead } from './anomaly/precommitted-read.ts';
import { internalNonmonotonicSend, internalSendSkip, nonmonotonicSend } from './anomaly/sends.ts';
import { unseen } from './anomaly/unseen.ts';
import type { Anomaly, Detector } from './anomaly.ts';
import type { History } from './history.ts';
import { type Indexed, indexHistory } from './indexed.ts';

/** What is seen value by value. */
export const scalarDetectors: readonly Detector[] = [
  inconsistentOffsets,
  duplicate,
  abortedRead,
  lostWrite,
  unseen,
  nonmonotonicPoll,
  pollSkip,
  internalNonmonotonicPoll,
  internalPollSkip,
  nonmonotonicSend,
  internalNonmonotonicSend,
  internalSendSkip,
];

/** What is seen of transactions as wholes. */
export const transactionalDetectors: readonly Detector[] = [
  precommittedRead,
  writeCycle,
  writeCycleOfProcess,
  writeCycleInRealtime,
  circularFlow,
  circularFlowOfProcess,
  circularFlowInRealtime,
];

export const detectors: readonly Detector[] = [...scalarDetectors, ...transactionalDetectors];

/** Every anomaly of a history. Detection only: which of them a configuration allows is `judge`'s business. */
export function findAnomalies(
  history: History,
  mayBeGone: Indexed['mayBeGone'] = null,
  wanted: readonly Detector[] = detectors,
): Anomaly[] {
  const indexed = indexHistory(history, mayBeGone);
  return wanted.flatMap((detector) => detector.find(indexed));
}
