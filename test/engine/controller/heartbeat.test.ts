import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../engine/wire/index.ts';
import { MS, SECOND, Stage } from './stage.ts';

describe('a heartbeat', () => {
  it('of an unknown broker, or of another epoch, is told STALE_BROKER_EPOCH', () => {
    const stage = new Stage();
    expect(stage.heartbeat(1, { epoch: 7 }).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
    stage.start(1);
    const stale = stage.heartbeat(1, { epoch: stage.epochOf(1) - 1 });
    expect(stale).toMatchObject({
      errorCode: ErrorCode.STALE_BROKER_EPOCH,
      isFenced: true,
      isCaughtUp: false,
    });
  });

  it('leaves a broker fenced that wants to be, and caught up or not it says', () => {
    const stage = new Stage();
    stage.register(1);
    expect(stage.heartbeat(1, { wantFence: true })).toMatchObject({ isFenced: true, isCaughtUp: true });
    expect(stage.image.broker(1)?.fenced).toBe(true);
  });

  it('unfences a broker once it has read its own registration, not before', () => {
    const stage = new Stage();
    const { brokerEpoch } = stage.register(1);
    const early = stage.heartbeat(1, { offset: brokerEpoch - 1 });
    expect(early).toMatchObject({ isFenced: true, isCaughtUp: false });
    expect(stage.image.broker(1)?.fenced).toBe(true);
    expect(stage.heartbeat(1, { offset: brokerEpoch })).toMatchObject({ isFenced: false, isCaughtUp: true });
    expect(stage.image.broker(1)?.fenced).toBe(false);
  });

  it('waits for the registration record itself when clean-up records came before it', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[2, 1]]);
    stage.advance(10 * SECOND);
    const { brokerEpoch } = stage.register(1, { life: 1 });
    const written = stage.image.registrationOffset(1) ?? -1;
    expect(written).toBeGreaterThanOrEqual(brokerEpoch);
    expect(stage.heartbeat(1, { offset: written - 1 }).isFenced).toBe(true);
    expect(stage.heartbeat(1, { offset: written }).isFenced).toBe(false);
  });

  it('fences a broker that asks for it, and one that asks for both is let go at once', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    expect(stage.heartbeat(1, { wantFence: true })).toMatchObject({ isFenced: true, shouldShutDown: false });
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2] });
    stage.heartbeat(2, { wantFence: true, wantShutDown: true });
    expect(stage.image.broker(2)?.fenced).toBe(true);
  });

  it('lets a fenced broker go at once', () => {
    const stage = new Stage();
    stage.register(1);
    const answer = stage.heartbeat(1, { wantShutDown: true });
    expect(answer).toMatchObject({ isFenced: true, shouldShutDown: true });
  });

  it('lets a broker go at once that leads nothing, and takes it out of every ISR', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    const answer = stage.heartbeat(2, { wantShutDown: true });
    expect(answer).toMatchObject({ isFenced: true, shouldShutDown: true });
    expect(stage.image.broker(2)?.fenced).toBe(true);
    expect(stage.partition('t')).toMatchObject({ leader: 1, isr: [1] });
  });
});

describe('a controlled shutdown', () => {
  it('hands on the leaderships, is in the log, and ends when the others have read it (KIP-841)', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 2, 3]]);
    for (const broker of [2, 3]) stage.heartbeat(broker);
    const asked = stage.heartbeat(1, { wantShutDown: true });
    expect(asked).toMatchObject({ isFenced: false, shouldShutDown: false });
    expect(stage.image.broker(1)).toMatchObject({ fenced: false, inControlledShutdown: true });
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 1 });
    const leftAt = stage.logEndOffset - 1;
    // Broker 3 has not read of it: it might still think that 1 leads.
    stage.heartbeat(2);
    stage.heartbeat(3, { offset: leftAt - 1 });
    expect(stage.heartbeat(1, { wantShutDown: true }).shouldShutDown).toBe(false);
    stage.heartbeat(3, { offset: leftAt });
    expect(stage.heartbeat(1, { wantShutDown: true })).toMatchObject({
      isFenced: true,
      shouldShutDown: true,
    });
    // Its way out stays on record until it registers anew.
    expect(stage.image.broker(1)).toMatchObject({ fenced: true, inControlledShutdown: true });
  });

  it('waits while nobody can take a partition over', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('alone', [[1]], { 'min.insync.replicas': '1' });
    stage.createTopic('t', [[1, 2]]);
    stage.heartbeat(1, { wantShutDown: true });
    expect(stage.partition('t').leader).toBe(2);
    // With ELR even the last leader leaves; the partition stays without one until somebody returns.
    expect(stage.partition('alone')).toMatchObject({ leader: -1, isr: [], elr: [1], lastKnownElr: [1] });
  });

  it('does not wait for another broker that is leaving too', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [
      [1, 3],
      [2, 3],
    ]);
    for (const broker of [1, 2]) stage.heartbeat(broker, { wantShutDown: true });
    stage.heartbeat(3);
    for (const broker of [1, 2]) {
      const answer = stage.heartbeat(broker, { wantShutDown: true, offset: 0 });
      expect(answer.shouldShutDown, `broker ${broker}`).toBe(true);
    }
  });

  it('is known to the next controller, which asks for no second record of it', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.heartbeat(1, { wantShutDown: true });
    stage.failOver();
    expect(stage.image.broker(1)?.inControlledShutdown).toBe(true);
    stage.heartbeat(2);
    const answer = stage.heartbeat(1, { wantShutDown: true });
    expect(answer.shouldShutDown).toBe(true);
    const entered = stage.log.filter(
      ({ record }) => record.type === 'BrokerRegistrationChangeRecord' && record.inControlledShutdown === 1,
    );
    expect(entered).toHaveLength(1);
  });
});

