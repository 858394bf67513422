import { describe, expect, it } from 'vitest';
import {
  findAnomalies,
  type History,
  judge,
  type PollOperation,
  type SendOperation,
  scalarDetectors,
} from '../../../sim/check/index.ts';

const LOG = 't-0';

function send(id: number, recordOffset: number, rest: Partial<SendOperation> = {}): SendOperation {
  return {
    client: 'p1',
    invokedAt: id * 10,
    endedAt: id * 10 + 5,
    outcome: 'ok',
    isTransactional: false,
    writes: [{ log: LOG, id, recordOffset }],
    ...rest,
  };
}

/** A poll that returned these (offset, value) pairs. */
function poll(at: number, ...pairs: readonly (readonly [number, number])[]): PollOperation {
  const offsets = pairs.map(([recordOffset]) => recordOffset);
  return { client: 'k1', at, reads: [{ log: LOG, offsets, ids: pairs.map(([, id]) => id) }] };
}

function names(history: Partial<History>): string[] {
  const whole: History = { sends: [], polls: [], repositions: [], ...history };
  return [...new Set(findAnomalies(whole, null, scalarDetectors).map(({ name }) => name))];
}

const sends = [send(1, 0), send(2, 1), send(3, 2)];

describe('a history', () => {
  it('of sends read once in order has no anomaly', () => {
    expect(names({ sends, polls: [poll(50, [0, 1], [1, 2]), poll(60, [2, 3])] })).toEqual([]);
  });

  it('with two values at one offset has inconsistent-offsets', () => {
    expect(names({ sends, polls: [poll(50, [0, 1], [1, 2]), poll(60, [2, 9])] })).toContain(
      'inconsistent-offsets',
    );
  });

  it('with one value at two offsets has a duplicate', () => {
    expect(names({ sends, polls: [poll(50, [0, 1], [1, 2], [2, 3], [3, 1])] })).toEqual(['duplicate']);
  });

  it('with a failed send that was read has an aborted read', () => {
    const failed = send(4, -1, { outcome: 'fail' });
    expect(names({ sends: [...sends, failed], polls: [poll(50, [0, 1], [1, 2], [2, 3], [3, 4])] })).toEqual([
      'G1a',
    ]);
  });

  it('with an acknowledged value that every reader passed has a lost write', () => {
    expect(names({ sends, polls: [poll(50, [0, 1], [2, 3])] })).toContain('lost-write');
  });

  it('proves the rest of an unknown send by one value that was read', () => {
    const torn = send(4, -1, {
      outcome: 'unknown',
      writes: [
        { log: LOG, id: 4, recordOffset: 0 },
        { log: LOG, id: 5, recordOffset: 1 },
      ],
    });
    expect(names({ sends: [torn, send(6, 2)], polls: [poll(50, [0, 4], [2, 6])] })).toContain('lost-write');
  });

  it('with an acknowledged value that nobody read has an unseen', () => {
    expect(names({ sends, polls: [poll(50, [0, 1], [1, 2])] })).toEqual(['unseen']);
  });

  it('with a poll that goes back has a nonmonotonic poll, unless the client was repositioned', () => {
    const polls = [poll(50, [0, 1], [1, 2]), poll(60, [1, 2], [2, 3])];
    expect(names({ sends, polls })).toEqual(['nonmonotonic-poll']);
    expect(names({ sends, polls, repositions: [{ client: 'k1', at: 55, log: LOG }] })).toEqual([]);
  });

  it('with a poll that jumps over a known value has a poll skip', () => {
    const other: PollOperation = { ...poll(70, [0, 1], [1, 2], [2, 3]), client: 'k2' };
    expect(names({ sends, polls: [poll(50, [0, 1]), poll(60, [2, 3]), other] })).toEqual(['poll-skip']);
  });

  it('counts no skip over an offset that no value is known to hold', () => {
    const gap = [send(1, 0), send(2, 5)];
    expect(names({ sends: gap, polls: [poll(50, [0, 1]), poll(60, [5, 2])] })).toEqual([]);
  });

  it('counts no skip over what only a reader of uncommitted values was shown', () => {
    const aborted = send(2, 1, { outcome: 'fail', isTransactional: true });
    const eager: PollOperation = { ...poll(70, [0, 1], [1, 2], [2, 3]), client: 'k2' };
    const seen = {
      sends: [send(1, 0), aborted, send(3, 2)],
      readsUncommitted: (name: string) => name === 'k2',
    };
    expect(names({ ...seen, polls: [poll(50, [0, 1]), poll(60, [2, 3]), eager] })).toEqual(['G1a']);
    expect(names({ ...seen, polls: [poll(50, [0, 1], [2, 3]), eager] })).toEqual(['G1a']);
    const backwards = [poll(50, [0, 1], [2, 3]), eager, poll(80, [0, 1])];
    expect(names({ ...seen, polls: backwards })).toContain('nonmonotonic-poll');
  });

  it('counts a skip over a value whose transaction another reader saw committed', () => {
    const doubt = send(2, 1, { outcome: 'unknown', isTransactional: true });
    const eager: PollOperation = { ...poll(70, [0, 1], [1, 2], [2, 3]), client: 'k2' };
    const seen = {
      sends: [send(1, 0), doubt, send(3, 2)],
      polls: [poll(50, [0, 1]), poll(60, [2, 3]), eager],
    };
    expect(names({ ...seen, readsUncommitted: (name) => name === 'k2' })).toEqual([]);
    expect(names({ ...seen, readsUncommitted: () => false })).toEqual(['poll-skip']);
  });

  it('with a poll out of order inside has int-nonmonotonic-poll', () => {
    expect(names({ sends, polls: [poll(50, [1, 2], [0, 1], [2, 3])] })).toContain('int-nonmonotonic-poll');
  });

  it('with a poll that leaves out a known value inside has int-poll-skip', () => {
    const other: PollOperation = { ...poll(70, [0, 1], [1, 2], [2, 3]), client: 'k2' };
    expect(names({ sends, polls: [poll(50, [0, 1], [2, 3]), other] })).toEqual(['int-poll-skip']);
  });

  it('with a later send that landed before an earlier one has nonmonotonic-send', () => {
    const swapped = [send(1, 1), send(2, 0)];
    expect(names({ sends: swapped, polls: [poll(50, [0, 2], [1, 1])] })).toEqual(['nonmonotonic-send']);
  });

  it('does not order sends that were under way together', () => {
    const together = [send(1, 1, { endedAt: 500 }), send(2, 0)];
    expect(names({ sends: together, polls: [poll(600, [0, 2], [1, 1])] })).toEqual([]);
  });

  it('with one send whose values stand backwards or apart has the internal send anomalies', () => {
    const two = (first: number, second: number): SendOperation =>
      send(1, 0, {
        writes: [
          { log: LOG, id: 1, recordOffset: first },
          { log: LOG, id: 2, recordOffset: second },
        ],
      });
    expect(names({ sends: [two(1, 0)], polls: [poll(50, [0, 2], [1, 1])] })).toEqual([
      'int-nonmonotonic-send',
    ]);
    expect(
      names({ sends: [two(0, 2), send(3, 1, { client: 'p2' })], polls: [poll(50, [0, 1], [1, 3], [2, 2])] }),
    ).toEqual(['int-send-skip']);
  });
});

