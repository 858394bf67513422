import { describe, expect, it } from 'vitest';
import { ELR_VERSION, SUPPORTED_FEATURES } from '../../../engine/metadata/index.ts';
import {
  ApiKey,
  type ControllerRegistrationResponse,
  controllerRegistrationRequest,
  ErrorCode,
  make,
} from '../../../engine/wire/index.ts';
import { directoryOf, SECOND, Stage } from './stage.ts';

describe('a broker that registers', () => {
  it('is fenced, and its epoch is the offset of its record', () => {
    const stage = new Stage();
    const end = stage.logEndOffset;
    const answer = stage.register(1, { rack: 'r1' });
    expect(answer).toMatchObject({ errorCode: 0, brokerEpoch: end });
    expect(stage.image.broker(1)).toMatchObject({
      epoch: end,
      rack: 'r1',
      host: 'b1',
      port: 9092,
      fenced: true,
      directories: [directoryOf(1)],
    });
    expect(stage.image.registrationOffset(1)).toBe(end);
  });

  it('again in the same incarnation keeps its epoch and its state (KAFKA-16952)', () => {
    const stage = new Stage();
    stage.start(1);
    const before = stage.epochOf(1);
    expect(stage.register(1)).toMatchObject({ errorCode: 0, brokerEpoch: before });
    expect(stage.image.broker(1)).toMatchObject({ epoch: before, fenced: false });
  });

  it('while another process with its id lives is a duplicate, until the session of that one ends', () => {
    const stage = new Stage();
    stage.start(1);
    expect(stage.register(1, { life: 1 }).errorCode).toBe(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
    stage.advance(10 * SECOND);
    const answer = stage.register(1, { life: 1 });
    expect(answer.errorCode).toBe(0);
    expect(stage.image.broker(1)).toMatchObject({ epoch: answer.brokerEpoch, fenced: true });
  });

  it('before anybody heard of the first, is no duplicate: that one never had a session', () => {
    const stage = new Stage();
    const first = stage.register(1);
    const second = stage.register(1, { life: 1 });
    expect(second.errorCode).toBe(0);
    expect(second.brokerEpoch).toBeGreaterThan(first.brokerEpoch);
  });

  it('is refused for another cluster, wrong directories, or features it lacks', () => {
    const stage = new Stage();
    stage.register(2);
    const codes = [
      stage.register(1, { clusterId: 'other' }),
      stage.register(1, { logDirs: [] }),
      stage.register(1, { logDirs: [directoryOf(1), directoryOf(1)] }),
      stage.register(1, { logDirs: ['AAAAAAAAAAAAAAAAAAAAAQ'] }),
      stage.register(1, { logDirs: [directoryOf(2)] }),
      stage.register(1, { features: [] }),
      stage.register(1, { features: [SUPPORTED_FEATURES[0]] }),
      stage.register(1, {
        features: [{ name: 'metadata.version', minSupportedVersion: 1, maxSupportedVersion: 20 }],
      }),
    ].map((answer) => answer.errorCode);
    expect(codes).toEqual([
      ErrorCode.INCONSISTENT_CLUSTER_ID,
      ErrorCode.INVALID_REGISTRATION,
      ErrorCode.INVALID_REGISTRATION,
      ErrorCode.INVALID_REGISTRATION,
      ErrorCode.INVALID_REGISTRATION,
      ErrorCode.INVALID_REGISTRATION,
      ErrorCode.UNSUPPORTED_VERSION,
      ErrorCode.UNSUPPORTED_VERSION,
    ]);
    expect(stage.image.broker(1)).toBeUndefined();
  });
});

describe('a new incarnation of a broker', () => {
  /** Minimum ISR 2: with brokers 2 and 3 out of the ISR they are in the ELR. */
  function withElr(): Stage {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' });
    stage.expire(3);
    stage.expire(2);
    expect(stage.partition('t')).toMatchObject({ isr: [1], elr: [2], leader: 1 });
    return stage;
  }

  it('stays in the ELR after a clean shutdown: it says the epoch it shut down in', () => {
    const stage = withElr();
    stage.register(2, { life: 1, previousBrokerEpoch: stage.epochOf(2) });
    expect(stage.partition('t').elr).toEqual([2]);
  });

  it('leaves the ELR after an unclean one (KAFKA-18635)', () => {
    const stage = withElr();
    stage.register(2, { life: 1 });
    expect(stage.partition('t')).toMatchObject({ isr: [1], elr: [] });
  });

  it('is unclean when it speaks a version that cannot tell', () => {
    const stage = withElr();
    stage.register(2, { life: 1, previousBrokerEpoch: stage.epochOf(2), version: 2 });
    expect(stage.partition('t').elr).toEqual([]);
  });

  it('leaves the ELR of a partition that it led before it was fenced', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]], { 'min.insync.replicas': '2' });
    stage.alterIsr('t', [1]);
    expect(stage.partition('t')).toMatchObject({ isr: [1], elr: [2] });
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], elr: [1] });
    stage.register(1, { life: 1 });
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], elr: [] });
  });

  it('without ELR leaves the ISR like a fenced broker, but for the last member of it', () => {
    const stage = new Stage({ [ELR_VERSION]: 0 });
    stage.register(1);
    stage.heartbeat(1);
    stage.start(2);
    stage.createTopic('t', [[1, 2]]);
    stage.createTopic('alone', [[1]]);
    stage.advance(10 * SECOND);
    stage.register(1, { life: 1 });
    expect(stage.partition('alone')).toMatchObject({ leader: -1, isr: [1], elr: [] });
    stage.heartbeat(1);
    expect(stage.partition('alone')).toMatchObject({ leader: 1, isr: [1] });
  });
});

describe('an unclean restart that nobody noticed', () => {
  it('takes the broker out of the ISR: its disk may lack what it acknowledged (KAFKA-18635)', () => {
    const stage = new Stage();
    stage.start(2);
    // Broker 1 is unfenced, and the controller fails over before its session ends: no fencing cleans up.
    stage.start(1);
    stage.createTopic('t', [[1, 2]], { 'min.insync.replicas': '2' });
    stage.expire(1);
    stage.heartbeat(1);
    stage.alterIsr('t', [1, 2]);
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [1, 2], elr: [] });
    stage.advance(9 * SECOND);
    stage.heartbeat(2);
    // The session of 1 is over by a hair, the sweep that would fence it has not run.
    stage.now += 1_000;
    stage.register(1, { life: 1 });
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], elr: [] });
    expect(stage.image.broker(1)?.fenced).toBe(true);
  });
});

describe('a controller that registers', () => {
  it('is in the image with its listener', () => {
    const stage = new Stage();
    const body = make(controllerRegistrationRequest, {
      controllerId: 102,
      incarnationId: directoryOf(7),
      listeners: [{ name: 'CONTROLLER', host: 'c102', port: 9093, securityProtocol: 0 }],
      features: SUPPORTED_FEATURES,
    });
    const answer = stage.call<ControllerRegistrationResponse>(ApiKey.ControllerRegistration, 0, body);
    expect(answer).toEqual({ throttleTimeMs: 0, errorCode: 0, errorMessage: null });
    expect(stage.image.controllers.get(102)).toMatchObject({ host: 'c102', port: 9093 });
  });
});
