import { describe, expect, it } from 'vitest';
import type { AdminAction, AdminResult } from '../../../engine/client/index.ts';
import { apiName, ErrorCode } from '../../../engine/wire/index.ts';
import { parseScenario, type ScenarioInput } from '../../../scenarios/load/index.ts';
import { Operations } from '../../../sim/cluster/operations.ts';
import { smallScenario } from './small-trial.ts';

const SECOND = 1_000_000;

/** Voters can change, and replicas can move on their broker. */
const CLUSTER: ScenarioInput['cluster'] = {
  brokers: 3,
  controllers: 1,
  quorum: 'dynamic',
  logDirs: 2,
  topics: [{ name: 't', partitions: 2, replicationFactor: 3 }],
};

/** The administrator alone: what it asks, and what it makes of answers that a test writes. */
class Desk {
  readonly events: string[] = [];
  readonly operations: Operations;
  now = 0;

  constructor(...operations: NonNullable<ScenarioInput['operations']>) {
    const scenario = smallScenario({ operations, cluster: CLUSTER });
    this.operations = new Operations(scenario.operations, 0, {
      onOperation: (operation, what, error) =>
        this.events.push(`${operation.do} ${what}${error === '' ? '' : `: ${error}`}`),
    });
  }

  /** Lets time pass until it asks something. */
  ask(): string {
    for (let steps = 0; steps < 1_000; steps++) {
      const action: AdminAction = this.operations.next(this.now);
      if (action.do === 'call') return apiName(action.call.apiKey);
      if (action.do !== 'think' || action.until === Number.MAX_SAFE_INTEGER) return 'nothing';
      this.now = Math.max(this.now + 1, action.until);
    }
    return 'waits';
  }

  answer(body: object, isCertain = true): void {
    this.#result({ kind: 'response', apiVersion: 0, body, isCertain });
  }

  fail(code: number, outcome: 'fail' | 'unknown' = 'unknown'): void {
    this.#result({ kind: 'failed', error: { code, message: `code ${code}` }, outcome });
  }

  #result(result: AdminResult): void {
    this.operations.onResult(this.now, 0, {}, result);
  }
}

type OperationInput = NonNullable<ScenarioInput['operations']>[number];
const reassign: OperationInput = { do: 'reassign', at: '1s', topic: 't', partition: 0, replicas: [2, 3] };
const accepted = { errorCode: 0, responses: [{ partitions: [{ partitionIndex: 0, errorCode: 0 }] }] };
const ongoing = { errorCode: 0, topics: [{ name: 't', partitions: [{ partitionIndex: 0 }] }] };
const none = { errorCode: 0, topics: [] };
const described = (replicaNodes: number[]) => ({
  topics: [{ errorCode: 0, partitions: [{ partitionIndex: 0, errorCode: 0, replicaNodes }] }],
});

