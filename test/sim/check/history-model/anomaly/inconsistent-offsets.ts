import type { Detector } from '../detector.ts';

export const inconsistentOffsets: Detector = {
  name: 'inconsistent-offsets',
  means: 'one offset of a partition was seen to hold different values',
  find: ({ orders }) =>
    [...orders.values()].flatMap((order) =>
      order.conflicts().map(([recordOffset, ids]) => ({
        name: 'inconsistent-offsets' as const,
        at: 0,
        message: `${order.log}: offset ${recordOffset} was seen with ${ids.length} different values`,
        evidence: { log: order.log, recordOffset, ids },
      })),
    ),
};
