import type { Anomaly, Detector } from '../anomaly.ts';
import type { History, SendOperation } from '../history.ts';

/** Who was shown a value; one that reads what is committed, if there is any such. */
interface Reader {
  readonly client: string;
  readonly readsUncommitted: boolean;
}

export const abortedRead: Detector = {
  name: 'G1a',
  means: 'a reader got a value whose writer was told that it certainly failed',
  find: ({ suspects, orders, history }) => {
    const aborted: { readonly send: SendOperation; readonly log: string; readonly id: number }[] = [];
    for (const send of suspects) {
      if (send.outcome !== 'fail') continue;
      for (const { log, id } of send.writes)
        if (orders.get(log)?.wasRead(id) === true) aborted.push({ send, log, id });
    }
    if (aborted.length === 0) return [];
    const readers = readersOf(new Set(aborted.map(({ id }) => id)), history);
    return aborted.map(({ send: { client, endedAt, isTransactional }, log, id }): Anomaly => {
      const reader = readers.get(`${log} ${id}`)!;
      return {
        name: 'G1a',
        at: endedAt,
        message: `${log}: value ${id} was read by ${reader.client}, but ${client} was told that its send failed`,
        evidence: {
          log,
          id,
          client,
          isTransactional,
          reader: reader.client,
          readsUncommitted: reader.readsUncommitted,
        },
      };
    });
  },
};

/** By partition and value. */
function readersOf(wanted: ReadonlySet<number>, { polls, readsUncommitted }: History): Map<string, Reader> {
  const readers = new Map<string, Reader>();
  for (const { client, reads } of polls)
    for (const { ids, log } of reads)
      for (const id of ids) {
        if (!wanted.has(id)) continue;
        const key = `${log} ${id}`;
        if (readers.get(key)?.readsUncommitted === false) continue;
        const isUncommitted = readsUncommitted?.(client) === true;
        if (!readers.has(key) || !isUncommitted)
          readers.set(key, { client, readsUncommitted: isUncommitted });
      }
  return readers;
}