describe('a reassignment', () => {
  it('has ended when it is no longer listed and brokers know the replicas', () => {
    const desk = new Desk(reassign);
    expect(desk.ask()).toBe('AlterPartitionReassignments');
    expect(desk.now).toBe(1 * SECOND);
    desk.answer(accepted);
    for (let i = 0; i < 3; i++) {
      expect(desk.ask()).toBe('ListPartitionReassignments');
      desk.answer(ongoing);
    }
    expect(desk.operations.pending()).toEqual([
      'reassign t-0 to [2,3] has not ended: it waits for the new replicas to catch up',
    ]);
    expect(desk.ask()).toBe('ListPartitionReassignments');
    desk.answer(none);
    expect(desk.ask()).toBe('DescribeTopicPartitions');
    desk.answer(described([1, 2, 3]));
    expect(desk.ask()).toBe('DescribeTopicPartitions');
    desk.answer(described([2, 3]));
    expect(desk.ask()).toBe('nothing');
    expect(desk.events).toEqual(['reassign begun', 'reassign done']);
    expect(desk.operations.told()[0]).toMatchObject({ outcome: 'done', error: null, attempts: 7 });
    expect(desk.now).toBe(3 * SECOND);
  });

  it('that somebody called off is cancelled, not failed', () => {
    const desk = new Desk(reassign);
    desk.ask();
    desk.answer(accepted);
    desk.ask();
    desk.answer(none);
    while (desk.ask() === 'DescribeTopicPartitions') desk.answer(described([1, 2]));
    expect(desk.events).toEqual(['reassign begun', 'reassign cancelled']);
    expect(desk.operations.refused()).toEqual([]);
    expect(desk.operations.pending()).toEqual([]);
  });

  it('with a throttle sets it first, on the topic and on every broker involved, and takes it away last', () => {
    const desk = new Desk({ ...reassign, throttle: 1_000 });
    const asked: string[] = [];
    const answers: Record<string, object[]> = {
      DescribeTopicPartitions: [described([1, 2]), described([2, 3])],
      AlterPartitionReassignments: [accepted],
      ListPartitionReassignments: [none],
    };
    for (let what = desk.ask(); what !== 'nothing'; what = desk.ask()) {
      asked.push(what);
      desk.answer(answers[what]?.shift() ?? { responses: [{ errorCode: 0 }] });
    }
    const configs = (times: number) => Array.from({ length: times }, () => 'IncrementalAlterConfigs');
    expect(asked).toEqual([
      'DescribeTopicPartitions',
      ...configs(4),
      'AlterPartitionReassignments',
      'ListPartitionReassignments',
      'DescribeTopicPartitions',
      ...configs(4),
    ]);
    expect(desk.events.at(-1)).toBe('reassign done');
  });

  it('that is refused leaves no throttle behind', () => {
    const desk = new Desk({ ...reassign, throttle: 1_000 });
    const asked: string[] = [];
    for (let what = desk.ask(); what !== 'nothing'; what = desk.ask()) {
      asked.push(what);
      const refused = { errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT, errorMessage: 'no such broker' };
      if (what === 'AlterPartitionReassignments')
        desk.answer({ errorCode: 0, responses: [{ partitions: [refused] }] });
      else if (what === 'DescribeTopicPartitions') desk.answer(described([1, 2]));
      else desk.answer({ responses: [{ errorCode: 0 }] });
    }
    expect(asked.slice(-5)).toEqual([
      'AlterPartitionReassignments',
      ...Array.from({ length: 4 }, () => 'IncrementalAlterConfigs'),
    ]);
    expect(desk.events.at(-1)).toBe('reassign failed: INVALID_REPLICA_ASSIGNMENT (no such broker)');
    expect(desk.operations.refused()).toHaveLength(1);
  });
});

