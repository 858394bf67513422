import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { RuntimeStage } from './runtime-stage.ts';

const a = { key: 'a', value: '1' };
const b = { key: 'b', value: '2' };

describe('coordinator runtime', () => {
  it('answers a write when its records are replicated, and reads only what is', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 5);
    stage.write('first', 0, [a]);
    expect(stage.settled).toEqual([]);
    expect(stage.state(0)).toEqual(['a=1']);
    expect(stage.read(0)).toEqual([]);
    stage.replicate(0);
    expect(stage.settled).toEqual([{ name: 'first', errorCode: ErrorCode.NONE }]);
    expect(stage.read(0)).toEqual(['a=1']);
  });

  it('lets an answer without records wait for what it may have seen', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 5);
    stage.write('early look', 0, []);
    stage.write('write', 0, [a]);
    stage.write('look', 0, []);
    expect(stage.settled.map(({ name }) => name)).toEqual(['early look']);
    stage.replicate(0);
    expect(stage.settled.map(({ name }) => name)).toEqual(['early look', 'write', 'look']);
  });

  it('is NOT_COORDINATOR of what it does not lead, and loading while it replays', () => {
    const stage = new RuntimeStage();
    stage.write('elsewhere', 3, [a]);
    expect(stage.read(3)).toBe(ErrorCode.NOT_COORDINATOR);
    stage.runtime.onElected(stage.now, 3, 1, stage.out);
    stage.write('too early', 3, [a]);
    expect(stage.read(3)).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    stage.run(0);
    expect(stage.read(3)).toEqual([]);
    expect(stage.settled).toEqual([
      { name: 'elsewhere failed', errorCode: ErrorCode.NOT_COORDINATOR },
      { name: 'too early failed', errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS },
    ]);
  });

  it('takes a failed append back and tells the code of the log', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 5);
    stage.write('kept', 0, [a]);
    stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
    stage.write('lost', 0, [{ key: 'a', value: '9' }, b]);
    expect(stage.settled).toEqual([{ name: 'lost', errorCode: ErrorCode.NOT_ENOUGH_REPLICAS }]);
    expect(stage.state(0)).toEqual(['a=1']);
  });

  it('does not take back what timed out: it may be replicated yet', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 5);
    stage.write('slow', 0, [a]);
    stage.run(4 * SECOND);
    stage.write('later', 0, [b]);
    stage.run(1 * SECOND);
    expect(stage.settled).toEqual([{ name: 'slow', errorCode: ErrorCode.REQUEST_TIMED_OUT }]);
    expect(stage.state(0)).toEqual(['a=1', 'b=2']);
    stage.run(4 * SECOND);
    expect(stage.settled.map(({ name }) => name)).toEqual(['slow', 'later']);
    stage.replicate(0);
    expect(stage.settled).toHaveLength(2);
    expect(stage.read(0)).toEqual(['a=1', 'b=2']);
  });

  it('refuses an atomic write that no batch can hold, and spreads one that may be spread', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 5);
    stage.log.maxBytes = 120;
    const many = Array.from({ length: 10 }, (_, i) => ({ key: `k${i}`, value: 'some value' }));
    stage.write('atomic', 0, many);
    expect(stage.settled).toEqual([{ name: 'atomic', errorCode: ErrorCode.MESSAGE_TOO_LARGE }]);
    expect(stage.state(0)).toEqual([]);
    stage.write('spread', 0, many, false);
    stage.replicate(0);
    expect(stage.settled.at(-1)).toEqual({ name: 'spread', errorCode: ErrorCode.NONE });
    expect(stage.log.partition(0).batches.length).toBeGreaterThan(2);
    expect(stage.state(0)).toHaveLength(10);
  });

  it('answers everything that waits when another broker is elected', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 5);
    const shard = stage.runtime.view(0)?.shard;
    stage.write('waiting', 0, [a]);
    stage.runtime.onResigned(stage.now, 0, 5, stage.out);
    expect(stage.settled).toEqual([]);
    stage.runtime.onResigned(stage.now, 0, 6, stage.out);
    expect(stage.settled).toEqual([{ name: 'waiting', errorCode: ErrorCode.NOT_COORDINATOR }]);
    expect(shard?.events).toEqual(['loaded', 'unloaded']);
    expect(stage.read(0)).toBe(ErrorCode.NOT_COORDINATOR);
    const told = stage.out.facts.filter(({ fact }) => fact.startsWith('coordinator')).map(({ fact }) => fact);
    expect(told).toEqual(['coordinator loaded', 'coordinator unloaded']);
  });

  it('pays no heed to elections of the past, and keeps its shard over one of its own', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 5);
    stage.write('one', 0, [a]);
    stage.lead(0, 4);
    stage.lead(0, 7);
    expect(stage.runtime.leaderEpoch(0)).toBe(7);
    expect(stage.state(0)).toEqual(['a=1']);
    stage.runtime.onResigned(stage.now, 0, 6, stage.out);
    expect(stage.runtime.activePartitions()).toEqual([0]);
    stage.runtime.onResigned(stage.now, 0, null, stage.out);
    expect(stage.runtime.activePartitions()).toEqual([]);
  });

  it('loads in steps, ends transactions by their markers and passes over records of unknown types', () => {
    const before = new RuntimeStage();
    before.lead(0, 1);
    before.write('plain', 0, [a, { key: 'x from the future', value: '?' }]);
    before.writeInTransaction('pending', 0, 11, [b]);
    before.writeInTransaction('committed', 0, 12, [{ key: 'c', value: '3' }]);
    before.writeInTransaction('aborted', 0, 13, [{ key: 'd', value: '4' }]);
    before.end('commit', 0, 12, true);
    before.end('abort', 0, 13, false);
    before.write('gone', 0, [{ key: 'a', value: null }]);
    const after = new RuntimeStage(before.log, 1);
    after.lead(0, 2);
    expect(after.state(0)).toEqual(['11 b~2', 'c=3']);
    expect(after.read(0)).toEqual([]);
    after.replicate(0);
    expect(after.read(0)).toEqual(['11 b~2', 'c=3']);
    expect(before.log.transactionVersions).toEqual([-1, -1, -1, -1, 2, 2, -1]);
    expect(before.log.guards[1]).toBe('guard of 11');
  });

  it('fails to load what makes no sense, says why, and tries again when elected again', () => {
    const before = new RuntimeStage();
    before.lead(0, 1);
    before.write('broken', 0, [{ key: '!', value: '' }]);
    const after = new RuntimeStage(before.log);
    after.lead(0, 2);
    expect(after.read(0)).toBe(ErrorCode.NOT_COORDINATOR);
    const told = after.out.facts.find(({ fact }) => fact === 'coordinator unloaded');
    expect(told).toMatchObject({ why: '! makes no sense at offset 0' });
    before.log.partition(0).batches.length = 0;
    after.lead(0, 3);
    expect(after.read(0)).toEqual([]);
  });

  it('fails to load a partition that it does not lead any more', () => {
    const stage = new RuntimeStage();
    stage.runtime.onElected(0, 0, 1, stage.out);
    stage.log.partition(0).isLed = false;
    stage.run(0);
    expect(stage.read(0)).toBe(ErrorCode.NOT_COORDINATOR);
  });

  it('reads a partition again into which somebody else has written', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 1);
    stage.write('waiting', 0, [a]);
    stage.log.partition(0).logEndOffset += 3;
    stage.write('out of step', 0, [b]);
    expect(stage.settled).toEqual([
      { name: 'waiting', errorCode: ErrorCode.NOT_COORDINATOR },
      { name: 'out of step', errorCode: ErrorCode.NOT_COORDINATOR },
    ]);
    expect(stage.read(0)).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    stage.run(0);
    expect(stage.state(0)).toEqual(['a=1', 'b=2']);
  });

  it('writes nothing for a transaction that cannot be verified', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 1);
    stage.verdict = ErrorCode.INVALID_TXN_STATE;
    stage.writeInTransaction('unverified', 0, 11, [a]);
    expect(stage.settled).toEqual([{ name: 'unverified failed', errorCode: ErrorCode.INVALID_TXN_STATE }]);
    expect(stage.log.partition(0).batches).toEqual([]);
  });

  it('keeps a transaction open whose marker could not be written', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 1);
    stage.writeInTransaction('pending', 0, 11, [a]);
    stage.log.failNext = ErrorCode.TRANSACTION_COORDINATOR_FENCED;
    stage.end('fenced', 0, 11, true);
    expect(stage.settled).toEqual([{ name: 'fenced', errorCode: ErrorCode.TRANSACTION_COORDINATOR_FENCED }]);
    expect(stage.state(0)).toEqual(['11 a~1']);
    stage.end('elsewhere', 1, 11, true);
    expect(stage.settled.at(-1)).toEqual({ name: 'elsewhere', errorCode: ErrorCode.NOT_COORDINATOR });
  });

  it('runs timers of a shard like requests, until they are cancelled or the shard goes', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 1);
    const { timers } = stage.runtime.view(0)!.shard.context;
    const due = (name: string) => () => stage.decision(name, [{ key: name, value: 'fired' }]);
    timers.schedule(stage.now, 'p', 100 * MS, due('p'), stage.out);
    timers.schedule(stage.now, 'q', 200 * MS, due('q'), stage.out);
    timers.schedule(stage.now, 'r', 300 * MS, due('r'), stage.out);
    timers.schedule(stage.now, 'p', 250 * MS, due('p'), stage.out);
    timers.cancel('q');
    stage.run(200 * MS);
    expect(stage.state(0)).toEqual([]);
    expect([timers.has('p'), timers.has('q')]).toEqual([true, false]);
    stage.run(50 * MS);
    expect(stage.state(0)).toEqual(['p=fired']);
    stage.runtime.onResigned(stage.now, 0, 2, stage.out);
    stage.run(100 * MS);
    expect(stage.log.partition(0).batches).toHaveLength(1);
  });

  it('runs a timer again whose write failed, if it asked for that', () => {
    const stage = new RuntimeStage();
    stage.lead(0, 1);
    const { timers } = stage.runtime.view(0)!.shard.context;
    const due = (name: string) => () => stage.decision(name, [{ key: name, value: 'fired' }]);
    timers.schedule(stage.now, 'once', 10 * MS, due('once'), stage.out);
    stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
    stage.run(10 * MS);
    timers.schedule(stage.now, 'again', 10 * MS, due('again'), stage.out, true);
    stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
    stage.run(10 * MS);
    expect(stage.state(0)).toEqual([]);
    stage.run(500 * MS);
    expect(stage.state(0)).toEqual(['again=fired']);
  });
});
