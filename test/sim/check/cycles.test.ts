import { describe, expect, it } from 'vitest';
import { componentsOf } from '../../../sim/check/history/cycle/components.ts';
import { Edge } from '../../../sim/check/history/cycle/edge.ts';
import { EdgeList, graphOf } from '../../../sim/check/history/cycle/graph.ts';
import {
  type Anomaly,
  findAnomalies,
  type History,
  judge,
  type PollOperation,
  RULES,
  type SendOperation,
  transactionalDetectors,
} from '../../../sim/check/index.ts';

interface Transaction {
  readonly client?: string;
  readonly from: number;
  readonly to: number;
  /** `partition: value`, at the offset of that number. */
  readonly sent?: readonly (readonly [partition: number, value: number])[];
  readonly polled?: readonly (readonly [partition: number, value: number])[];
}

/** Transactions, numbered from 1; a value stands at the offset of its own number. */
function historyOf(transactions: readonly Transaction[], uncommitted = false): History {
  const sends: SendOperation[] = [];
  const polls: PollOperation[] = [];
  transactions.forEach(({ client, from, to, sent = [], polled = [] }, i) => {
    const transaction = i + 1;
    const who = client ?? `p${transaction}`;
    for (const [partition, id] of sent) {
      const writes = [{ log: `t-${partition}`, id, recordOffset: id }];
      const times = { invokedAt: from, endedAt: to };
      sends.push({ client: who, ...times, outcome: 'ok', isTransactional: true, transaction, writes });
    }
    for (const [partition, id] of polled) {
      const reads = [{ log: `t-${partition}`, offsets: [id], ids: [id] }];
      polls.push({ client: who, at: from, transaction, reads });
    }
  });
  sends.sort((a, b) => a.invokedAt - b.invokedAt);
  return { sends, polls, repositions: [], readsUncommitted: () => uncommitted };
}

const find = (history: History): Anomaly[] => findAnomalies(history, null, transactionalDetectors);
const names = (history: History): string[] => find(history).map(({ name }) => name);
const PROMISES = { idempotence: true, durable: true, readAll: () => true, readFromStart: () => true };

/** Mixed in two partitions. */
const MIXED: readonly Transaction[] = [
  {
    from: 0,
    to: 9,
    sent: [
      [0, 1],
      [1, 4],
    ],
  },
  {
    from: 0,
    to: 9,
    sent: [
      [0, 2],
      [1, 3],
    ],
  },
];
/** Each polled what the other sent. */
const CIRCLE: readonly Transaction[] = [
  { from: 0, to: 9, sent: [[0, 1]], polled: [[1, 2]] },
  { from: 0, to: 9, sent: [[1, 2]], polled: [[0, 1]] },
];

