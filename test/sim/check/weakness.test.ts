import { describe, expect, it } from 'vitest';
import type { Fact, Frame } from '../../../engine/machine/index.ts';
import { ApiKey } from '../../../engine/wire/index.ts';
import {
  type ClientTransaction,
  classify,
  type PollOperation,
  RunWitness,
  type SendOperation,
  WEAKNESSES,
} from '../../../sim/check/index.ts';
import type { Violation } from '../../../sim/result/index.ts';
import { leads } from './facts.ts';

const LOG = 't-0';

function finding(check: string, evidence: Violation['evidence'], at = 0): Violation {
  return { check, at, message: `${check} was seen`, evidence };
}

function transaction(number: number, rest: Partial<ClientTransaction>): ClientTransaction {
  return {
    number,
    client: 'p1',
    transactionalId: 'x',
    producerId: 7,
    producerEpoch: 3,
    beganAt: -1,
    commitAskedAt: -1,
    abortAskedAt: -1,
    endedAt: -1,
    outcome: 'open',
    ...rest,
  };
}

function sent(id: number, number: number, outcome: SendOperation['outcome'] = 'fail'): SendOperation {
  const writes = [{ log: LOG, id, recordOffset: -1 }];
  const times = { invokedAt: 0, endedAt: 0 };
  return { client: 'p1', ...times, outcome, isTransactional: true, transaction: number, writes };
}

const read = (at: number, recordOffset: number, id: number): PollOperation => ({
  client: 'k1',
  at,
  reads: [{ log: LOG, offsets: [recordOffset], ids: [id] }],
});

function endTxn(isCommit: boolean, correlationId: number): Frame {
  const body = { transactionalId: 'x', producerId: 7, producerEpoch: 3, committed: isCommit };
  return { kind: 'request', apiKey: ApiKey.EndTxn, apiVersion: 4, correlationId, clientId: 'p1', body };
}

function decided(state: 'PrepareCommit' | 'PrepareAbort', producerEpoch = 3): Fact {
  const producer = { transactionalId: 'x', producerId: 7, producerEpoch };
  return { fact: 'transaction changed', ...producer, state, partitions: [], coordinatorEpoch: 0 };
}

function elected(leader: number, leaderEpoch: number, isr: readonly number[], unclean = false): Fact {
  const partition = {
    log: LOG,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    leader,
    leaderEpoch,
    partitionEpoch: leaderEpoch,
    isr,
    unclean,
    minIsr: 1,
  };
  return { fact: 'partition changed', ...partition, replicas: [1, 2], elr: [], lastKnownElr: [] };
}

const cut = (logEndOffset: number): Fact => ({ fact: 'log truncated', log: LOG, logEndOffset });
const lost = finding('lost', { log: LOG, id: 1, recordOffset: 5 }, 100);

/** The weakness by which each finding goes, if it was allowed; then what is left of it as a violation. */
function named(run: RunWitness, one: Violation): { readonly allowed: string; readonly violation: string } {
  const name = (found: ReturnType<typeof classify>): string => found.weaknesses[0]?.weakness ?? 'none';
  return {
    allowed: name(classify({ violations: [], allowed: [one] }, run)),
    violation: name(classify({ violations: [one], allowed: [] }, run)),
  };
}

