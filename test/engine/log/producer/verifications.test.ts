import { describe, expect, it } from 'vitest';
import { isLogFailure } from '../../../../engine/log/index.ts';
import { buildBatch, buildControlBatch, ControlType } from '../../../../engine/records/index.ts';
import { errorName } from '../../../../engine/wire/index.ts';
import { bytesOf, LogStage } from '../stage.ts';

const ID = 7;
const DAY_MS = 86_400_000;

/** A partition that a transactional producer writes to, as far as its leader asks before it appends. */
class VerifiedStage extends LogStage {
  begin(epoch: number, sequence: number, bumpsEpoch = true): number {
    return this.log.producers.beginVerification(ID, epoch, sequence, bumpsEpoch);
  }

  isVerified(epoch: number, guard: number): boolean {
    return this.log.producers.isVerified(ID, epoch, guard);
  }

  /** The base offset, or the name of the error. */
  send(epoch: number, baseSequence: number): number | string {
    const batch = buildBatch({ producerId: ID, producerEpoch: epoch, baseSequence, isTransactional: true }, [
      { timestamp: 1_000, key: null, value: bytesOf('v') },
    ]);
    const appended = this.log.appendAsLeader([batch], 0, this.out);
    return isLogFailure(appended) ? errorName(appended.errorCode) : appended.baseOffset;
  }

  end(epoch: number, version: number): void {
    const options = { producerId: ID, producerEpoch: epoch, isTransactional: true };
    const marker = { type: ControlType.ABORT, message: { coordinatorEpoch: 0 } };
    const batch = buildControlBatch(options, 1_000, [marker]);
    const ended = this.log.appendAsLeader([batch], 0, this.out, 'coordinator', version);
    expect(isLogFailure(ended)).toBe(false);
  }
}

describe('a transaction that is verified before it writes', () => {
  it('is asked about until its first batch is there', () => {
    const stage = new VerifiedStage();
    const guard = stage.begin(0, 0);
    expect(guard).toBeGreaterThan(0);
    expect(stage.begin(0, 1)).toBe(guard);
    expect(stage.isVerified(0, guard)).toBe(true);
    expect(stage.send(0, 0)).toBe(0);
    expect(stage.begin(0, 1)).toBe(-1);
    expect(stage.isVerified(0, guard)).toBe(true);
  });

  it('is not written to when it ends meanwhile, also when the next one is asked about (KIP-890)', () => {
    const stage = new VerifiedStage();
    const guard = stage.begin(0, 0, false);
    stage.end(0, 0);
    expect(stage.isVerified(0, guard)).toBe(false);
    const next = stage.begin(0, 0, false);
    expect(stage.isVerified(0, guard)).toBe(false);
    expect(stage.isVerified(0, next)).toBe(true);
  });

  it('is not ended by the marker of the one before, which has its epoch in version 2', () => {
    const stage = new VerifiedStage();
    stage.begin(4, 0);
    stage.send(4, 0);
    const guard = stage.begin(5, 0);
    stage.end(5, 2);
    expect(stage.isVerified(5, guard)).toBe(true);
    stage.end(6, 2);
    expect(stage.isVerified(5, guard)).toBe(true);
    expect(stage.send(5, 0)).toBe('INVALID_PRODUCER_EPOCH');
  });

  it('does not let a batch overtake one that was refused for a reason that passes (KAFKA-14920)', () => {
    const stage = new VerifiedStage();
    stage.begin(0, 3, false);
    stage.begin(0, 4, false);
    expect(stage.send(0, 4)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(stage.send(0, 3)).toBe(0);
    expect(stage.send(0, 4)).toBe(1);
  });

  it('counts the sequences of its own epoch only (KAFKA-14920)', () => {
    const stage = new VerifiedStage();
    stage.begin(0, 3, false);
    stage.begin(1, 5, false);
    stage.begin(0, 1, false);
    expect(stage.send(1, 5)).toBe(0);
  });

  it('begins at 0 in version 2 when nobody knows its producer', () => {
    const stage = new VerifiedStage();
    stage.begin(0, 3);
    expect(stage.send(0, 3)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  });

  it('of an old epoch is told that, and not that it must be verified (KAFKA-19690)', () => {
    const stage = new VerifiedStage();
    const guard = stage.begin(0, 0);
    stage.begin(1, 0);
    stage.send(1, 0);
    expect(stage.begin(0, 0)).toBe(-1);
    expect(stage.isVerified(0, guard)).toBe(true);
    expect(stage.send(0, 0)).toBe('INVALID_PRODUCER_EPOCH');
  });

  it('is forgotten when it never comes to an end', () => {
    const stage = new VerifiedStage();
    const guard = stage.begin(0, 0);
    stage.log.producers.expire(stage.wallMs + DAY_MS - 1, DAY_MS, stage.out);
    expect(stage.isVerified(0, guard)).toBe(true);
    stage.log.producers.expire(stage.wallMs + DAY_MS, DAY_MS, stage.out);
    expect(stage.isVerified(0, guard)).toBe(false);
  });
});
