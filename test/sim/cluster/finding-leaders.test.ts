import { describe, expect, it } from 'vitest';
import { runSmall } from './small-trial.ts';

const cluster = {
  brokers: 3,
  controllers: 1,
  racks: 3,
  topics: [{ name: 't', partitions: 1, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
  brokerConfig: {
    'replica.lag.time.max.ms': 3_000,
    'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
  },
  controllerConfig: { 'broker.session.timeout.ms': 4_000 },
};
const traffic = (racks: readonly (string | null)[]) => ({
  producers: [{ name: 'p1', topic: 't', workload: { kind: 'synthetic' as const, rate: 40 } }],
  consumers: racks.map((rack, i) => ({
    name: `k${i + 1}`,
    topic: 't',
    rack,
    config: { 'auto.offset.reset': 'earliest' },
  })),
});

describe('consumers in racks (KIP-392)', () => {
  it('read everything, from the replica in their own rack', () => {
    const result = runSmall({ cluster, traffic: traffic(['a', 'b', 'c']) });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    // One of the three stands beside the leader.
    expect(result.probes['consumer reads from a follower']).toBe(2);
  });

  it('without a rack read from the leader', () => {
    const result = runSmall({ cluster, traffic: traffic([null]) });
    expect(result.verdict).toBe('pass');
    expect(result.probes['consumer reads from a follower']).toBe(undefined);
  });

  it('go back to the leader when their replica is gone or falls behind (KAFKA-14372), and miss nothing', () => {
    for (const kind of ['kill', 'isolate'] as const) {
      const faults = [{ kind, target: 'follower:t-0', at: '3s', until: '9s' }];
      const result = runSmall({ cluster, traffic: traffic(['a', 'b', 'c']), faults });
      expect(result.violations).toEqual([]);
      expect(result.verdict).toBe('pass');
      expect(result.probes['consumer reads from a follower']).toBeGreaterThanOrEqual(2);
    }
  });
});

describe('a log that lost what was read (KIP-320)', () => {
  it('is noticed by the consumer, which goes back to where its history and the leader’s part', () => {
    const result = runSmall({
      cluster: {
        ...cluster,
        brokers: 2,
        topics: [{ name: 't', partitions: 1, replicationFactor: 2 }],
      },
      traffic: traffic([null]),
      faults: [
        // The follower falls out of the ISR, what comes then is replicated on the leader alone, and lost with it.
        { kind: 'partition', from: 'follower:t-0', to: 'leader:t-0', at: '2s', until: '9s' },
        { kind: 'kill', target: 'leader:t-0', at: '7s', until: '14s' },
      ],
      // Once the dead leader is fenced.
      operations: [{ at: '12s', do: 'elect-unclean', topic: 't', partition: 0 }],
      expect: { mayLoseReplicated: true },
      duration: '16s',
    });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.adminOperations.map(({ outcome }) => outcome)).toEqual(['done']);
    expect(result.probes['consumer met a truncated log']).toBe(1);
  });
});

describe('a leader that hands over (KIP-951)', () => {
  it('tells producers and consumers who leads now, with its refusals', () => {
    const faults = [{ kind: 'stop' as const, target: 'leader:t-0', at: '3s', until: '6s' }];
    const result = runSmall({ cluster, traffic: traffic([null]), faults, duration: '8s' });
    expect(result.verdict).toBe('pass');
    expect(result.probes['leader learned from an error']).toBeGreaterThan(0);
  });
});

describe('a producer that keeps to its rack (KIP-1123)', () => {
  it('leaves other partitions empty, in which by_duration finds no position: that is no reader behind', () => {
    const three = [{ name: 't', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }];
    const result = runSmall({
      cluster: { ...cluster, topics: three },
      traffic: {
        producers: [
          {
            name: 'p1',
            topic: 't',
            rack: 'b',
            config: { 'partitioner.rack.aware': true },
            workload: { kind: 'synthetic', rate: 400, valueBytes: 500 },
          },
        ],
        consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'by_duration:PT1H' } }],
      },
      duration: '6s',
    });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    // Batches fill and go where a leader is in the rack: one of three partitions.
    expect(result.operations.produce!.ok).toBeGreaterThan(2_000);
    expect(result.operations.poll!.ok).toBe(result.operations.produce!.ok);
  });
});
