import type { ScenarioInput } from '../../../scenarios/load/index.ts';
import { parseScenario } from '../../../scenarios/load/index.ts';
import { runTrial, type TrialOptions, type TrialResult } from '../../../sim/cluster/index.ts';
import type { Scenario } from '../../../sim/scenario/index.ts';

export type FaultInput = NonNullable<ScenarioInput['faults']>[number];

/** Three brokers in three racks, one controller unless told otherwise, a trickle of records, short time-outs. */
export function smallScenario(changes: Partial<ScenarioInput> = {}): Scenario {
  return parseScenario('small', {
    name: 'small',
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      brokerConfig: { 'replica.lag.time.max.ms': 3_000 },
      controllerConfig: { 'broker.session.timeout.ms': 4_000 },
    },
    traffic: {
      producers: [
        {
          name: 'p1',
          topic: 't',
          config: { 'request.timeout.ms': 2_000 },
          workload: { kind: 'synthetic', rate: 40 },
        },
      ],
      consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
    },
    duration: '12s',
    ...changes,
  });
}

export function runSmall(
  changes: Partial<ScenarioInput> = {},
  options: Partial<TrialOptions> = {},
): TrialResult {
  return runTrial(smallScenario(changes), { seed: '1', codec: 'objects', datasets: new Map(), ...options });
}

type Untimed<F> = F extends unknown ? Omit<F, 'at' | 'until'> : never;

/** One fault from 2 s to 8 s of twelve. */
export function runFault(fault: Untimed<FaultInput>): TrialResult {
  return runSmall({ faults: [{ ...fault, at: '2s', until: '8s' } as FaultInput] });
}
