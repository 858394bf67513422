import { describe, expect, it } from 'vitest';
import { ConfigResource, ELR_VERSION, METADATA_VERSION } from '../../../engine/metadata/index.ts';
import { ApiKey, type BrokerRegistrationResponse, ErrorCode } from '../../../engine/wire/index.ts';
import { SECOND, Stage } from './stage.ts';

describe('an active controller', () => {
  it('gives an empty log the features of the format, in a transaction', () => {
    const stage = new Stage();
    const types = stage.log.map(({ record }) => record.type);
    expect(types[0]).toBe('BeginTransactionRecord');
    expect(types.at(-1)).toBe('EndTransactionRecord');
    expect(stage.image.featureLevel(METADATA_VERSION)).toBe(33);
    expect(stage.image.featureLevel(ELR_VERSION)).toBe(1);
  });

  it('pins min.insync.replicas for the cluster when ELR is on, and only then', () => {
    const on = new Stage({ static: { 'min.insync.replicas': 2 } });
    expect(on.image.configs(ConfigResource.BROKER, '').get('min.insync.replicas')).toBe('2');
    const off = new Stage({ [ELR_VERSION]: 0 });
    expect(off.image.configs(ConfigResource.BROKER, '').size).toBe(0);
    expect(off.image.features.has(ELR_VERSION)).toBe(false);
  });

  it('writes nothing more into a log that has features', () => {
    const stage = new Stage();
    const end = stage.logEndOffset;
    stage.failOver();
    expect(stage.logEndOffset).toBe(end);
  });

  it('writes a NoOpRecord every metadata.max.idle.interval.ms', () => {
    const stage = new Stage({ 'metadata.max.idle.interval.ms': 500 });
    const before = stage.log.length;
    stage.advance(2 * SECOND);
    expect(stage.log.slice(before).map(({ record }) => record.type)).toEqual(new Array(4).fill('NoOpRecord'));
  });

  it('answers NOT_CONTROLLER, and nothing else, while it does not lead', () => {
    const stage = new Stage();
    stage.controller.resign(stage.out);
    const id = stage.ask(ApiKey.BrokerRegistration, 4, stage.registration(1));
    expect((stage.answers.get(id) as BrokerRegistrationResponse).errorCode).toBe(ErrorCode.NOT_CONTROLLER);
    expect(stage.controller.isActive).toBe(false);
    expect(stage.armed.size).toBe(0);
  });
});

describe('what is not committed', () => {
  it('is not answered, is seen by the next decision, and is told once it is committed', () => {
    const stage = new Stage();
    const first = stage.ask(ApiKey.BrokerRegistration, 4, stage.registration(1));
    const second = stage.ask(ApiKey.BrokerRegistration, 4, stage.registration(1));
    stage.append();
    expect(stage.answers.size).toBe(0);
    expect(stage.factsOf('broker changed')).toHaveLength(0);
    stage.commit();
    const epochs = [first, second].map(
      (id) => (stage.answers.get(id) as BrokerRegistrationResponse).brokerEpoch,
    );
    // The second saw the first, of the same incarnation, and kept its epoch.
    expect(epochs[0]).toBe(epochs[1]);
    expect(stage.factsOf('broker changed')).toHaveLength(2);
  });

  it('includes a record right at the high watermark, which is exclusive', () => {
    const stage = new Stage();
    const id = stage.ask(ApiKey.BrokerRegistration, 4, stage.registration(1));
    stage.append();
    stage.controller.onCommitted(stage.logEndOffset - 1, stage.out);
    expect(stage.answers.has(id)).toBe(false);
    stage.controller.onCommitted(stage.logEndOffset, stage.out);
    expect(stage.answers.has(id)).toBe(true);
  });

  it('holds back an answer that rests on it, even one without records', () => {
    const stage = new Stage();
    stage.start(1);
    const create = stage.ask(ApiKey.CreateTopics, 7, {
      topics: [{ name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    const heartbeat = stage.ask(ApiKey.BrokerHeartbeat, 1, stage.heartbeatBody(1));
    stage.append();
    expect(stage.answers.has(heartbeat)).toBe(false);
    stage.commit();
    expect(stage.answers.has(create) && stage.answers.has(heartbeat)).toBe(true);
  });

  it('is dropped with the leadership, and whoever waits is sent to look for the new leader', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('kept', [[1, 2]]);
    const id = stage.ask(ApiKey.AlterPartition, 3, stage.isrChange('kept', [1]));
    stage.append();
    expect(stage.controller.image?.partition(stage.topicId('kept'), 0)?.isr).toEqual([1]);
    stage.failOver();
    expect(stage.answers.get(id)).toMatchObject({ errorCode: ErrorCode.NOT_CONTROLLER });
    expect(stage.controller.image?.partition(stage.topicId('kept'), 0)?.isr).toEqual([1, 2]);
    expect(stage.alterIsr('kept', [1]).errorCode).toBe(0);
    expect(stage.probes).toContain('controller: uncommitted decisions dropped');
  });
});
