import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeProducerSnapshot,
  encodeProducerSnapshot,
  isLogFailure,
  type ProducerEntry,
} from '../../../../engine/log/index.ts';
import { buildBatch, buildControlBatch, ControlType } from '../../../../engine/records/index.ts';
import { errorName } from '../../../../engine/wire/index.ts';
import { bytesOf, LogStage } from '../stage.ts';

const ID = 7;
const LARGEST_SEQUENCE = 2 ** 31 - 1;

interface Write {
  readonly epoch?: number;
  readonly id?: number;
  readonly records?: number;
  readonly transactional?: boolean;
}

function batch(baseSequence: number, write: Write = {}): Uint8Array {
  const { epoch = 0, id = ID, records = 1, transactional = false } = write;
  return buildBatch(
    { producerId: id, producerEpoch: epoch, baseSequence, isTransactional: transactional },
    Array.from({ length: records }, (_, i) => ({ timestamp: 1_000 + i, key: null, value: bytesOf('v') })),
  );
}

function marker(isCommit: boolean, epoch = 0, coordinatorEpoch = 0, id = ID, timestamp = 1_000): Uint8Array {
  const type = isCommit ? ControlType.COMMIT : ControlType.ABORT;
  const options = { producerId: id, producerEpoch: epoch, isTransactional: true };
  return buildControlBatch(options, timestamp, [{ type, message: { coordinatorEpoch } }]);
}

class ProducerStage extends LogStage {
  /** The base offset, or the name of the error. */
  send(baseSequence: number, write: Write = {}): number | string {
    return this.#said(this.log.appendAsLeader([batch(baseSequence, write)], 0, this.out));
  }

  end(isCommit: boolean, epoch = 0, coordinatorEpoch = 0, version = 0, id = ID): number | string {
    const ended = marker(isCommit, epoch, coordinatorEpoch, id);
    return this.#said(this.log.appendAsLeader([ended], 0, this.out, 'coordinator', version));
  }

  replicate(): void {
    this.log.advanceHighWatermark(this.log.logEndOffset, 0, true, this.out);
  }

  /** What is known, in a form that can be compared. A snapshot keeps the last batch only. */
  known(log = this.log): unknown {
    return log.producers.entries().map((entry) => written(entry));
  }

  #said(answer: ReturnType<typeof this.log.appendAsLeader>): number | string {
    return isLogFailure(answer) ? errorName(answer.errorCode) : answer.baseOffset;
  }
}

function written({ batches, ...rest }: ProducerEntry): unknown {
  const { producerId, producerEpoch, coordinatorEpoch, lastTimestamp, transactionFrom } = rest;
  // A snapshot has one timestamp for the producer and its last batch: that of a marker, if one came after.
  const last = batches.at(-1);
  const { firstSequence, lastSequence, firstOffset, lastOffset } = last ?? {};
  const place = { firstSequence, lastSequence, firstOffset, lastOffset };
  return { producerId, producerEpoch, coordinatorEpoch, lastTimestamp, transactionFrom, ...place };
}