describe('an operation', () => {
  const topic = { do: 'create-topic', at: '1s', topic: 'u', partitions: 1, replicationFactor: 3 } as const;
  const verdict = (errorCode: number) => ({ topics: [{ name: 'u', errorCode, errorMessage: null }] });

  it('whose answer was lost is asked again, and finds that it was done', () => {
    const desk = new Desk(topic);
    desk.ask();
    desk.fail(ErrorCode.REQUEST_TIMED_OUT);
    expect(desk.operations.pending()).toEqual(['create-topic u (1 x 3) has not ended: code 7']);
    expect(desk.ask()).toBe('CreateTopics');
    expect(desk.now).toBe(2 * SECOND);
    desk.answer(verdict(ErrorCode.TOPIC_ALREADY_EXISTS));
    expect(desk.events.at(-1)).toBe('create-topic done');
  });

  it('whose client asked again by itself does as well', () => {
    const desk = new Desk(topic);
    desk.ask();
    desk.answer(verdict(ErrorCode.TOPIC_ALREADY_EXISTS), false);
    expect(desk.events.at(-1)).toBe('create-topic done');
  });

  it('that certainly was not done before has failed', () => {
    const desk = new Desk(topic);
    desk.ask();
    desk.fail(ErrorCode.REQUEST_TIMED_OUT, 'fail');
    desk.ask();
    desk.answer(verdict(ErrorCode.TOPIC_ALREADY_EXISTS));
    expect(desk.events.at(-1)).toBe('create-topic failed: TOPIC_ALREADY_EXISTS');
  });

  it('that no broker supports has failed', () => {
    const desk = new Desk(topic);
    desk.ask();
    desk.fail(ErrorCode.UNSUPPORTED_VERSION, 'fail');
    expect(desk.events.at(-1)).toBe(`create-topic failed: code ${ErrorCode.UNSUPPORTED_VERSION}`);
  });

  it('runs beside others: a slow one holds nobody up', () => {
    const desk = new Desk(reassign, { ...topic, at: '2s' });
    desk.ask();
    desk.answer(accepted);
    const asked = [desk.ask()];
    desk.answer(ongoing);
    asked.push(desk.ask());
    desk.answer(ongoing);
    asked.push(desk.ask());
    expect(asked).toEqual([
      'ListPartitionReassignments',
      'ListPartitionReassignments',
      'ListPartitionReassignments',
    ]);
    expect(desk.events).toEqual(['reassign begun']);
    expect(desk.ask()).toBe('CreateTopics');
  });

  it('to elect where nothing is to be elected is done', () => {
    const desk = new Desk({ do: 'elect-preferred', at: '1s', topic: 't', partition: 0 });
    desk.ask();
    const result = [{ partitionId: 0, errorCode: ErrorCode.ELECTION_NOT_NEEDED, errorMessage: null }];
    desk.answer({ errorCode: 0, replicaElectionResults: [{ topic: 't', partitionResult: result }] });
    expect(desk.events.at(-1)).toBe('elect-preferred done');
  });

  it('about a voter learns its directory from the quorum first', () => {
    const desk = new Desk({ do: 'remove-voter', at: '1s', controller: 101 });
    expect(desk.ask()).toBe('DescribeQuorum');
    desk.answer({
      errorCode: 0,
      topics: [
        {
          partitions: [
            { errorCode: 0, currentVoters: [{ replicaId: 101, replicaDirectoryId: 'x' }], observers: [] },
          ],
        },
      ],
    });
    expect(desk.ask()).toBe('RemoveRaftVoter');
    desk.answer({ errorCode: 0, errorMessage: null });
    expect(desk.events.at(-1)).toBe('remove-voter done');
  });

  it('to move a replica has ended when it serves from the other directory', () => {
    const desk = new Desk({
      do: 'move-log-dir',
      at: '1s',
      topic: 't',
      partition: 0,
      broker: 1,
      directory: '/data2',
    });
    expect(desk.ask()).toBe('AlterReplicaLogDirs');
    desk.answer({ results: [{ topicName: 't', partitions: [{ partitionIndex: 0, errorCode: 0 }] }] });
    const directories = (isFutureKey: boolean) => ({
      errorCode: 0,
      results: [
        { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, logDir: '/broken', topics: [] },
        {
          errorCode: 0,
          logDir: '/data2',
          topics: [{ name: 't', partitions: [{ partitionIndex: 0, isFutureKey }] }],
        },
      ],
    });
    expect(desk.ask()).toBe('DescribeLogDirs');
    desk.answer(directories(true));
    expect(desk.ask()).toBe('DescribeLogDirs');
    desk.answer(directories(false));
    expect(desk.events.at(-1)).toBe('move-log-dir done');
  });
});

