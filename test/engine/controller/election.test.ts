import { describe, expect, it } from 'vitest';
import { ELR_VERSION } from '../../../engine/metadata/index.ts';
import { ApiKey, ElectionType, ErrorCode } from '../../../engine/wire/index.ts';
import { directoryOf, MS, SECOND, Stage } from './stage.ts';

const withoutElr = { [ELR_VERSION]: 0 };
const UNCLEAN = { 'unclean.leader.election.enable': 'true' };

describe('when the leader is fenced', () => {
  it('the first replica of the assignment that is in the ISR leads, in a new leader epoch', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 3, 2]]);
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: 3, isr: [2, 3], leaderEpoch: 1, partitionEpoch: 1 });
    expect(stage.factsOf('partition changed').at(-1)).toMatchObject({
      log: 't-0',
      leader: 3,
      unclean: false,
    });
  });

  it('a replica outside the ISR does not, were it first in the assignment', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 3, 2]]);
    stage.alterIsr('t', [1, 2]);
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2] });
  });

  it('a follower that is fenced costs no leader epoch', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.expire(2);
    expect(stage.partition('t')).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 0, partitionEpoch: 1 });
  });
});

describe('without ELR', () => {
  it('the last member stays in the ISR of a partition that nobody leads, and leads when it is back', () => {
    const stage = new Stage(withoutElr);
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.alterIsr('t', [1]);
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: -1, isr: [1], elr: [], lastKnownElr: [] });
    stage.heartbeat(1);
    expect(stage.partition('t')).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 2 });
  });

  it('an unclean leader is taken at once where the topic allows it, alone in the ISR and recovering', () => {
    const stage = new Stage(withoutElr);
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]], UNCLEAN);
    stage.alterIsr('t', [1]);
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 'RECOVERING' });
    expect(stage.factsOf('partition changed').at(-1)?.unclean).toBe(true);
    expect(stage.alterIsr('t', [2])).toMatchObject({ errorCode: 0, leaderRecoveryState: 0 });
    expect(stage.partition('t').leaderRecoveryState).toBe('RECOVERED');
  });
});

describe('with ELR (KIP-966)', () => {
  /** minISR 2; 3 then 2 go, so the ELR is [2, …]: whoever leaves while the ISR falls below 2. */
  function shrunk(): Stage {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' });
    stage.expire(3);
    expect(stage.partition('t')).toMatchObject({ isr: [1, 2], elr: [] });
    stage.expire(2);
    expect(stage.partition('t')).toMatchObject({ leader: 1, isr: [1], elr: [2] });
    return stage;
  }

  it('those who leave while the ISR is below min.insync.replicas are remembered', () => {
    shrunk();
  });

  it('the ELR is emptied when the ISR is large enough again', () => {
    const stage = shrunk();
    stage.heartbeat(2);
    stage.alterIsr('t', [1, 2]);
    expect(stage.partition('t')).toMatchObject({ isr: [1, 2], elr: [] });
  });

  it('a replica that joins the ISR leaves the ELR while others stay in it', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 2, 3]], { 'min.insync.replicas': '3' });
    stage.expire(2, 3);
    expect(stage.partition('t')).toMatchObject({ isr: [1], elr: [2, 3] });
    stage.heartbeat(3);
    stage.alterIsr('t', [1, 3]);
    expect(stage.partition('t')).toMatchObject({ isr: [1, 3], elr: [2] });
  });

  it('the ISR may be empty; a member of the ELR that returns leads and is the ISR', () => {
    const stage = shrunk();
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: -1, isr: [], elr: [1, 2], lastKnownElr: [1] });
    stage.heartbeat(2);
    const partition = stage.partition('t');
    expect(partition).toMatchObject({ leader: 2, isr: [2], elr: [1], lastKnownElr: [] });
    expect(partition.leaderRecoveryState).toBe('RECOVERED');
    expect(stage.factsOf('partition changed').at(-1)?.unclean).toBe(false);
  });

  it('a replica outside ISR and ELR does not lead when it returns', () => {
    const stage = shrunk();
    stage.expire(1);
    stage.heartbeat(3);
    expect(stage.partition('t')).toMatchObject({ leader: -1, isr: [], elr: [1, 2] });
  });

  it('the last known leader leads, uncleanly, when ISR and ELR are lost', () => {
    const stage = shrunk();
    stage.expire(1);
    stage.register(1, { life: 1 });
    stage.register(2, { life: 1 });
    expect(stage.partition('t')).toMatchObject({ leader: -1, isr: [], elr: [], lastKnownElr: [1] });
    stage.heartbeat(2);
    expect(stage.partition('t').leader).toBe(-1);
    stage.heartbeat(1);
    expect(stage.partition('t')).toMatchObject({
      leader: 1,
      isr: [1],
      lastKnownElr: [],
      leaderRecoveryState: 'RECOVERING',
    });
    expect(stage.factsOf('partition changed').at(-1)?.unclean).toBe(true);
  });

  it('an unclean election empties the ELR', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 2, 3]], { 'min.insync.replicas': '2', ...UNCLEAN });
    stage.alterIsr('t', [1, 2]);
    stage.expire(1, 2);
    expect(stage.partition('t')).toMatchObject({
      leader: 3,
      isr: [3],
      elr: [],
      lastKnownElr: [],
      leaderRecoveryState: 'RECOVERING',
    });
  });

  it('min.insync.replicas counts no further than there are replicas', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]], { 'min.insync.replicas': '5' });
    stage.alterIsr('t', [1]);
    expect(stage.partition('t').elr).toEqual([2]);
    stage.alterIsr('t', [1, 2]);
    expect(stage.partition('t').elr).toEqual([]);
  });
});

