import type { Anomaly, AnomalyName } from '../../../../../sim/check/index.ts';
import type { Detector } from '../detector.ts';
import type { Indexed } from '../version-order.ts';

/** Between two polls of one client; not across a re-assignment, a seek or a reset. */
export const nonmonotonicPoll: Detector = {
  name: 'nonmonotonic-poll',
  means: 'a poll went back to, or behind, what the same client had read before',
  find: (indexed) => between(indexed, 'nonmonotonic-poll', (delta) => delta < 1, 'went back'),
};

export const pollSkip: Detector = {
  name: 'poll-skip',
  means: 'a poll jumped over a value that is known to be there',
  find: (indexed) => between(indexed, 'poll-skip', (delta) => delta > 1, 'jumped'),
};

/** Within one poll. */
export const internalNonmonotonicPoll: Detector = {
  name: 'int-nonmonotonic-poll',
  means: 'the records of one poll are not in the order of the partition',
  find: (indexed) => within(indexed, 'int-nonmonotonic-poll', (delta) => delta < 1, 'goes back'),
};

export const internalPollSkip: Detector = {
  name: 'int-poll-skip',
  means: 'the records of one poll leave out a value that is known to be between them',
  find: (indexed) => within(indexed, 'int-poll-skip', (delta) => delta > 1, 'jumps'),
};

function between(
  indexed: Indexed,
  name: AnomalyName,
  wrong: (delta: number) => boolean,
  verb: string,
): Anomaly[] {
  const found: Anomaly[] = [];
  /** By client and partition: the last offset read. */
  const last = new Map<string, number>();
  const { polls, repositions } = indexed.history;
  let next = 0;
  for (const poll of polls) {
    for (; next < repositions.length && repositions[next]!.at <= poll.at; next++) {
      last.delete(`${repositions[next]!.client} ${repositions[next]!.log}`);
    }
    for (const { log, offsets } of poll.reads) {
      if (offsets.length === 0) continue;
      const key = `${poll.client} ${log}`;
      const before = last.get(key);
      last.set(key, offsets.at(-1)!);
      if (before === undefined || !wrong(indexed.orders.get(log)!.delta(before, offsets[0]!))) continue;
      found.push({
        name,
        at: poll.at,
        message: `${log}: ${poll.client} ${verb} from offset ${before} to ${offsets[0]}`,
        evidence: { log, client: poll.client, from: before, to: offsets[0] },
      });
    }
  }
  return found;
}

function within(
  indexed: Indexed,
  name: AnomalyName,
  wrong: (delta: number) => boolean,
  verb: string,
): Anomaly[] {
  const found: Anomaly[] = [];
  for (const poll of indexed.history.polls) {
    for (const { log, offsets } of poll.reads) {
      if (offsets.length < 2) continue;
      const order = indexed.orders.get(log)!;
      let to = order.indexAt(offsets[0]!)!;
      for (let i = 1; i < offsets.length; i++) {
        const from = to;
        to = order.indexAt(offsets[i]!)!;
        if (!wrong(order.steps(from, to))) continue;
        found.push({
          name,
          at: poll.at,
          message: `${log}: one poll of ${poll.client} ${verb} from offset ${offsets[i - 1]} to ${offsets[i]}`,
          evidence: { log, client: poll.client, from: offsets[i - 1], to: offsets[i] },
        });
      }
    }
  }
  return found;
}