describe('an idempotent producer at its partition', () => {
  it('writes in order, each batch once: what comes again is told where it stands', () => {
    const stage = new ProducerStage();
    expect([stage.send(0, { records: 3 }), stage.send(3), stage.send(4)]).toEqual([0, 3, 4]);
    expect(stage.send(0, { records: 3 })).toBe(0);
    expect(stage.send(4)).toBe(4);
    expect(stage.log.logEndOffset).toBe(5);
    expect(stage.send(6)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  });

  it('is known by its last five batches', () => {
    const stage = new ProducerStage();
    for (let sequence = 0; sequence < 6; sequence++) stage.send(sequence);
    expect(stage.send(1)).toBe(1);
    expect(stage.send(0)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  });

  it('begins a new epoch at 0, and an old one is over', () => {
    const stage = new ProducerStage();
    stage.send(0, { epoch: 3 });
    expect(stage.send(1, { epoch: 2 })).toBe('INVALID_PRODUCER_EPOCH');
    expect(stage.send(1, { epoch: 4 })).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(stage.send(0, { epoch: 4 })).toBe(1);
  });

  it('may begin anywhere where nobody knows it', () => {
    expect(new ProducerStage().send(41)).toBe(0);
  });

  it('goes on at 0 after the largest sequence', () => {
    const stage = new ProducerStage();
    stage.send(LARGEST_SEQUENCE - 1, { records: 3 });
    expect(stage.send(0)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(stage.send(1)).toBe(3);
    stage.log.roll();
    stage.open({ wasClean: false });
    expect(stage.send(1)).toBe(3);
  });

  it('is forgotten after a day of its records’ own time, unless it has a transaction open', () => {
    const stage = new ProducerStage();
    stage.send(0);
    stage.send(0, { id: 8, transactional: true });
    stage.log.producers.expire(86_401_000, 86_400_000, stage.out);
    expect(stage.log.producers.entries().map(({ producerId }) => producerId)).toEqual([8]);
    const forgotten = { fact: 'producers forgotten', log: 'orders-0', producerIds: [ID] };
    expect(stage.out.facts.at(-1)).toEqual(forgotten);
  });

  it('is known when all that it wrote is deleted (KAFKA-7190)', () => {
    const stage = new ProducerStage();
    stage.send(0, { records: 3 });
    stage.log.roll();
    stage.send(0, { id: 8 });
    stage.replicate();
    stage.log.advanceLogStart(3, stage.out);
    stage.log.deleteOldSegments(stage.out);
    expect(stage.log.local.firstOffset).toBe(3);
    expect(stage.send(0, { records: 3 })).toBe(0);
    expect(stage.send(4)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(stage.send(3)).toBe(4);
  });
});

describe('a transaction at its partition', () => {
  it('holds the last stable offset where it begins until its marker is replicated', () => {
    const stage = new ProducerStage();
    stage.send(0);
    stage.send(0, { id: 8, transactional: true });
    stage.send(1);
    stage.replicate();
    expect([stage.log.lastStableOffset, stage.log.highWatermark]).toEqual([1, 3]);
    stage.end(true, 0, 0, 0, 8);
    expect(stage.log.lastStableOffset).toBe(1);
    stage.replicate();
    expect(stage.log.lastStableOffset).toBe(4);
  });

  it('holds it there too when others begin later and end sooner', () => {
    const stage = new ProducerStage();
    stage.send(0, { transactional: true });
    stage.send(0, { id: 8, transactional: true });
    stage.replicate();
    stage.end(true, 0, 0, 0, 8);
    stage.end(true);
    expect([stage.log.lastStableOffset, stage.log.highWatermark]).toEqual([0, 2]);
    stage.log.advanceHighWatermark(3, 0, true, stage.out);
    expect([stage.log.lastStableOffset, stage.log.highWatermark]).toEqual([0, 3]);
    stage.replicate();
    expect(stage.log.lastStableOffset).toBe(4);
  });

  it('whose marker is replicated holds nothing back after a truncation (`updateHighWatermark`)', () => {
    const stage = new ProducerStage();
    stage.send(0, { transactional: true });
    stage.end(true);
    stage.replicate();
    stage.send(0, { id: 8 });
    stage.send(1, { id: 8 });
    expect([stage.log.lastStableOffset, stage.log.highWatermark]).toEqual([2, 2]);
    stage.log.truncateTo(3, stage.out);
    expect([stage.log.lastStableOffset, stage.log.highWatermark]).toEqual([2, 2]);
    stage.log.truncateTo(2, stage.out);
    expect([stage.log.lastStableOffset, stage.log.highWatermark]).toEqual([2, 2]);
  });

  it('that is aborted is told to readers of its stretch', () => {
    const stage = new ProducerStage();
    stage.send(0, { transactional: true });
    stage.send(1, { transactional: true });
    stage.end(false);
    stage.replicate();
    const aborted = { producerId: ID, firstOffset: 0, lastOffset: 2, lastStableOffset: 3 };
    expect(stage.log.producers.abortedBetween(0, 3)).toEqual([aborted]);
    expect(stage.log.producers.abortedBetween(3, 9)).toEqual([]);
    expect(stage.open({ wasClean: false }).producers.abortedBetween(1, 2)).toEqual([aborted]);
  });

  it('is not left for a write outside of it', () => {
    const stage = new ProducerStage();
    stage.send(0, { transactional: true });
    expect(stage.send(1)).toBe('INVALID_TXN_STATE');
  });

  it('is ended by no coordinator of the past (TRANSACTION_COORDINATOR_FENCED)', () => {
    const stage = new ProducerStage();
    stage.send(0, { transactional: true });
    stage.end(true, 0, 5);
    stage.send(1, { transactional: true });
    expect(stage.end(true, 0, 4)).toBe('TRANSACTION_COORDINATOR_FENCED');
    expect(stage.end(true, 0, 5)).toBe(3);
  });

  it('whose records are old is remembered by the time of its marker, with who wrote that (KAFKA-9144)', () => {
    const stage = new ProducerStage();
    stage.send(0, { transactional: true });
    stage.wallMs = 80_000_000;
    const late = marker(false, 1, 4, ID, stage.wallMs);
    stage.log.appendAsLeader([late], 0, stage.out, 'coordinator');
    stage.log.producers.expire(86_500_000, 86_400_000, stage.out);
    expect(stage.end(true, 1, 3)).toBe('TRANSACTION_COORDINATOR_FENCED');
  });

  it('of version 2 is ended in a higher epoch than its own; the same marker may come again (KAFKA-19999)', () => {
    const stage = new ProducerStage();
    stage.send(0, { transactional: true });
    expect(stage.end(true, 0, 0, 2)).toBe('INVALID_PRODUCER_EPOCH');
    expect(stage.end(true, 1, 0, 2)).toBe(1);
    expect(stage.end(true, 1, 0, 2)).toBe(2);
    expect(stage.send(0, { epoch: 0, transactional: true })).toBe('INVALID_PRODUCER_EPOCH');
  });
});

describe('the files of producers', () => {
  it('are Kafka’s, byte for byte', () => {
    const stage = new ProducerStage();
    stage.send(5, { records: 2, transactional: true });
    const bytes = encodeProducerSnapshot(stage.log.producers.entries());
    const words = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    expect(words.slice(0, 4)).toBe('0001');
    expect(words.slice(12)).toBe(
      '00000001' + // entries
        '0000000000000007' + // producer id
        '0000' + // epoch
        '00000006' + // last sequence
        '0000000000000001' + // last offset
        '00000001' + // offset delta
        '00000000000003e9' + // timestamp
        'ffffffff' + // coordinator epoch
        '0000000000000000', // where its transaction begins
    );
    expect(decodeProducerSnapshot(bytes)!.map(written)).toEqual(stage.known());
    bytes[20]! ^= 1;
    expect(decodeProducerSnapshot(bytes)).toBe(null);
  });

  it('that are damaged are passed over: the batches say the same', () => {
    const stage = new ProducerStage();
    stage.send(0);
    stage.log.roll();
    stage.send(1);
    const before = stage.known();
    stage.disk.write(stage.file('00000000000000000001.snapshot'), new Uint8Array([1, 2, 3]));
    stage.open({ wasClean: false });
    expect(stage.known()).toEqual(before);
  });
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ send: fc.integer({ min: 1, max: 3 }), id: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ end: fc.boolean(), id: fc.integer({ min: 1, max: 3 }) }) },
  fc.record({ cutBack: fc.integer({ min: 0, max: 8 }) }),
  fc.constant({ roll: true }),
  fc.constant({ replicate: true }),
  fc.record({ reopen: fc.boolean() }),
);

describe('what is known of producers', () => {
  it('is what the batches say, whatever is cut, rolled and opened again', () => {
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const stage = new ProducerStage();
      const next = (id: number): number => (stage.log.producers.entry(id)?.lastSequence ?? -1) + 1;
      for (const each of steps) {
        if ('send' in each)
          stage.send(next(each.id), { id: each.id, records: each.send, transactional: each.id > 1 });
        else if ('end' in each) stage.end(each.end, 0, 0, 0, each.id);
        else if ('cutBack' in each) {
          stage.log.truncateTo(Math.max(0, stage.log.logEndOffset - each.cutBack), stage.out);
        } else if ('roll' in each) stage.log.roll();
        else if ('replicate' in each) stage.replicate();
        else if (each.reopen) {
          const { highWatermark } = stage.log;
          stage.log.close();
          stage.settle();
          stage.open({ wasClean: true, highWatermark });
        } else stage.open({ wasClean: false, highWatermark: stage.log.highWatermark });
        expectFromBatches(stage);
      }
    });
    fc.assert(property, { numRuns: 150 });
  });
});

/** A follower that copies every batch knows the same. */
function expectFromBatches(stage: ProducerStage): void {
  const follower = new ProducerStage();
  const batches = [...stage.log.batches(0)];
  if (batches.length > 0) follower.log.appendAsFollower(batches, 100, follower.out);
  follower.log.advanceHighWatermark(stage.log.highWatermark, 0, false, follower.out);
  expect(stage.known()).toEqual(follower.known());
  const { logEndOffset } = stage.log;
  expect(stage.log.producers.abortedBetween(0, logEndOffset)).toEqual(
    follower.log.producers.abortedBetween(0, logEndOffset),
  );
  // A snapshot, Kafka's too, does not say which transactions have ended below it and are not replicated yet. A cut
  // within a batch leaves an end that no batch has.
  const hasSnapshots = stage.disk.list('/data/orders-0').some((name) => name.endsWith('.snapshot'));
  if (!hasSnapshots && follower.log.logEndOffset === logEndOffset) {
    expect(stage.log.lastStableOffset).toBe(follower.log.lastStableOffset);
  }
  expect(stage.log.lastStableOffset).toBeLessThanOrEqual(stage.log.highWatermark);
}