describe('a broker that is not heard of', () => {
  it('is fenced after broker.session.timeout.ms, leaves every ISR, and others lead', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.advance(8 * SECOND);
    expect(stage.image.broker(1)?.fenced).toBe(false);
    stage.heartbeat(2);
    stage.advance(2.5 * SECOND);
    expect(stage.image.broker(1)?.fenced).toBe(true);
    expect(stage.image.broker(2)?.fenced).toBe(false);
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 1 });
    expect(stage.factsOf('broker changed').at(-1)).toMatchObject({ broker: 1, fenced: true });
  });

  it('is kept alive by its heartbeats, not by those of an earlier epoch', () => {
    const stage = new Stage();
    stage.start(1);
    for (let step = 0; step < 6; step += 1) {
      stage.advance(2 * SECOND);
      stage.heartbeat(1);
    }
    expect(stage.image.broker(1)?.fenced).toBe(false);
    for (let step = 0; step < 6; step += 1) {
      stage.advance(2 * SECOND);
      stage.heartbeat(1, { epoch: 1 });
    }
    expect(stage.image.broker(1)?.fenced).toBe(true);
  });

  it('is one of two that went at once: fencing the first never elects the second (KAFKA-13173)', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 2, 3]]);
    stage.expire(1, 2);
    expect([1, 2].map((id) => stage.image.broker(id)?.fenced)).toEqual([true, true]);
    expect(stage.partition('t')).toMatchObject({ leader: 3, isr: [3] });
    // At no point of the log is a fenced broker in an ISR.
    const fenced = new Set<number>();
    for (const fact of stage.facts) {
      if (fact.fact === 'broker changed') {
        if (fact.fenced) fenced.add(fact.broker);
        else fenced.delete(fact.broker);
      }
      if (fact.fact === 'partition changed') {
        expect(fact.isr.filter((id) => fenced.has(id))).toEqual([]);
        expect(fenced.has(fact.leader)).toBe(false);
      }
    }
  });

  it('is looked for again ten milliseconds after another was found', () => {
    const stage = new Stage();
    stage.start(1, 2);
    const fenced = () => [1, 2].map((id) => stage.image.broker(id)?.fenced);
    // The sweep runs eight times a session: the first that finds them is at 9/8 of it.
    stage.advance(10_125 * MS);
    expect(fenced()).toEqual([true, false]);
    stage.advance(10 * MS);
    expect(fenced()).toEqual([true, true]);
    expect(stage.probes).toContain('controller: broker session expired');
  });

  it('has a whole session again after a failover, which knows of no heartbeats', () => {
    const stage = new Stage();
    stage.start(1);
    stage.advance(8 * SECOND);
    stage.failOver();
    stage.advance(8 * SECOND);
    expect(stage.image.broker(1)?.fenced).toBe(false);
    stage.advance(3 * SECOND);
    expect(stage.image.broker(1)?.fenced).toBe(true);
  });

  it('leads again what nobody else could, once it is back', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('alone', [[1]]);
    stage.expire(1);
    expect(stage.partition('alone')).toMatchObject({ leader: -1, isr: [], elr: [1] });
    stage.heartbeat(1);
    expect(stage.partition('alone')).toMatchObject({ leader: 1, isr: [1], elr: [], lastKnownElr: [] });
  });
});

describe('a directory that failed', () => {
  it('takes its replicas out of ISRs and leaderships, and the registration forgets it (KIP-858)', () => {
    const stage = new Stage();
    const [one, two] = ['dir-one-aaaaaaaaaaaaaA', 'dir-two-aaaaaaaaaaaaaA'] as const;
    stage.start(2);
    stage.register(1, { logDirs: [one, two] });
    stage.heartbeat(1);
    stage.createTopic('t', [[1, 2]]);
    // With two directories the controller does not know where the replica is: nothing to take out yet.
    stage.heartbeat(1, { offlineLogDirs: [one] });
    expect(stage.image.broker(1)?.directories).toEqual([two]);
    expect(stage.partition('t').leader).toBe(1);
    stage.createTopic('u', [[1, 2]]);
    expect(stage.partition('u').directories[0]).toBe(two);
    stage.heartbeat(1, { offlineLogDirs: [two] });
    expect(stage.partition('u')).toMatchObject({ leader: 2, isr: [2] });
  });
});