describe('operations that cannot be', () => {
  const mistakes = (...operations: object[]): string => {
    try {
      parseScenario('s', { ...smallScenario(), operations });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const on = { at: '1s', topic: 't', partition: 0 };

  it.each([
    [
      'an unknown topic',
      { ...on, do: 'reassign', topic: 'tt', replicas: [1] },
      'operations.0.topic: no such topic at 1s: "tt"; did you mean "t"?',
    ],
    [
      'a partition beyond the last',
      { ...on, do: 'delete-records', partition: 2 },
      'operations.0.partition: found 2, but t has partitions 0 to 1 at 1s',
    ],
    [
      'a replica on no broker',
      { ...on, do: 'reassign', replicas: [1, 4] },
      'operations.0.replicas.1: found 4; brokers are 1 to 3',
    ],
    [
      'a replica twice',
      { ...on, do: 'reassign', replicas: [1, 1] },
      'operations.0.replicas.1: found 1 a second time; a broker holds one replica',
    ],
    ['no replica', { ...on, do: 'reassign', replicas: [] }, 'operations.0.replicas: found []'],
    [
      'an operation of no known kind',
      { ...on, do: 'reasign' },
      'operations.0.do: found "reasign"; did you mean "reassign"?',
    ],
    [
      'a misspelt field',
      { ...on, do: 'reassign', replica: [1], replicas: [1] },
      'operations.0.replica: unknown field; did you mean "replicas"?',
    ],
    [
      'a time after the end',
      { do: 'elect-preferred', at: '12s' },
      'operations.0.at: found "12s", but the run lasts 12s',
    ],
    [
      'a partition of no topic',
      { do: 'elect-unclean', at: '1s', partition: 1 },
      'operations.0.partition: found 1, but no topic; without a topic it is everywhere',
    ],
    [
      'a broker that is not there',
      { do: 'unregister-broker', at: '1s', broker: 9 },
      'operations.0.broker: found 9; brokers are 1 to 3',
    ],
    [
      'a controller that is not there',
      { do: 'add-voter', at: '1s', controller: 1 },
      'operations.0.controller: found 1; controllers are 101 to 101',
    ],
    [
      'fewer partitions',
      { do: 'create-partitions', at: '1s', topic: 't', count: 2 },
      'operations.0.count: found 2, but t has 2 partitions at 1s; they can only grow',
    ],
    [
      'placements that do not add up',
      { do: 'create-partitions', at: '1s', topic: 't', count: 4, assignments: [[1]] },
      'operations.0.assignments: found 1 placements for 2 new partitions',
    ],
    [
      'a topic that is there',
      { do: 'create-topic', at: '1s', topic: 't', partitions: 1, replicationFactor: 1 },
      'operations.0.topic: "t" is there already at 1s',
    ],
    [
      'more replicas than brokers',
      { do: 'create-topic', at: '1s', topic: 'u', partitions: 1, replicationFactor: 4 },
      'operations.0.replicationFactor: found 4, but the cluster has 3 brokers',
    ],
    [
      'a change of nothing',
      { do: 'alter-topic-config', at: '1s', topic: 't' },
      'operations.0: changes nothing: say what to set or to delete',
    ],
    [
      'an unknown configuration',
      { do: 'alter-topic-config', at: '1s', topic: 't', delete: ['retention.m'] },
      'operations.0.delete.0: "retention.m" is not a topic configuration that is simulated; did you mean "retention.ms"?',
    ],
    [
      'what a running broker cannot change',
      { do: 'alter-broker-config', at: '1s', broker: 1, set: { 'broker.session.timeout.ms': 1 } },
      'operations.0.set.broker.session.timeout.ms: not a running broker configuration',
    ],
    [
      'a relative directory',
      { ...on, do: 'move-log-dir', broker: 1, directory: 'data' },
      'operations.0.directory: found "data", but brokers have only /data; set cluster.logDirs',
    ],
    [
      'an unknown feature',
      { do: 'update-feature', at: '1s', feature: 'metadata.versions', level: 1 },
      'operations.0.feature: no such feature: "metadata.versions"; did you mean "metadata.version"?',
    ],
  ])('%s', (_, operation, message) => {
    expect(mistakes(operation)).toContain(message);
  });

  it('are judged in the order of their times: a topic is there from its creation to its deletion', () => {
    const create = { do: 'create-topic', at: '2s', topic: 'u', partitions: 1, replicationFactor: 1 };
    const grow = { do: 'create-partitions', topic: 'u', count: 3 };
    const read = { do: 'delete-records', topic: 'u', partition: 2 };
    const end = { do: 'delete-topic', at: '5s', topic: 'u' };
    expect(mistakes({ ...read, at: '4s' }, { ...grow, at: '3s' }, create, end)).toBe('');
    expect(mistakes({ ...read, at: '1s' }, create)).toContain('no such topic at 1s');
    expect(mistakes({ ...read, at: '6s' }, { ...grow, at: '3s' }, create, end)).toContain(
      'no such topic at 6s',
    );
  });
});
