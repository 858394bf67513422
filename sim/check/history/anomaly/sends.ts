import type { Anomaly, AnomalyName, Detector } from '../anomaly.ts';
import type { SendOperation, Write } from '../history.ts';
import type { Indexed } from '../indexed.ts';

/** Between a send and a later one of the same client that was invoked after the first had ended. */
export const nonmonotonicSend: Detector = {
  name: 'nonmonotonic-send',
  means: 'a client’s later send landed at or before its earlier one',
  find: (indexed) => {
    const found: Anomaly[] = [];
    /** By client, then by partition. */
    const open = new Map<string, Map<string, Earlier[]>>();
    for (const send of indexed.history.sends) {
      if (send.outcome === 'fail') continue;
      for (const writes of byLog(send)) {
        const { log } = writes[0]!;
        const order = indexed.orders.get(log);
        const earlier = earlierOf(open, send.client, log);
        const ended = lastEnded(earlier, send.invokedAt);
        const first = order?.firstIndex(writes[0]!.id);
        const before = ended?.index;
        if (ended !== undefined && first !== undefined && before !== undefined && first <= before) {
          found.push({
            name: 'nonmonotonic-send',
            at: send.endedAt,
            message: `${log}: ${send.client} sent value ${writes[0]!.id} after ${ended.write.id} had ended, but it stands before it`,
            evidence: {
              log,
              client: send.client,
              earlier: ended.write,
              later: writes[0],
              unknown: send.outcome === 'unknown' || ended.send.outcome === 'unknown',
            },
          });
        }
        const write = writes.at(-1)!;
        earlier.push({ send, write, index: order?.firstIndex(write.id) });
        if (earlier.length >= 2 * MAX_OVERLAPPING) earlier.splice(0, MAX_OVERLAPPING);
      }
    }
    return found;
  },
};

/** Sends of one client and partition that can be under way together: buffered batches, beyond in-flight requests. */
const MAX_OVERLAPPING = 64;

interface Earlier {
  readonly send: SendOperation;
  readonly write: Write;
  readonly index: number | undefined;
}

/** The latest of the last `MAX_OVERLAPPING` that had ended by then. */
function lastEnded(earlier: readonly Earlier[], invokedAt: number): Earlier | undefined {
  const from = Math.max(0, earlier.length - MAX_OVERLAPPING);
  for (let i = earlier.length - 1; i >= from; i--)
    if (earlier[i]!.send.endedAt < invokedAt) return earlier[i];
  return undefined;
}

function earlierOf(open: Map<string, Map<string, Earlier[]>>, client: string, log: string): Earlier[] {
  let ofClient = open.get(client);
  if (ofClient === undefined) open.set(client, (ofClient = new Map()));
  let earlier = ofClient.get(log);
  if (earlier === undefined) ofClient.set(log, (earlier = []));
  return earlier;
}

/** Within one send. */
export const internalNonmonotonicSend: Detector = {
  name: 'int-nonmonotonic-send',
  means: 'the values of one send do not stand in the order in which they were sent',
  find: (indexed) => within(indexed, 'int-nonmonotonic-send', (delta) => delta < 1, 'backwards'),
};

export const internalSendSkip: Detector = {
  name: 'int-send-skip',
  means: 'another writer’s value stands between the values of one send',
  find: (indexed) => within(indexed, 'int-send-skip', (delta) => delta > 1, 'apart'),
};

function within(
  indexed: Indexed,
  name: AnomalyName,
  wrong: (delta: number) => boolean,
  how: string,
): Anomaly[] {
  const found: Anomaly[] = [];
  for (const send of indexed.suspects) {
    if (send.outcome === 'fail' || send.writes.length < 2) continue;
    for (const writes of byLog(send)) {
      const { log } = writes[0]!;
      const order = indexed.orders.get(log);
      if (order === undefined) continue;
      let to = order.firstIndex(writes[0]!.id);
      for (let i = 1; i < writes.length; i++) {
        const from = to;
        to = order.firstIndex(writes[i]!.id);
        if (from === undefined || to === undefined || !wrong(to - from)) continue;
        found.push({
          name,
          at: send.endedAt,
          message: `${log}: values ${writes[i - 1]!.id} and ${writes[i]!.id} of one send of ${send.client} stand ${how}`,
          evidence: { log, client: send.client, first: writes[i - 1], second: writes[i] },
        });
      }
    }
  }
  return found;
}

/** The writes of a send, partition by partition; nearly every send went to one. */
function byLog({ writes }: SendOperation): readonly (readonly Write[])[] {
  const first = writes[0];
  if (first === undefined) return [];
  if (writes.every(({ log }) => log === first.log)) return [writes];
  const logs = new Map<string, Write[]>();
  for (const write of writes) {
    const sameLog = logs.get(write.log);
    if (sameLog === undefined) logs.set(write.log, [write]);
    else sameLog.push(write);
  }
  return [...logs.values()];
}