describe('the verdict', () => {
  const anomalies = findAnomalies({ sends, polls: [poll(50, [0, 1], [1, 2])], repositions: [] });
  const strict = { idempotence: false, durable: true, readAll: () => true, readFromStart: () => true };

  it('calls an unseen value lost when no replica has it', () => {
    expect(judge(anomalies, strict, () => 'gone').violations.map(({ check }) => check)).toEqual(['lost']);
  });

  it('calls it late when a replica has it', () => {
    expect(judge(anomalies, strict, () => 'replicated').violations.map(({ check }) => check)).toEqual([
      'late',
    ]);
  });

  it('expects nobody to have read a log without readers', () => {
    const unread = { ...strict, readAll: () => false };
    expect(judge(anomalies, unread, () => 'replicated').violations).toEqual([]);
    expect(judge(anomalies, unread, () => 'gone').violations).toHaveLength(1);
  });

  it('expects nobody to be shown what stood there before he began', () => {
    const history = { sends: [send(0, 0), send(1, 1)], polls: [poll(50, [1, 1])], repositions: [] };
    const found = findAnomalies(history).filter(({ name }) => name === 'lost-write');
    const late = { ...strict, readFromStart: () => false };
    expect(judge(found, strict, () => 'replicated').violations).toHaveLength(1);
    expect(judge(found, late, () => 'replicated').violations).toEqual([]);
    expect(judge(found, late, () => 'gone').violations).toHaveLength(1);
  });

  it('reports a loss that acks=1 allows beside the verdict', () => {
    const judgement = judge(anomalies, { ...strict, durable: false }, () => 'gone');
    expect(judgement.violations).toEqual([]);
    expect(judgement.allowed.map(({ check }) => check)).toEqual(['lost']);
  });

  it('allows a value of an aborted transaction only to a reader that does not wait for commits', () => {
    const aborted = send(1, 0, { outcome: 'fail', isTransactional: true });
    const history = { sends: [aborted], polls: [poll(50, [0, 1])], repositions: [] };
    const read = findAnomalies(history);
    expect(judge(read, strict, () => 'replicated').violations.map(({ check }) => check)).toEqual(['G1a']);
    const eager = findAnomalies({ ...history, readsUncommitted: () => true });
    expect(judge(eager, strict, () => 'replicated').allowed.map(({ check }) => check)).toEqual(['G1a']);
    const both = { ...history, polls: [...history.polls, { ...poll(51, [0, 1]), client: 'k2' }] };
    const mixed = findAnomalies({ ...both, readsUncommitted: (client) => client === 'k1' });
    expect(judge(mixed, strict, () => 'replicated').violations).toHaveLength(1);
    const failed = {
      ...history,
      sends: [{ ...aborted, isTransactional: false }],
      readsUncommitted: () => true,
    };
    expect(judge(findAnomalies(failed), strict, () => 'replicated').violations).toHaveLength(1);
  });

  it('allows a duplicate only to producers without idempotence', () => {
    const twice = findAnomalies({ sends: [send(1, 0)], polls: [poll(50, [0, 1], [1, 1])], repositions: [] });
    expect(judge(twice, strict, () => 'replicated').violations).toEqual([]);
    expect(judge(twice, { ...strict, idempotence: true }, () => 'replicated').violations).toHaveLength(1);
    const forgetful = { ...strict, idempotence: true, forgetsProducers: true };
    expect(judge(twice, forgetful, () => 'replicated').allowed[0]?.message).toMatch(
      /producer\.id\.expiration\.ms is less than its delivery\.timeout\.ms\)$/,
    );
  });
});
