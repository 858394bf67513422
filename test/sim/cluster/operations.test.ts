import { describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../../../scenarios/load/index.ts';
import type { TrialResult } from '../../../sim/cluster/index.ts';
import { runSmall } from './small-trial.ts';

type OperationInput = NonNullable<ScenarioInput['operations']>[number];

function run(operations: readonly OperationInput[], changes: Partial<ScenarioInput> = {}): TrialResult {
  return runSmall({ operations: [...operations], duration: '8s', ...changes });
}

const outcomes = (result: TrialResult): string[] =>
  result.adminOperations.map(
    ({ operation, outcome, error }) => `${operation.do} ${outcome}${error === null ? '' : ` ${error}`}`,
  );

describe('operations of an administrator', () => {
  it('are done at their times, counted, marked, and told in the result', () => {
    const result = run([
      { at: '1s', do: 'create-topic', topic: 'u', partitions: 2, replicationFactor: 3 },
      { at: '2s', do: 'create-partitions', topic: 'u', count: 4 },
      { at: '2500ms', do: 'alter-topic-config', topic: 't', set: { 'retention.ms': 3_600_000 } },
      { at: '2600ms', do: 'alter-topic-config', topic: 't', delete: ['retention.ms'] },
      { at: '3s', do: 'elect-preferred' },
      { at: '3s', do: 'elect-preferred', topic: 'u' },
      { at: '3s', do: 'elect-preferred', topic: 't', partition: 1 },
      { at: '4s', do: 'alter-broker-config', broker: null, set: { 'log.retention.ms': 7_200_000 } },
      { at: '4s', do: 'alter-broker-config', broker: 2, set: { 'num.io.threads': 4 } },
      { at: '5s', do: 'delete-topic', topic: 'u' },
    ]);
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(outcomes(result)).toEqual([
      'create-topic done',
      'create-partitions done',
      'alter-topic-config done',
      'alter-topic-config done',
      'elect-preferred done',
      'elect-preferred done',
      'elect-preferred done',
      'alter-broker-config done',
      'alter-broker-config done',
      'delete-topic done',
    ]);
    expect(result.adminOperations.map(({ from }) => from)).toEqual([
      1_000_000, 2_000_000, 2_500_000, 2_600_000, 3_000_000, 3_000_000, 3_000_000, 4_000_000, 4_000_000,
      5_000_000,
    ]);
    expect(result.probes['operation: elect-preferred done']).toBe(3);
    expect(result.marks.filter(({ node }) => node === 'a2').map(({ kind }) => kind)).toContain(
      'operation done',
    );
    expect(result.lanes.some(({ node }) => node === 'a2')).toBe(true);
  });

  it('come to the same bytes with either codec', () => {
    const operations: OperationInput[] = [
      { at: '1s', do: 'create-topic', topic: 'u', partitions: 2, replicationFactor: 3 },
      { at: '2s', do: 'elect-preferred', topic: 't' },
    ];
    const values = runSmall({ operations, duration: '4s' });
    const bytes = runSmall({ operations, duration: '4s' }, { codec: 'bytes' });
    expect(bytes.traceHash).toBe(values.traceHash);
  });

  it('that Kafka refuses are violations, unless the scenario says that they may be', () => {
    const refused: OperationInput = {
      at: '1s',
      do: 'update-feature',
      feature: 'group.version',
      level: 77,
    };
    const result = run([refused], { duration: '3s' });
    expect(result.verdict).toBe('violation');
    expect(result.violations).toEqual([
      expect.objectContaining({
        check: 'OperationRefused',
        message: expect.stringMatching(
          /^update-feature group\.version to 77 was refused: INVALID_UPDATE_VERSION/,
        ),
      }),
    ]);
    expect(result.probes['operation: update-feature failed: INVALID_UPDATE_VERSION']).toBe(1);
    const allowed = run([{ ...refused, mayFail: true }], { duration: '3s' });
    expect(allowed.verdict).toBe('pass');
    expect(outcomes(allowed)[0]).toMatch(/^update-feature failed INVALID_UPDATE_VERSION/);
  });

  it('are tried again while the controller is away', () => {
    const faults = [{ kind: 'kill' as const, target: 'c101', at: '1s', until: '4s' }];
    const topic = { do: 'create-topic' as const, topic: 'u', partitions: 1, replicationFactor: 3 };
    const result = run([{ at: '2s', ...topic }], { faults });
    expect(result.verdict).toBe('pass');
    expect(outcomes(result)).toEqual(['create-topic done']);
    expect(result.adminOperations[0]!.to).toBeGreaterThan(4_000_000);
  });

  it('that never end leave the run stuck, and it says what they wait for', () => {
    // Nobody but the broker itself can do it, and it is down.
    const faults = [{ kind: 'kill' as const, target: 'b2', at: '500ms' }];
    const operations: OperationInput[] = [
      { at: '1s', do: 'move-log-dir', topic: 't', partition: 0, broker: 2, directory: '/data' },
    ];
    const result = run(operations, { faults, duration: '3s', settle: '1s' });
    expect(result.verdict).toBe('stuck');
    expect(result.pending).toContainEqual(
      expect.stringMatching(/^move-log-dir t-0 of b2 to \/data has not ended/),
    );
    expect(outcomes(result)).toEqual(['move-log-dir pending']);
  });
});

describe('what an administrator takes from clients', () => {
  const keyed = {
    producers: [
      { name: 'p1', topic: 't', workload: { kind: 'synthetic' as const, rate: 100, keys: 50 } },
      { name: 'p2', topic: 't', workload: { kind: 'synthetic' as const, rate: 100, keys: 50 } },
    ],
    consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
  };

  it('is no loss: records deleted before anybody read them', () => {
    // The consumer is away while they are written and deleted.
    const faults = [{ kind: 'kill' as const, target: 'k1', at: '500ms', until: '6s' }];
    const operations: OperationInput[] = [
      { at: '4s', do: 'delete-records', topic: 't', partition: 0 },
      { at: '4s', do: 'delete-records', topic: 't', partition: 1 },
    ];
    const result = run(operations, { traffic: keyed, faults });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(outcomes(result)).toEqual(['delete-records done', 'delete-records done']);
    expect(result.allowed.map(({ check }) => check)).toContain('lost');
  });

  it('is no lateness: records in partitions that were added under consumers without a group', () => {
    const operations: OperationInput[] = [{ at: '2s', do: 'create-partitions', topic: 't', count: 5 }];
    const result = run(operations, {
      traffic: {
        ...keyed,
        producers: keyed.producers.map((each) => ({ ...each, config: { 'metadata.max.age.ms': 1_000 } })),
      },
    });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.allowed.filter(({ check }) => check === 'late')).toEqual([]);
  });

  it('leaves replicas as different as their cleaners made them: a topic that is compacted no more', () => {
    const config = {
      'min.insync.replicas': 2,
      'cleanup.policy': 'compact',
      'segment.ms': 1_000,
      'min.cleanable.dirty.ratio': 0.01,
    };
    const cluster = {
      brokers: 3,
      controllers: 1,
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config }],
      brokerConfig: { 'log.cleaner.backoff.ms': 1_000 },
    };
    // One that is away is not cleaned as the others are.
    const faults = [{ kind: 'kill' as const, target: 'b1', at: '2s', until: '7s' }];
    const operations: OperationInput[] = [
      { at: '6s', do: 'alter-topic-config', topic: 't', set: { 'cleanup.policy': 'delete' } },
    ];
    const result = run(operations, { traffic: keyed, cluster, faults });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.probes['log segments compacted']).toBeGreaterThan(0);
  });

  it('is another topic: what its clients make again under the name that was deleted', () => {
    const cluster = {
      brokers: 3,
      controllers: 1,
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      controllerConfig: { 'broker.session.timeout.ms': 3_000, 'default.replication.factor': 3 },
    };
    const operations: OperationInput[] = [{ at: '3s', do: 'delete-topic', topic: 't' }];
    // One is away while it is deleted, and finds the old one on its disk; one is fenced after it.
    const faults = [
      { kind: 'kill' as const, target: 'b1', at: '2s', until: '5s' },
      { kind: 'kill' as const, target: 'b2', at: '9s', until: '14s' },
    ];
    const result = run(operations, { traffic: keyed, cluster, faults, duration: '16s' });
    expect(result.violations).toEqual([]);
    expect(result.pending).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(outcomes(result)).toEqual(['delete-topic done']);
    const { acknowledged, intervalUs } = result.metrics.series;
    expect(Math.max(...acknowledged.slice(5_000_000 / intervalUs))).toBeGreaterThan(0);
  });

  it('is no violation: a topic deleted under its clients', () => {
    // One application thread: a send that blocks for long holds up all that follow it.
    const config = { 'max.block.ms': 20, 'delivery.timeout.ms': 5_000, 'request.timeout.ms': 2_000 };
    const producers = [{ ...keyed.producers[0]!, config }];
    const traffic = { producers, consumers: keyed.consumers };
    const brokerConfig = { 'auto.create.topics.enable': false };
    const cluster = {
      brokers: 3,
      controllers: 1,
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      brokerConfig,
    };
    const operations: OperationInput[] = [{ at: '4s', do: 'delete-topic', topic: 't' }];
    const result = run(operations, { traffic, cluster });
    expect(result.violations).toEqual([]);
    expect(result.pending).toEqual([]);
    expect(result.verdict).toBe('pass');
  });
});

