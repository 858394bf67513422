import type { Detector } from '../anomaly.ts';

export const unseen: Detector = {
  name: 'unseen',
  means: 'a value was acknowledged, and at the end nobody had read it',
  find: ({ history, read }) =>
    history.sends.flatMap((send) =>
      send.outcome !== 'ok'
        ? []
        : send.writes
            .filter((write) => !read.get(write.log)?.has(write.id))
            .map((write) => ({
              name: 'unseen' as const,
              at: send.endedAt,
              message: `${write.log}: value ${write.id} of ${send.client}, acknowledged at offset ${write.recordOffset}, was never read`,
              evidence: { ...write, client: send.client },
            })),
    ),
};