describe('a delayed EndTxn', () => {
  const first = transaction(0, { beganAt: 10, commitAskedAt: 20, endedAt: 40, outcome: 'ok' });
  const second = transaction(1, { beganAt: 50, abortAskedAt: 90, endedAt: 95, outcome: 'fail' });
  const history = { sends: [sent(1, 0, 'ok'), sent(2, 1)], polls: [read(70, 0, 2)], repositions: [] };
  const g1a = finding('G1a', { log: LOG, id: 2, isTransactional: true, readsUncommitted: false });

  /** The first EndTxn is held up, is asked again, and arrives when the second transaction is open. */
  function run(deliveredAt: number, second: ClientTransaction): RunWitness {
    const witness = new RunWitness();
    witness.onSent(21, 'p1', endTxn(true, 1));
    witness.onSent(35, 'p1', endTxn(true, 2));
    witness.onDelivered(36, 'p1', endTxn(true, 2));
    witness.onFact(37, 'b1', decided('PrepareCommit'));
    witness.onDelivered(deliveredAt, 'p1', endTxn(true, 1));
    witness.onFact(deliveredAt + 1, 'b1', decided('PrepareCommit'));
    witness.hear({ history, transactions: [first, second] });
    return witness;
  }

  it('explains what was read of the transaction that it struck', () => {
    const { violations, weaknesses } = classify({ violations: [g1a], allowed: [] }, run(60, second));
    expect(violations).toEqual([]);
    expect(weaknesses).toMatchObject([{ check: 'G1a', issue: 'KAFKA-17754, KIP-890' }]);
    expect(weaknesses[0]!.message).toMatch(/sent at 0.000021 s for transaction 0 came at 0.000060 s/);
  });

  it('explains nothing of another transaction', () => {
    const other = finding('G1a', { log: LOG, id: 1, isTransactional: true });
    expect(named(run(60, second), other).violation).toBe('none');
  });

  it('is not assumed when nothing was held up: a coordinator that commits by itself is at fault', () => {
    const witness = new RunWitness();
    witness.onSent(21, 'p1', endTxn(true, 1));
    witness.onDelivered(22, 'p1', endTxn(true, 1));
    witness.onFact(23, 'b1', decided('PrepareCommit'));
    witness.onFact(60, 'b1', decided('PrepareCommit'));
    witness.hear({ history, transactions: [first, second] });
    expect(named(witness, g1a).violation).toBe('none');
  });

  it('is not assumed when the transaction had asked for that end, or has an epoch of its own', () => {
    expect(named(run(60, { ...second, commitAskedAt: 55 }), g1a).violation).toBe('none');
    expect(named(run(60, { ...second, producerEpoch: 4 }), g1a).violation).toBe('none');
  });

  it('explains a circle that goes through the transaction, and a record that was read for it', () => {
    const struck = run(60, second);
    expect(named(struck, finding('G1c', { transactions: [0, 1] })).violation).toMatch(/delayed EndTxn/);
    struck.hear({
      history: { ...history, polls: [{ ...read(51, 9, 77), transaction: 1 }] },
      transactions: [first, second],
    });
    expect(named(struck, finding('ExactlyOnce', { source: 77 })).violation).toMatch(/delayed EndTxn/);
    expect(named(struck, finding('ExactlyOnce', { source: 78 })).violation).toBe('none');
  });

  it('explains a jump over what it aborted, when nothing else was passed over', () => {
    const asked = transaction(0, { beganAt: 10, abortAskedAt: 20, endedAt: 40, outcome: 'fail' });
    const struck = transaction(1, { beganAt: 50, commitAskedAt: 90, endedAt: 95, outcome: 'ok' });
    const acked = (id: number, number: number, recordOffset: number): SendOperation => ({
      ...sent(id, number, 'ok'),
      writes: [{ log: LOG, id, recordOffset }],
    });
    const witness = new RunWitness();
    witness.onSent(21, 'p1', endTxn(false, 1));
    witness.onDelivered(60, 'p1', endTxn(false, 1));
    witness.onFact(61, 'b1', decided('PrepareAbort'));
    const sends = [acked(2, 1, 4), acked(3, 1, 5), acked(4, 2, 7)];
    const transactions = [asked, struck, transaction(2, { beganAt: 100 })];
    witness.hear({ history: { sends, polls: [], repositions: [] }, transactions });
    const jump = (from: number, to: number) =>
      named(witness, finding('poll-skip', { log: LOG, client: 'k1', from, to })).violation;
    expect(jump(3, 7)).toMatch(/delayed EndTxn/);
    expect(jump(3, 8)).toBe('none');
    expect(jump(5, 7)).toBe('none');
    witness.hear({ history: { sends, polls: [read(99, 5, 3)], repositions: [] }, transactions });
    expect(jump(3, 7)).toBe('none');
  });
});

describe('a late batch', () => {
  const first = transaction(0, { beganAt: 10, abortAskedAt: 20, endedAt: 30, outcome: 'fail' });
  const second = transaction(1, { beganAt: 40, commitAskedAt: 60, endedAt: 70, outcome: 'ok' });
  const g1a = finding('G1a', { log: LOG, id: 1, isTransactional: true, readsUncommitted: false });

  function run(isCommit: boolean, producerEpoch: number): RunWitness {
    const witness = new RunWitness();
    const ended = { log: LOG, producerId: 7, producerEpoch, firstOffset: 4, lastOffset: 9, isCommit };
    witness.onFact(65, 'b1', { fact: 'transaction ended at partition', ...ended });
    const history = { sends: [sent(1, 0)], polls: [read(80, 5, 1)], repositions: [] };
    witness.hear({ history, transactions: [first, second] });
    return witness;
  }

  it('explains an aborted value within what the next transaction of its epoch committed', () => {
    expect(named(run(true, 3), g1a).violation).toBe('late batch joins the next transaction');
  });

  it('is not assumed of an aborted stretch, nor of another epoch', () => {
    expect(named(run(false, 3), g1a).violation).toBe('none');
    expect(named(run(true, 4), g1a).violation).toBe('none');
  });
});

