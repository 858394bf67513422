import { describe, expect, it } from 'vitest';
import { ELR_VERSION, METADATA_VERSION } from '../../../engine/metadata/index.ts';
import {
  type AlterPartitionResponse,
  ApiKey,
  alterPartitionRequest,
  ErrorCode,
  make,
} from '../../../engine/wire/index.ts';
import { Stage } from './stage.ts';

/** Three brokers, one topic on all of them led by 1, and a fourth broker beside. */
function threeReplicas(configs: Record<string, string> = {}): Stage {
  const stage = new Stage();
  stage.start(1, 2, 3, 4);
  stage.createTopic('t', [[1, 2, 3]], configs);
  return stage;
}

describe('a leader that asks for a change of its ISR', () => {
  it('is given it, with a partition epoch that rises and a leader epoch that does not', () => {
    const stage = threeReplicas();
    const before = stage.partition('t');
    const shrunk = stage.alterIsr('t', [1, 2]);
    expect(shrunk).toMatchObject({ errorCode: 0, isr: [1, 2], leaderId: 1, leaderEpoch: before.leaderEpoch });
    expect(shrunk.partitionEpoch).toBe(before.partitionEpoch + 1);
    const grown = stage.alterIsr('t', [3, 2, 1]);
    expect(grown).toMatchObject({ errorCode: 0, isr: [1, 2, 3], partitionEpoch: before.partitionEpoch + 2 });
    expect(stage.partition('t').isr).toEqual([1, 2, 3]);
  });

  it('changes nothing and writes nothing when it asks for what there is', () => {
    const stage = threeReplicas();
    const end = stage.logEndOffset;
    expect(stage.alterIsr('t', [3, 1, 2])).toMatchObject({ errorCode: 0, partitionEpoch: 0 });
    expect(stage.logEndOffset).toBe(end);
  });

  it('raises the leader epoch when the ISR shrinks, and only then, before metadata.version 3.6', () => {
    const stage = new Stage({ [METADATA_VERSION]: 11, [ELR_VERSION]: 0 });
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    expect(stage.alterIsr('t', [1])).toMatchObject({ errorCode: 0, leaderId: 1, leaderEpoch: 1 });
    expect(stage.alterIsr('t', [1, 2])).toMatchObject({ errorCode: 0, leaderEpoch: 1 });
  });

  it('may speak version 2, which knows no broker epochs', () => {
    const stage = threeReplicas();
    const change = make(alterPartitionRequest, {
      brokerId: 1,
      brokerEpoch: stage.epochOf(1),
      topics: [{ topicId: stage.topicId('t'), partitions: [{ partitionIndex: 0, newIsr: [1, 3] }] }],
    });
    const answer = stage.call<AlterPartitionResponse>(ApiKey.AlterPartition, 2, change);
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, isr: [1, 3] });
  });

  it('is answered at once when it asks for nothing', () => {
    const stage = threeReplicas();
    const body = make(alterPartitionRequest, { brokerId: 77, brokerEpoch: 1, topics: [] });
    expect(stage.call(ApiKey.AlterPartition, 3, body)).toMatchObject({ errorCode: 0, topics: [] });
  });
});

