import type { Anomaly, Detector } from '../anomaly.ts';

export const abortedRead: Detector = {
  name: 'G1a',
  means: 'a reader got a value whose writer was told that it certainly failed',
  find: ({ suspects, orders }) => {
    const found: Anomaly[] = [];
    for (const { outcome, writes, endedAt, client, isTransactional } of suspects) {
      if (outcome !== 'fail') continue;
      for (const { log, id } of writes) {
        if (!orders.get(log)?.wasRead(id)) continue;
        found.push({
          name: 'G1a',
          at: endedAt,
          message: `${log}: value ${id} was read, but ${client} was told that its send failed`,
          evidence: { log, id, client, isTransactional },
        });
      }
    }
    return found;
  },
};
