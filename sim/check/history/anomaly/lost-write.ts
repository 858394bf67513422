import type { Anomaly, Detector } from '../anomaly.ts';
import type { Indexed } from '../indexed.ts';

export const lostWrite: Detector = {
  name: 'lost-write',
  means: 'readers went past the place of an acknowledged value, and nobody ever read it',
  find: (indexed) => {
    const bounds = readBounds(indexed);
    const found: Anomaly[] = [];
    for (const send of indexed.suspects) {
      if (!mustHaveHappened(send.outcome, send.writes, indexed)) continue;
      for (const write of send.writes) {
        if (indexed.orders.get(write.log)?.wasRead(write.id)) continue;
        if (indexed.mayBeGone?.(write)) continue;
        const last = indexed.orders.get(write.log)?.lastIndex(write.id);
        const bound = bounds.get(write.log);
        if (last === undefined || bound === undefined || last > bound) continue;
        found.push({
          name: 'lost-write',
          at: send.endedAt,
          message: `${write.log}: value ${write.id} of ${send.client}, acknowledged at offset ${write.recordOffset}, was passed over by every reader`,
          evidence: { ...write, client: send.client },
        });
      }
    }
    return found;
  },
};

/** A reader of one value of a send proves the others of that send. */
function mustHaveHappened(
  outcome: string,
  writes: readonly { log: string; id: number }[],
  indexed: Indexed,
): boolean {
  if (outcome === 'ok') return true;
  return outcome === 'unknown' && writes.some((write) => indexed.orders.get(write.log)?.wasRead(write.id));
}

/** How far each partition was read. */
function readBounds(indexed: Indexed): Map<string, number> {
  const bounds = new Map<string, number>();
  for (const order of indexed.orders.values()) bounds.set(order.log, order.readBound());
  return bounds;
}