describe('a sequence that is used twice', () => {
  const lostOf = (recordOffset: number): Violation =>
    finding('lost-write', { log: LOG, id: 1, recordOffset });
  const skip = (to: number): Violation => finding('poll-skip', { log: LOG, client: 'k1', from: 2, to });

  function run(changes: { isCommit?: boolean; producerEpoch?: number; beganAt?: number }): RunWitness {
    const { beganAt = 40, isCommit = false, producerEpoch = 3 } = changes;
    const witness = new RunWitness();
    const ended = { log: LOG, producerId: 7, producerEpoch, firstOffset: 4, lastOffset: 9, isCommit };
    witness.onFact(30, 'b1', { fact: 'transaction ended at partition', ...ended });
    const send = { ...sent(1, 0, 'ok'), writes: [{ log: LOG, id: 1, recordOffset: 5 }] };
    const later = { ...sent(2, 1, 'ok'), writes: [{ log: LOG, id: 2, recordOffset: 12 }] };
    witness.hear({
      history: { sends: [send, later], polls: [], repositions: [] },
      transactions: [transaction(0, { beganAt, commitAskedAt: 60 }), transaction(1, { beganAt: 90 })],
    });
    return witness;
  }

  it('explains a value that was acknowledged in the place of one that was aborted before', () => {
    const weakness = 'sequence used twice after an abort';
    expect(named(run({}), lostOf(5)).violation).toBe(weakness);
    expect(named(run({}), skip(10)).violation).toBe(weakness);
  });

  it('is not assumed of what was committed, of another epoch, of a later abort, nor of its marker', () => {
    expect(named(run({ isCommit: true }), lostOf(5)).violation).toBe('none');
    expect(named(run({ producerEpoch: 4 }), lostOf(5)).violation).toBe('none');
    expect(named(run({ beganAt: 20 }), lostOf(5)).violation).toBe('none');
    expect(named(run({}), lostOf(9)).violation).toBe('none');
  });

  it('does not explain a skip over something else, nor over nothing', () => {
    expect(named(run({}), skip(20)).violation).toBe('none');
    expect(named(run({}), skip(4)).violation).toBe('none');
  });

  describe('when the first of them comes late', () => {
    const twice = finding('inconsistent-offsets', { log: LOG, recordOffset: 5, ids: [3, 1] });

    /** Value 3 of an aborted transaction stands, committed, where value 1 of the next was acknowledged. */
    function late(before: Partial<ClientTransaction>, polls = [read(80, 5, 3)]): RunWitness {
      const send = { ...sent(1, 0, 'ok'), writes: [{ log: LOG, id: 1, recordOffset: 5 }] };
      const witness = new RunWitness();
      const aborted = transaction(1, { beganAt: 10, abortAskedAt: 25, endedAt: 30, ...before });
      witness.hear({
        history: { sends: [send, sent(3, 1, 'unknown')], polls, repositions: [] },
        transactions: [transaction(0, { beganAt: 40, commitAskedAt: 60 }), aborted],
      });
      return witness;
    }

    it('explains the value that has no place, and the place that has two', () => {
      for (const one of [lostOf(5), twice])
        expect(named(late({}), one).violation, one.check).toBe('sequence used twice after an abort');
    });

    it('is not assumed of what was not aborted by then, of another epoch, nor when nobody was shown it', () => {
      for (const one of [lostOf(5), twice]) {
        expect(named(late({ abortAskedAt: -1, commitAskedAt: 25 }), one).violation).toBe('none');
        expect(named(late({ endedAt: 45 }), one).violation).toBe('none');
        expect(named(late({ endedAt: -1 }), one).violation).toBe('none');
        expect(named(late({ producerEpoch: 4 }), one).violation).toBe('none');
        expect(named(late({ producerId: 8 }), one).violation).toBe('none');
        expect(named(late({}, []), one).violation).toBe('none');
      }
      const three = finding('inconsistent-offsets', { log: LOG, recordOffset: 5, ids: [3, 1, 9] });
      expect(named(late({}), three).violation).toBe('none');
    });
  });
});

