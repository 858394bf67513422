import type { Anomaly, Detector } from '../anomaly.ts';

export const unseen: Detector = {
  name: 'unseen',
  means: 'a value was acknowledged, and at the end nobody had read it',
  find: ({ mayBeGone, suspects, orders }) => {
    const found: Anomaly[] = [];
    for (const { outcome, writes, endedAt, client } of suspects) {
      if (outcome !== 'ok') continue;
      for (const write of writes) {
        if (orders.get(write.log)?.wasRead(write.id) || mayBeGone?.(write)) continue;
        found.push({
          name: 'unseen',
          at: endedAt,
          message: `${write.log}: value ${write.id} of ${client}, acknowledged at offset ${write.recordOffset}, was never read`,
          evidence: { ...write, client },
        });
      }
    }
    return found;
  },
};
