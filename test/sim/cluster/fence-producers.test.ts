import { describe, expect, it } from 'vitest';
import type { AdminAction } from '../../../engine/client/index.ts';
import { apiName, ErrorCode } from '../../../engine/wire/index.ts';
import type { ScenarioInput } from '../../../scenarios/load/index.ts';
import { Operations } from '../../../sim/cluster/operations.ts';
import type { Scenario } from '../../../sim/scenario/index.ts';
import { smallScenario } from './small-trial.ts';

const producer = {
  name: 'p1',
  topic: 't',
  config: { 'transactional.id': 't1' },
  workload: { kind: 'synthetic', rate: 40 },
  transactions: {},
} as const satisfies ScenarioInput['traffic']['producers'][number];

function fencing(transactionalId: string): Scenario {
  return smallScenario({
    traffic: { producers: [producer] },
    operations: [{ do: 'fence-producers', at: '1s', transactionalId, times: 3 }],
  });
}

const answered = { errorCode: 0, producerId: 5, producerEpoch: 1 };

describe('producers that are fenced many times', () => {
  it('asks for the next epoch again as soon as it has the last, and so often as it was told', () => {
    const operations = new Operations(fencing('t1').operations, 0, { onOperation: () => {} });
    let now = 1_000_000;
    const ask = (): string => {
      const action: AdminAction = operations.next(now);
      return action.do === 'call' ? apiName(action.call.apiKey) : action.do;
    };
    const answer = (errorCode: number): void => {
      const body = { ...answered, errorCode };
      operations.onResult(now, 0, {}, { kind: 'response', apiVersion: 6, body, isCertain: true });
    };
    expect(ask()).toBe('InitProducerId');
    expect(operations.next(now)).toEqual({ do: 'think', until: now + 200 });
    answer(ErrorCode.NONE);
    expect(ask()).toBe('InitProducerId');
    // A transaction is being aborted: that one did not count.
    answer(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect(ask()).toBe('think');
    now += 1_000_000;
    for (let i = 0; i < 2; i++) {
      expect(ask()).toBe('InitProducerId');
      answer(ErrorCode.NONE);
    }
    expect(ask()).toBe('think');
    expect(operations.told()).toMatchObject([{ outcome: 'done', attempts: 4 }]);
  });

  it('belong to an id that somebody has', () => {
    expect(() => fencing('t2')).toThrow(
      'operations.0.transactionalId: nobody has this id: "t2"; did you mean "t1"?',
    );
  });
});
