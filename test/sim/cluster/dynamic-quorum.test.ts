import { describe, expect, it } from 'vitest';
import { runSmall } from './small-trial.ts';

const topics = [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }];
const brokerConfig = { 'replica.lag.time.max.ms': 3_000 };

/** A snapshot of the metadata after every few records, of which one stays. */
const SMALL_SNAPSHOTS = {
  'metadata.log.max.record.bytes.between.snapshots': 2_000,
  'metadata.max.retention.bytes': 4_000,
  'metadata.log.segment.bytes': 4_096,
};

describe('a dynamic quorum', () => {
  it('takes a controller with another disk back as another voter, where it may join by itself (KIP-1186)', () => {
    const result = runSmall({
      cluster: {
        brokers: 3,
        controllers: 3,
        quorum: 'dynamic',
        topics,
        brokerConfig,
        controllerConfig: { 'broker.session.timeout.ms': 4_000, 'controller.quorum.auto.join.enable': true },
      },
      faults: [{ kind: 'wipe', target: 'c102', at: '2s', until: '4s' }],
      duration: '20s',
    });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.probes['raft: voter removed']).toBe(1);
    expect(result.probes['raft: voter added']).toBe(1);
  });

  it('lets controllers go, with power losses in between, until others are the voters', () => {
    const result = runSmall({
      cluster: {
        brokers: 3,
        controllers: 3,
        quorum: 'dynamic',
        spareControllers: 2,
        topics,
        brokerConfig,
        controllerConfig: { 'broker.session.timeout.ms': 4_000, ...SMALL_SNAPSHOTS },
      },
      operations: [
        { at: '1s', do: 'add-voter', controller: 104 },
        { at: '5s', do: 'remove-voter', controller: 101 },
        { at: '9s', do: 'add-voter', controller: 105 },
        { at: '13s', do: 'remove-voter', controller: 102 },
      ],
      faults: [
        { kind: 'power-loss', target: 'controller-leader', at: '3s', until: '4s' },
        { kind: 'isolate', target: 'controller-leader', at: '7s', until: '9s' },
        { kind: 'power-loss', target: 'controllers', at: '11s', until: '12s' },
      ],
      duration: '25s',
    });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.probes['raft: voter added']).toBeGreaterThanOrEqual(1);
    expect(result.probes['raft: voter removed']).toBeGreaterThanOrEqual(1);
  });
});

describe('snapshots of the metadata', () => {
  it.each(['static', 'dynamic'] as const)(
    'serve who was away when the log below went (%s voters)',
    (quorum) => {
      const result = runSmall({
        cluster: {
          brokers: 3,
          controllers: 3,
          quorum,
          topics,
          brokerConfig: { ...brokerConfig, ...SMALL_SNAPSHOTS },
          controllerConfig: { 'broker.session.timeout.ms': 4_000, ...SMALL_SNAPSHOTS },
        },
        faults: [
          { kind: 'kill', target: 'c103', at: '5s', until: '70s' },
          { kind: 'kill', target: 'b2', at: '5s', until: '70s' },
        ],
        duration: '80s',
      });
      expect(result.violations).toEqual([]);
      expect(result.verdict).toBe('pass');
      expect(result.probes['raft: log cleaned below a snapshot']).toBeGreaterThan(0);
      expect(result.probes['raft: snapshot installed']).toBeGreaterThanOrEqual(2);
    },
  );
});