describe('a change of the ISR is refused', () => {
  it('as a whole when the sender is not the broker that is registered (STALE_BROKER_EPOCH)', () => {
    const stage = threeReplicas();
    const stale = stage.alterIsr('t', [1, 2], { senderEpoch: stage.epochOf(1) - 1 });
    expect(stale.topError).toBe(ErrorCode.STALE_BROKER_EPOCH);
    const unknown = stage.alterIsr('t', [1, 2], { sender: 9, senderEpoch: 1 });
    expect(unknown.topError).toBe(ErrorCode.STALE_BROKER_EPOCH);
  });

  it('for a topic id that nobody has (UNKNOWN_TOPIC_ID)', () => {
    const stage = threeReplicas();
    const topicId = 'QUFBQUFBQUFBQUFBQUFBQQ';
    expect(stage.alterIsr('t', [1], { topicId }).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
  });

  it('for a partition that the topic does not have (UNKNOWN_TOPIC_OR_PARTITION)', () => {
    const stage = threeReplicas();
    const answer = stage.alterIsr('t', [1], { index: 5, sender: 1 });
    expect(answer.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('with NOT_CONTROLLER when the leader is ahead, by either epoch', () => {
    const stage = threeReplicas();
    expect(stage.alterIsr('t', [1], { leaderEpoch: 1 }).errorCode).toBe(ErrorCode.NOT_CONTROLLER);
    expect(stage.alterIsr('t', [1], { partitionEpoch: 1 }).errorCode).toBe(ErrorCode.NOT_CONTROLLER);
  });

  it('with NOT_CONTROLLER rather than INVALID_UPDATE_VERSION when one epoch is ahead and one behind', () => {
    const stage = threeReplicas();
    stage.alterIsr('t', [1, 2]);
    const answer = stage.alterIsr('t', [1], { leaderEpoch: 1, partitionEpoch: 0 });
    expect(answer.errorCode).toBe(ErrorCode.NOT_CONTROLLER);
  });

  it('with FENCED_LEADER_EPOCH when the leader epoch is behind, whoever asks', () => {
    const stage = threeReplicas();
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: 2, leaderEpoch: 1 });
    const answer = stage.alterIsr('t', [2], { sender: 3, leaderEpoch: 0 });
    expect(answer.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
  });

  it('with INVALID_REQUEST when the sender does not lead', () => {
    const stage = threeReplicas();
    expect(stage.alterIsr('t', [1, 2], { sender: 2 }).errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('with INVALID_UPDATE_VERSION when the partition epoch is behind: it crossed another change', () => {
    const stage = threeReplicas();
    stage.alterIsr('t', [1, 2]);
    const answer = stage.alterIsr('t', [1, 2, 3], { partitionEpoch: 0 });
    expect(answer.errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(stage.partition('t').isr).toEqual([1, 2]);
  });

  it('with INVALID_REQUEST when the ISR is not made of replicas, each once, or lacks the leader', () => {
    const stage = threeReplicas();
    for (const isr of [[1, 4], [1, 1], [1, 2, 2], [2, 3], []]) {
      expect(stage.alterIsr('t', isr).errorCode, `isr ${isr}`).toBe(ErrorCode.INVALID_REQUEST);
    }
  });

  it('with INVALID_REQUEST when a leader that is recovering asks for company', () => {
    const stage = threeReplicas();
    const answer = stage.alterIsr('t', [1, 2], { leaderRecoveryState: 1 });
    expect(answer.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('with INVALID_REQUEST when one that was elected uncleanly asks for company before it recovered', () => {
    const stage = threeReplicas({ 'unclean.leader.election.enable': 'true' });
    stage.alterIsr('t', [1]);
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: 2, leaderRecoveryState: 'RECOVERING' });
    const early = stage.alterIsr('t', [2, 3], { leaderRecoveryState: 1 });
    expect(early.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect(stage.alterIsr('t', [2, 3])).toMatchObject({ errorCode: 0, leaderRecoveryState: 0, isr: [2, 3] });
  });

  it('with INVALID_REQUEST when a leader that had recovered says that it is recovering', () => {
    const stage = threeReplicas();
    const answer = stage.alterIsr('t', [1], { leaderRecoveryState: 1 });
    expect(answer.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('with INELIGIBLE_REPLICA for a member that is fenced (KIP-841, KAFKA-13916)', () => {
    const stage = threeReplicas();
    stage.expire(3);
    expect(stage.partition('t').isr).toEqual([1, 2]);
    expect(stage.alterIsr('t', [1, 2, 3]).errorCode).toBe(ErrorCode.INELIGIBLE_REPLICA);
    expect(stage.partition('t').isr).toEqual([1, 2]);
  });

  it('with INELIGIBLE_REPLICA for a member that is shutting down', () => {
    const stage = threeReplicas();
    stage.createTopic('led-by-3', [[3]]);
    stage.heartbeat(3, { wantShutDown: true });
    expect(stage.image.broker(3)).toMatchObject({ fenced: false, inControlledShutdown: true });
    expect(stage.alterIsr('t', [1, 2, 3]).errorCode).toBe(ErrorCode.INELIGIBLE_REPLICA);
  });

  it('with INELIGIBLE_REPLICA for a member in another incarnation than the leader saw (KIP-903)', () => {
    const stage = threeReplicas();
    stage.alterIsr('t', [1, 2]);
    const seen = stage.epochOf(3);
    stage.expire(3);
    stage.register(3, { life: 1 });
    stage.heartbeat(3);
    expect(stage.image.broker(3)?.fenced).toBe(false);
    const old = stage.alterIsr('t', [1, 2, 3], { memberEpochs: { 3: seen } });
    expect(old.errorCode).toBe(ErrorCode.INELIGIBLE_REPLICA);
    expect(stage.alterIsr('t', [1, 2, 3], { memberEpochs: { 3: -1 } }).errorCode).toBe(0);
  });
});

describe('several partitions in one request', () => {
  it('are judged each on its own', () => {
    const stage = threeReplicas();
    stage.createTopic('u', [
      [1, 2],
      [1, 3],
    ]);
    const good = stage.isrChange('t', [1, 2]);
    const bad = stage.isrChange('u', [1, 4]);
    const other = stage.isrChange('u', [1], { index: 1 });
    const partitions = [...(bad.topics[0]?.partitions ?? []), ...(other.topics[0]?.partitions ?? [])];
    const topics = [good.topics[0], { topicId: stage.topicId('u'), partitions }];
    const answer = stage.call<AlterPartitionResponse>(ApiKey.AlterPartition, 3, { ...good, topics });
    const errors = answer.topics.map((topic) => topic.partitions.map((partition) => partition.errorCode));
    expect(errors).toEqual([[0], [ErrorCode.INVALID_REQUEST, 0]]);
    expect(stage.partition('u', 1).isr).toEqual([1]);
  });
});
