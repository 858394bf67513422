import type { ScenarioInput } from '../../scenarios/load/index.ts';

type Config = Readonly<Record<string, string | number>>;

/** A group of three over three partitions that commits after every poll, and a steady trickle. */
function grouped(config: Config, faults: ScenarioInput['faults']): ScenarioInput {
  return {
    name: 'grouped',
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      topics: [{ name: 't', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
      brokerConfig: { 'offsets.topic.num.partitions': 2 },
    },
    traffic: {
      producers: [
        {
          name: 'p1',
          topic: 't',
          config: { acks: 'all' },
          workload: { kind: 'synthetic', rate: 60, valueBytes: 50, keys: 20 },
        },
      ],
      consumers: [
        {
          name: 'k',
          topic: 't',
          members: 3,
          commit: 'sync',
          workPerRecord: '5ms',
          config: { 'group.id': 'g', 'auto.offset.reset': 'earliest', ...config },
        },
      ],
    },
    duration: '26s',
    settle: '1m',
    faults,
  };
}

/** Groups under the checks of groups. */
export const groupScenarios: Readonly<Record<string, ScenarioInput>> = {
  'a consumer group is rolled': grouped({ 'group.protocol': 'consumer' }, [
    {
      kind: 'rolling-restart',
      target: 'k',
      how: 'stop',
      by: 'node',
      down: '2300ms',
      gap: '4900ms',
      at: '4s',
      until: '24s',
    },
  ]),
  'a classic member sleeps': grouped({ 'session.timeout.ms': 6_000, 'heartbeat.interval.ms': 1_000 }, [
    { kind: 'pause', target: 'k-1', at: '6s', until: '18s' },
  ]),
  'a static member is back': grouped({ 'session.timeout.ms': 20_000, 'group.instance.id': 'desk' }, [
    { kind: 'client-crash', target: 'k-2', at: '8s', until: '12s' },
  ]),
};
