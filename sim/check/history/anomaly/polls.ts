import type { Anomaly, AnomalyName, Detector } from '../anomaly.ts';
import type { Indexed } from '../indexed.ts';
import type { PollStep } from '../suspects.ts';

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
  { steps }: Indexed,
  name: AnomalyName,
  wrong: (delta: number) => boolean,
  verb: string,
): Anomaly[] {
  return steps.between
    .filter(({ delta }) => wrong(delta))
    .map((step) => anomalyOf(name, step, `${step.client} ${verb}`));
}

function within(
  { steps }: Indexed,
  name: AnomalyName,
  wrong: (delta: number) => boolean,
  verb: string,
): Anomaly[] {
  return steps.within
    .filter(({ delta }) => wrong(delta))
    .map((step) => anomalyOf(name, step, `one poll of ${step.client} ${verb}`));
}

function anomalyOf(name: AnomalyName, { log, client, at, from, to }: PollStep, what: string): Anomaly {
  return {
    name,
    at,
    message: `${log}: ${what} from offset ${from} to ${to}`,
    evidence: { log, client, from, to },
  };
}