describe('an election that is asked for', () => {
  /** Broker 1, preferred, was away and is back in the ISR; 2 leads. */
  function imbalanced(): Stage {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.expire(1);
    stage.heartbeat(1);
    return stage;
  }

  const t0 = [{ topic: 't', partitions: [0] }];
  const codeOf = (stage: Stage, type: number, partitions = t0) =>
    stage.electLeaders(type, partitions).replicaElectionResults[0]?.partitionResult[0]?.errorCode;

  it('PREFERRED gives the partition back once the preferred replica is in the ISR', () => {
    const stage = imbalanced();
    expect(codeOf(stage, ElectionType.PREFERRED)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
    stage.alterIsr('t', [1, 2]);
    expect(codeOf(stage, ElectionType.PREFERRED)).toBe(0);
    expect(stage.partition('t')).toMatchObject({ leader: 1, isr: [1, 2], leaderEpoch: 2 });
    expect(codeOf(stage, ElectionType.PREFERRED)).toBe(ErrorCode.ELECTION_NOT_NEEDED);
  });

  it('PREFERRED passes over a preferred replica that is in the ELR only: the ISR is not empty', () => {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[3, 1, 2]], { 'min.insync.replicas': '3' });
    stage.expire(3);
    stage.heartbeat(3);
    expect(stage.partition('t')).toMatchObject({ leader: 1, isr: [1, 2], elr: [3] });
    expect(codeOf(stage, ElectionType.PREFERRED)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
    expect(stage.partition('t')).toMatchObject({ leader: 1, isr: [1, 2], elr: [3] });
  });

  it('UNCLEAN does not take a replica whose directory is gone: its broker came back with another disk', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.alterIsr('t', [1]);
    stage.expire(1);
    stage.expire(2);
    stage.register(2, { life: 1, logDirs: [directoryOf(20)] });
    stage.heartbeat(2);
    expect(stage.image.broker(2)?.fenced).toBe(false);
    expect(codeOf(stage, ElectionType.UNCLEAN)).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    expect(stage.partition('t').leader).toBe(-1);
  });

  it('UNCLEAN takes any live replica of a partition without a leader', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    expect(codeOf(stage, ElectionType.UNCLEAN)).toBe(ErrorCode.ELECTION_NOT_NEEDED);
    stage.alterIsr('t', [1]);
    stage.expire(1);
    expect(stage.partition('t')).toMatchObject({ leader: -1, elr: [1] });
    expect(codeOf(stage, ElectionType.UNCLEAN)).toBe(0);
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], elr: [], lastKnownElr: [] });
  });

  it('UNCLEAN finds nobody when no replica lives', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('t', [[1]]);
    stage.expire(1);
    expect(codeOf(stage, ElectionType.UNCLEAN)).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE);
  });

  it('names what it does not know, and an unknown type fails the whole request', () => {
    const stage = imbalanced();
    const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    expect(codeOf(stage, 0, [{ topic: 'x', partitions: [0] }])).toBe(unknown);
    expect(codeOf(stage, 0, [{ topic: 't', partitions: [3] }])).toBe(unknown);
    expect(stage.electLeaders(9, t0).errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('everywhere leaves out the partitions that have the leader they should', () => {
    const stage = imbalanced();
    stage.createTopic('u', [[2, 1]]);
    stage.alterIsr('t', [1, 2]);
    const results = stage.electLeaders(ElectionType.PREFERRED, null).replicaElectionResults;
    const told = results.map((topic) => [topic.topic, topic.partitionResult.map((p) => p.errorCode)]);
    expect(told).toEqual([
      ['t', [0]],
      ['u', []],
    ]);
  });

  it('speaks version 0, which has no code for the whole', () => {
    const stage = imbalanced();
    stage.alterIsr('t', [1, 2]);
    const answer = stage.electLeaders(0, t0, 0);
    expect(answer).toMatchObject({ errorCode: 0 });
    expect(stage.partition('t').leader).toBe(1);
  });
});

describe('periodic elections', () => {
  it('give partitions back to their preferred leaders every leader.imbalance.check.interval.seconds', () => {
    const stage = new Stage({ 'broker.session.timeout.ms': 10_000_000 });
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.heartbeat(1, { wantFence: true });
    stage.heartbeat(1);
    stage.alterIsr('t', [1, 2]);
    expect(stage.partition('t').leader).toBe(2);
    stage.advance(299 * SECOND);
    expect(stage.partition('t').leader).toBe(2);
    stage.advance(2 * SECOND);
    expect(stage.partition('t').leader).toBe(1);
  });

  it('are a thousand a time at most, the rest ten milliseconds later', () => {
    const stage = new Stage({ 'broker.session.timeout.ms': 10_000_000 });
    stage.start(1, 2);
    const partitions = 1_001;
    stage.createTopic('t', new Array(partitions).fill([1, 2]));
    stage.heartbeat(1, { wantFence: true });
    stage.heartbeat(1);
    const topicId = stage.topicId('t');
    const [first] = stage.isrChange('t', [1, 2]).topics[0]?.partitions ?? [];
    const changes = Array.from({ length: partitions }, (_, partitionIndex) => ({ ...first, partitionIndex }));
    const request = {
      brokerId: 2,
      brokerEpoch: stage.epochOf(2),
      topics: [{ topicId, partitions: changes }],
    };
    stage.call(ApiKey.AlterPartition, 3, request);
    const led = () => stage.image.topicsByName.get('t')?.partitions.filter((p) => p.leader === 1).length;
    stage.advance(300 * SECOND);
    expect(led()).toBe(1_000);
    stage.advance(9 * MS);
    expect(led()).toBe(1_000);
    stage.advance(MS);
    expect(led()).toBe(partitions);
  });

  it('do not when auto.leader.rebalance.enable is off', () => {
    const stage = new Stage({
      'broker.session.timeout.ms': 10_000_000,
      'auto.leader.rebalance.enable': false,
    });
    stage.start(1, 2);
    stage.createTopic('t', [[1, 2]]);
    stage.heartbeat(1, { wantFence: true });
    stage.heartbeat(1);
    stage.alterIsr('t', [1, 2]);
    stage.advance(700 * SECOND);
    expect(stage.partition('t').leader).toBe(2);
  });

  it('find unclean leaders for topics that allow it (KAFKA-12670), and for no others', () => {
    const stage = new Stage({ 'broker.session.timeout.ms': 10_000_000 });
    stage.start(1, 2);
    stage.createTopic('loose', [[1, 2]]);
    stage.createTopic('strict', [[1, 2]], { 'unclean.leader.election.enable': 'false' });
    for (const topic of ['loose', 'strict']) stage.alterIsr(topic, [1]);
    stage.heartbeat(1, { wantFence: true });
    expect(stage.partition('loose')).toMatchObject({ leader: -1, elr: [1] });
    // The next controller has it in its file; nothing happens to the partition that would elect in passing.
    stage.failOver({ static: { 'unclean.leader.election.enable': true } });
    stage.advance(299 * SECOND);
    expect(stage.partition('loose').leader).toBe(-1);
    stage.advance(2 * SECOND);
    expect(stage.partition('loose')).toMatchObject({
      leader: 2,
      isr: [2],
      leaderRecoveryState: 'RECOVERING',
    });
    expect(stage.partition('strict')).toMatchObject({ leader: -1, isr: [], elr: [1] });
    expect(stage.probes).toContain('controller: unclean leader elected');
  });

  it('find a leader as soon as a replica is unfenced where the topic allows unclean ones', () => {
    const stage = new Stage({ 'broker.session.timeout.ms': 10_000_000 });
    stage.start(1, 2);
    stage.createTopic('loose', [[1, 2]], UNCLEAN);
    stage.alterIsr('loose', [1]);
    stage.heartbeat(2, { wantFence: true });
    stage.heartbeat(1, { wantFence: true });
    expect(stage.partition('loose').leader).toBe(-1);
    stage.heartbeat(2);
    expect(stage.partition('loose')).toMatchObject({ leader: 2, isr: [2], elr: [] });
  });
});
