import type { Anomaly } from '../../../../../sim/check/index.ts';
import type { Detector } from '../detector.ts';
import type { Indexed } from '../version-order.ts';

export const lostWrite: Detector = {
  name: 'lost-write',
  means: 'readers went past the place of an acknowledged value, and nobody ever read it',
  find: (indexed) => {
    const bounds = readBounds(indexed);
    const found: Anomaly[] = [];
    for (const send of indexed.history.sends) {
      if (!mustHaveHappened(send.outcome, send.writes, indexed)) continue;
      for (const write of send.writes) {
        if (indexed.read.get(write.log)?.has(write.id)) continue;
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
  return outcome === 'unknown' && writes.some((write) => indexed.read.get(write.log)?.has(write.id));
}

/** How far each partition was read: the greatest first place of any value that was read. */
function readBounds(indexed: Indexed): Map<string, number> {
  const bounds = new Map<string, number>();
  for (const [log, ids] of indexed.read) {
    const order = indexed.orders.get(log)!;
    let bound = -1;
    for (const id of ids) bound = Math.max(bound, order.firstIndex(id) ?? -1);
    bounds.set(log, bound);
  }
  return bounds;
}
