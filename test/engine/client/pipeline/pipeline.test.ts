import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiKey } from '../../../../engine/wire/index.ts';
import { CALM, STORM } from '../producer/model-cluster.ts';
import { PipelineStage } from './pipeline-stage.ts';

const IMPATIENT = { 'request.timeout.ms': 300, 'max.block.ms': 400, 'delivery.timeout.ms': 600 };

describe('a pipeline', () => {
  for (const isV2 of [false, true]) {
    test(`TV${isV2 ? 2 : 1}: reads, writes and commits positions in one transaction, poll by poll`, () => {
      const s = new PipelineStage(1, isV2, 6);
      s.boot();
      s.run(1_500);
      expect(s.committed()).toEqual(s.expected());
      expect(s.cluster.coordinator.committedOffsets.get('in-0')).toBe(6);
      const sends = ['send', 'send', 'send', 'send'];
      expect(s.actions.slice(0, 12)).toEqual([
        ...['init', 'assign', 'poll', 'begin'],
        ...sends,
        ...['send positions', 'commit', 'poll', 'begin'],
      ]);
    });
  }

  test('goes on where the group stands, when it is started again', () => {
    const s = new PipelineStage(1, true, 6);
    s.cluster.coordinator.committedOffsets.set('in-0', 4);
    s.boot();
    s.run(1_500);
    expect(s.committed()).toEqual(['r4', 'r5']);
  });

  test('aborts what cannot be committed, reads it again, and writes it once', () => {
    const s = new PipelineStage(1, true, 4);
    s.boot();
    s.cluster.fail = ApiKey.TxnOffsetCommit;
    s.run(2_000);
    expect(s.actions).toContain('rewind');
    expect(s.actions).not.toContain('reopen');
    expect(s.committed()).toEqual(s.expected());
  });

  test('that was fenced opens another producer and goes on from what is committed', () => {
    const s = new PipelineStage(1, true, 8);
    s.boot();
    s.run(200);
    s.cluster.coordinator.fence('x');
    s.run(3_000);
    expect(s.committed()).toEqual(s.expected());
  });

  test('ends its transaction, its producer and its consumer when it is shut down', () => {
    const s = new PipelineStage(1, true, 8);
    s.boot();
    s.run(130);
    s.stage.input({ kind: 'shutdown' });
    s.run(1_500);
    expect(s.stage.out.exited).toBe('clean');
    expect(s.cluster.coordinator.transactions.get('x')!.state).not.toBe('ongoing');
  });

  test('writes every record of its input exactly once, whatever is lost, repeated or moved', () => {
    let disturbed = 0;
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, isV2) => {
        const s = new PipelineStage(seed, isV2, 60, IMPATIENT);
        s.boot();
        s.run(150);
        s.cluster.weather = STORM;
        for (let i = 0; i < 4; i++) {
          s.run(400);
          if (s.cluster.percent(30)) s.cluster.coordinator.fence('x');
        }
        s.cluster.weather = CALM;
        s.run(3_000);
        disturbed += s.actions.filter((action) => action === 'rewind').length;
        expect(s.committed()).toEqual(s.expected());
      }),
      { numRuns: 8 },
    );
    expect(disturbed).toBeGreaterThan(0);
  }, 30_000);
});
