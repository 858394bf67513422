import type { Detector } from '../anomaly.ts';

export const abortedRead: Detector = {
  name: 'G1a',
  means: 'a reader got a value whose writer was told that it certainly failed',
  find: ({ history, read }) =>
    history.sends.flatMap((send) =>
      send.outcome !== 'fail'
        ? []
        : send.writes
            .filter((write) => read.get(write.log)?.has(write.id))
            .map((write) => ({
              name: 'G1a' as const,
              at: send.endedAt,
              message: `${write.log}: value ${write.id} was read, but ${send.client} was told that its send failed`,
              evidence: { log: write.log, id: write.id, client: send.client },
            })),
    ),
};
