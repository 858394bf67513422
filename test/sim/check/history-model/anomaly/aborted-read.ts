import type { Anomaly } from '../../../../../sim/check/index.ts';
import type { Detector } from '../detector.ts';

export const abortedRead: Detector = {
  name: 'G1a',
  means: 'a reader got a value whose writer was told that it certainly failed',
  find: ({ history, read }) => {
    const found: Anomaly[] = [];
    for (const { outcome, writes, endedAt, client, isTransactional } of history.sends) {
      if (outcome !== 'fail') continue;
      for (const { log, id } of writes) {
        if (!read.get(log)?.has(id)) continue;
        const readers = [...history.polls]
          .filter(({ reads }) => reads.some((each) => each.log === log && each.ids.includes(id)))
          .map((poll) => poll.client);
        const committed = readers.find((each) => history.readsUncommitted?.(each) !== true);
        const reader = committed ?? readers[0]!;
        found.push({
          name: 'G1a',
          at: endedAt,
          message: `${log}: value ${id} was read by ${reader}, but ${client} was told that its send failed`,
          evidence: {
            log,
            id,
            client,
            isTransactional,
            reader,
            readsUncommitted: committed === undefined,
          },
        });
      }
    }
    return found;
  },
};
