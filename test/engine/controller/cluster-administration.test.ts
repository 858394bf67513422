import { describe, expect, it } from 'vitest';
import {
  type AllocateProducerIdsResponse,
  ApiKey,
  ErrorCode,
  type UnregisterBrokerResponse,
} from '../../../engine/wire/index.ts';
import { Stage } from './stage.ts';

function withTopic(): Stage {
  const stage = new Stage();
  stage.start(1, 2, 3);
  stage.createTopic('t', [[1, 2, 3]]);
  return stage;
}

describe('UnregisterBroker', () => {
  const unregister = (stage: Stage, brokerId: number) =>
    stage.call<UnregisterBrokerResponse>(ApiKey.UnregisterBroker, 0, { brokerId });

  it('takes the broker out of its ISRs and leaderships, and forgets it; it stays a replica', () => {
    const stage = withTopic();
    expect(unregister(stage, 1)).toEqual({ throttleTimeMs: 0, errorCode: 0, errorMessage: null });
    expect(stage.image.broker(1)).toBeUndefined();
    expect(stage.partition('t')).toMatchObject({ replicas: [1, 2, 3], isr: [2, 3], leader: 2 });
    expect(unregister(stage, 1)).toMatchObject({
      errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED,
      errorMessage: 'Broker ID 1 is not currently registered',
    });
  });

  it('leaves a broker that is still alive with an epoch that counts no more', () => {
    const stage = withTopic();
    unregister(stage, 2);
    expect(stage.heartbeat(2).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
    expect(stage.register(2, { life: 2 }).errorCode).toBe(0);
    expect(stage.heartbeat(2)).toMatchObject({ errorCode: 0, isFenced: false });
  });

  it('lets a broker go that is fenced', () => {
    const stage = withTopic();
    stage.expire(3);
    expect(unregister(stage, 3).errorCode).toBe(0);
    expect(stage.partition('t').isr).toEqual([1, 2]);
    stage.advance(60_000_000);
  });
});

describe('AllocateProducerIds', () => {
  const allocate = (stage: Stage, brokerId: number, brokerEpoch = stage.epochOf(brokerId)) =>
    stage.call<AllocateProducerIdsResponse>(ApiKey.AllocateProducerIds, 0, { brokerId, brokerEpoch });

  it('gives blocks of a thousand that nobody else has, also after a failover', () => {
    const stage = withTopic();
    expect(allocate(stage, 1)).toMatchObject({ errorCode: 0, producerIdStart: 0, producerIdLen: 1_000 });
    expect(allocate(stage, 2)).toMatchObject({ errorCode: 0, producerIdStart: 1_000, producerIdLen: 1_000 });
    stage.failOver();
    expect(allocate(stage, 1)).toMatchObject({ errorCode: 0, producerIdStart: 2_000 });
    expect(stage.image.producerIdsOwner).toEqual({ brokerId: 1, brokerEpoch: stage.epochOf(1) });
  });

  it('gives none to a broker in an epoch that is over, nor to one that is not there', () => {
    const stage = withTopic();
    const before = stage.epochOf(1);
    stage.expire(1);
    expect(stage.register(1, { life: 2 }).errorCode).toBe(0);
    expect(allocate(stage, 1, before).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
    expect(allocate(stage, 9, 7).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
    expect(stage.image.nextProducerId).toBe(0);
  });

  it('answers only once the block is committed', () => {
    const stage = withTopic();
    const body = { brokerId: 1, brokerEpoch: stage.epochOf(1) };
    const id = stage.ask(ApiKey.AllocateProducerIds, 0, body);
    stage.append();
    expect(stage.answers.has(id)).toBe(false);
    stage.commit();
    expect(stage.answers.get(id)).toMatchObject({ errorCode: 0 });
  });
});
