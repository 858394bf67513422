import type { Detector } from '../detector.ts';

export const duplicate: Detector = {
  name: 'duplicate',
  means: 'one value stands at more than one offset of a partition',
  find: ({ orders }) =>
    [...orders.values()].flatMap((order) =>
      order.duplicates().map(([id, offsets]) => ({
        name: 'duplicate' as const,
        at: 0,
        message: `${order.log}: value ${id} stands at offsets ${offsets.join(' and ')}`,
        evidence: { log: order.log, id, offsets },
      })),
    ),
};