describe('a forgotten producer', () => {
  it('explains what the check says so of, and a duplicate that lies within it', () => {
    const run = new RunWitness();
    const again = finding('ProducerSequences', {
      ...{ log: LOG, baseOffset: 50, baseSequence: 10, lastSequenceBefore: 14 },
      weakness: 'expired producer state (KIP-360)',
    });
    const twice = (offset: number): Violation =>
      finding('duplicate', { log: LOG, id: 1, offsets: [3, offset] });
    const found = classify({ violations: [twice(52)], allowed: [again, twice(55)] }, run);
    expect(found.violations).toEqual([]);
    expect(found.weaknesses.map(({ check }) => check)).toEqual(['duplicate', 'ProducerSequences']);
    expect(found.allowed.map(({ check }) => check)).toEqual(['duplicate']);
  });
});

describe('what an invariant has told apart', () => {
  it('goes by the name of its weakness, and by that alone', () => {
    const run = new RunWitness();
    const outcome = (weakness: string): Violation => finding('OneOutcome', { weakness });
    expect(named(run, outcome('late marker of an earlier transaction')).allowed).toMatch(/^late marker ends/);
    expect(named(run, outcome('decision carried out right after a load')).allowed).toMatch(
      /^decision carried/,
    );
    expect(named(run, finding('OneOutcome', {})).violation).toBe('none');
  });
});

describe('what a configuration allows', () => {
  it('has the name of mixed writes when it is a circle of them', () => {
    const run = new RunWitness();
    expect(named(run, finding('G0', {})).allowed).toBe('writes of transactions are mixed');
    expect(named(run, finding('G1c', { throughWrites: true })).allowed).toBe(
      'writes of transactions are mixed',
    );
    expect(named(run, finding('G1c', { throughWrites: false })).allowed).toBe('none');
  });

  it('has the name of uncommitted readers when nobody else has read it', () => {
    const run = new RunWitness();
    expect(named(run, finding('G1a', { readsUncommitted: true })).allowed).toBe(
      'readers of what is not committed',
    );
    expect(named(run, finding('G1a', { readsUncommitted: false })).allowed).toBe('none');
  });

  it('has the name of an unclean election when its leader began below the value', () => {
    const run = new RunWitness();
    run.onFact(10, 'c1', elected(1, 1, [1]));
    run.onFact(200, 'c1', elected(2, 2, [2], true));
    run.onFact(201, 'b2', leads(LOG, 2, [2], 5));
    expect(named(run, lost).allowed).toBe('unclean election');
    expect(named(run, finding('lost', { log: LOG, id: 1, recordOffset: 4 }, 100)).allowed).toBe('none');
  });

  it('has the name of a leader that was replaced when it cut the value off', () => {
    const run = new RunWitness();
    run.onFact(10, 'c1', elected(1, 1, [1, 2]));
    run.onFact(90, 'c1', elected(2, 2, [2, 1]));
    run.onFact(91, 'b2', leads(LOG, 2, [2], 5));
    expect(named(run, lost).allowed).toBe('none');
    run.onFact(150, 'b1', cut(5));
    expect(named(run, lost).allowed).toBe('writes to a leader that is none any more');
  });

  it('has the name of the one replica in sync that lost it', () => {
    const run = new RunWitness();
    run.onFact(10, 'c1', elected(1, 1, [1]));
    run.onFact(150, 'b1', cut(6));
    expect(named(run, lost).allowed).toBe('none');
    run.onFact(160, 'b1', cut(5));
    expect(named(run, lost).allowed).toBe('one in-sync replica is enough');
  });

  it('has the name of a power loss when all in sync had one and came back without it', () => {
    const run = new RunWitness();
    run.onFact(10, 'c1', elected(1, 1, [1, 2]));
    run.onPowerLost(110, 'b1');
    run.onFact(120, 'b1', cut(3));
    run.onFact(130, 'b2', cut(3));
    expect(named(run, lost).allowed).toBe('none');
    run.onPowerLost(125, 'b2');
    expect(named(run, lost).allowed).toBe('power lost by all that were in sync');
  });

  it('stays a violation where it is one: only its name is known, not whose fault it is', () => {
    const run = new RunWitness();
    run.onFact(10, 'c1', elected(1, 1, [1]));
    run.onFact(160, 'b1', cut(5));
    expect(named(run, lost).violation).toBe('none');
  });
});

describe('the table of weaknesses', () => {
  it('says of each where it is discussed, when it strikes and how it is known', () => {
    expect(new Set(WEAKNESSES.map(({ id }) => id)).size).toBe(WEAKNESSES.length);
    for (const { id, issue, sentence, under, recognisedBy } of WEAKNESSES)
      for (const words of [id, issue, sentence, under, recognisedBy]) expect(words, id).not.toBe('');
  });
});
