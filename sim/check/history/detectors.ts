import { abortedRead } from './anomaly/aborted-read.ts';
import { duplicate } from './anomaly/duplicate.ts';
import { inconsistentOffsets } from './anomaly/inconsistent-offsets.ts';
import { lostWrite } from './anomaly/lost-write.ts';
import { internalNonmonotonicPoll, internalPollSkip, nonmonotonicPoll, pollSkip } from './anomaly/polls.ts';
import { internalNonmonotonicSend, internalSendSkip, nonmonotonicSend } from './anomaly/sends.ts';
import { unseen } from './anomaly/unseen.ts';
import type { Anomaly, Detector } from './anomaly.ts';
import type { History } from './history.ts';
import { indexHistory } from './version-order.ts';

export const detectors: readonly Detector[] = [
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

/** Every anomaly of a history. Detection only: which of them a configuration allows is `judge`'s business. */
export function findAnomalies(
  history: History,
  mayBeGone: ((log: string, id: number) => boolean) | null = null,
): Anomaly[] {
  const indexed = indexHistory(history, mayBeGone);
  return detectors.flatMap((detector) => detector.find(indexed));
}