describe('transactions', () => {
  it('of which each reads what the last one committed have no cycle', () => {
    const history = historyOf([
      {
        from: 0,
        to: 9,
        sent: [
          [0, 1],
          [1, 1],
        ],
      },
      {
        from: 10,
        to: 19,
        polled: [[0, 1]],
        sent: [
          [0, 2],
          [1, 2],
        ],
      },
      {
        from: 20,
        to: 29,
        polled: [[1, 2]],
        sent: [
          [0, 3],
          [1, 3],
        ],
      },
    ]);
    expect(names(history)).toEqual([]);
  });

  it('that are mixed in two partitions are a G0, told in words', () => {
    const [g0, ...rest] = find(historyOf(MIXED));
    expect(rest).toEqual([]);
    expect(g0).toMatchObject({ name: 'G0', evidence: { transactions: [1, 2] } });
    expect(g0!.message).toBe(
      'transaction 1 of p1 wrote 1 to t-0, right before 2 of transaction 2 of p2; ' +
        'transaction 2 of p2 wrote 3 to t-1, right before 4 of transaction 1 of p1',
    );
  });

  it('of one client that stand in the wrong order by way of another are a G0-process', () => {
    const history = historyOf([
      { client: 'a', from: 0, to: 9, sent: [[0, 3]] },
      { client: 'a', from: 10, to: 19, sent: [[1, 1]] },
      {
        client: 'b',
        from: 0,
        to: 29,
        sent: [
          [0, 2],
          [1, 2],
        ],
      },
    ]);
    expect(names(history)).toEqual(['G0-process']);
  });

  it('of which one had ended when the one before it began are a G0-realtime', () => {
    const history = historyOf([
      { from: 0, to: 9, sent: [[0, 3]] },
      { from: 10, to: 19, sent: [[1, 1]] },
      {
        from: 0,
        to: 29,
        sent: [
          [0, 2],
          [1, 2],
        ],
      },
    ]);
    const [g0] = find(history);
    expect(g0!.name).toBe('G0-realtime');
    expect(g0!.message).toMatch(/transaction 1 of p1 had ended before it began: transaction 2 of p2$/);
  });

  it('that each read what the other wrote are a G1c', () => {
    expect(names(historyOf(CIRCLE))).toEqual(['G1c']);
  });

  it('of one client of which the first reads what comes of the second are a G1c-process', () => {
    const history = historyOf([
      { client: 'a', from: 0, to: 9, polled: [[0, 1]] },
      { client: 'a', from: 10, to: 19, sent: [[0, 1]] },
    ]);
    expect(names(history)).toEqual(['G1c-process']);
  });

  it('that read what comes of one that begins later are a G1c-realtime', () => {
    const history = historyOf([
      { from: 0, to: 9, polled: [[0, 1]] },
      { from: 5, to: 25, polled: [[1, 2]], sent: [[0, 1]] },
      { from: 10, to: 19, sent: [[1, 2]] },
    ]);
    expect(names(history)).toEqual(['G1c-realtime']);
  });

  it('that are shown a value of their own have a precommitted-read', () => {
    expect(names(historyOf([{ from: 0, to: 9, sent: [[0, 1]], polled: [[0, 1]] }]))).toEqual([
      'precommitted-read',
    ]);
  });

  it('in doubt precede nothing: they may yet take place', () => {
    const { sends, polls, ...rest } = historyOf([
      { client: 'a', from: 0, to: 9, polled: [[0, 1]], sent: [[1, 3]] },
      { client: 'a', from: 10, to: 19, sent: [[0, 1]] },
    ]);
    const inDoubt = [...sends].map((send) => ({ ...send, outcome: 'unknown' as const }));
    expect(names({ sends: inDoubt, polls, ...rest })).toEqual([]);
  });
});

describe('the verdict on cycles', () => {
  const verdict = (history: History): string[] =>
    judge(find(history), PROMISES, () => 'replicated').violations.map(({ check }) => check);

  it('allows mixed writes: Kafka does not isolate them', () => {
    expect(verdict(historyOf(MIXED))).toEqual([]);
  });

  it('allows a circle that goes through the order of writes', () => {
    const history = historyOf([
      { from: 0, to: 9, sent: [[0, 1]], polled: [[1, 2]] },
      {
        from: 0,
        to: 9,
        sent: [
          [0, 2],
          [1, 2],
        ],
      },
    ]);
    expect(names(history)).toEqual(['G1c']);
    expect(verdict(history)).toEqual([]);
  });

  it('condemns a circle of reads, and allows it to readers of what is not committed', () => {
    expect(verdict(historyOf(CIRCLE))).toEqual(['G1c']);
    expect(verdict(historyOf(CIRCLE, true))).toEqual([]);
  });

  it('condemns a read of what the reader has not committed, and allows it to readers of what is not', () => {
    const own: Transaction[] = [{ from: 0, to: 9, sent: [[0, 1]], polled: [[0, 1]] }];
    expect(verdict(historyOf(own))).toEqual(['precommitted-read']);
    expect(verdict(historyOf(own, true))).toEqual([]);
  });

  it('allows whatever Jepsen allows whatever the configuration', () => {
    const always = Object.entries(RULES).filter(([, { jepsen }]) => jepsen === 'allowed');
    expect(always.map(([name]) => name)).toEqual(['int-send-skip', 'G0', 'G0-process', 'G0-realtime']);
    for (const [name, { rule }] of always) {
      const anomaly = { name: name as Anomaly['name'], at: 0, message: '', evidence: {} };
      expect(rule(anomaly, PROMISES, () => 'gone').allowed, name).toBe(true);
    }
  });
});

describe('components', () => {
  it('of a chain of a million, and of a ring of a million, are found without a deep call', () => {
    const size = 1_000_000;
    const edges = new EdgeList();
    for (let v = 0; v + 1 < size; v++) edges.add(v, v + 1, Edge.wr, 0);
    const all = new Uint8Array(size);
    expect(componentsOf(graphOf(size, edges), Edge.wr, all).from.length - 1).toBe(size);
    edges.add(size - 1, 0, Edge.wr, 0);
    expect(componentsOf(graphOf(size, edges), Edge.wr, all).from.length - 1).toBe(1);
  });
});
