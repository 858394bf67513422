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