describe('a quorum and disks that an administrator changes', () => {
  const cluster = {
    brokers: 3,
    controllers: 3,
    spareControllers: 1,
    quorum: 'dynamic' as const,
    logDirs: 2,
    topics: [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    brokerConfig: { 'replica.lag.time.max.ms': 3_000 },
    controllerConfig: { 'broker.session.timeout.ms': 4_000 },
  };

  it('one voter at a time, the leader among them, while traffic goes on (KIP-853)', () => {
    const result = run(
      [
        { at: '1s', do: 'add-voter', controller: 104 },
        { at: '3s', do: 'remove-voter', controller: 101 },
        { at: '5s', do: 'add-voter', controller: 101 },
      ],
      { cluster },
    );
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(outcomes(result)).toEqual(['add-voter done', 'remove-voter done', 'add-voter done']);
  });

  it('to add who votes already, or remove who does not, is refused', () => {
    const result = run(
      [
        { at: '1s', do: 'add-voter', controller: 103, mayFail: true },
        { at: '1s', do: 'remove-voter', controller: 104, mayFail: true },
      ],
      { cluster, duration: '3s' },
    );
    expect(result.verdict).toBe('pass');
    expect(result.probes['operation: add-voter failed: DUPLICATE_VOTER']).toBe(1);
    expect(result.probes['operation: remove-voter failed: VOTER_NOT_FOUND']).toBe(1);
  });

  it('replicas move between the directories of their broker, and back (KIP-113)', () => {
    const move = { do: 'move-log-dir' as const, topic: 't', partition: 0, broker: 1 };
    const result = run(
      [
        { at: '1s', ...move, directory: '/data1' },
        { at: '3s', ...move, directory: '/data2' },
        { at: '5s', ...move, directory: '/data1' },
      ],
      { cluster },
    );
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(outcomes(result)).toEqual(['move-log-dir done', 'move-log-dir done', 'move-log-dir done']);
    expect(result.probes['replica moved to another log directory']).toBeGreaterThanOrEqual(2);
  });
});
