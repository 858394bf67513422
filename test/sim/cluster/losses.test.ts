import { describe, expect, it } from 'vitest';
import { sortViolations } from '../../../sim/cluster/findings.ts';
import { FAULT_KINDS, FAULT_RULES } from '../../../sim/fault/index.ts';
import type { Violation } from '../../../sim/result/index.ts';
import { smallScenario } from './small-trial.ts';

const durable = smallScenario();
const [topic] = durable.cluster.topics;
const onOne = {
  ...durable,
  cluster: { ...durable.cluster, topics: [{ ...topic!, config: { 'min.insync.replicas': 1 } }] },
};
const declared = { ...durable, expect: { ...durable.expect, mayLoseReplicated: true } };
const LOST: Violation = { check: 'NoReplicatedRecordLost', at: 1, message: 'gone', evidence: { log: 't-0' } };
const DIVERGED: Violation = { ...LOST, check: 'LogMatching' };

const hadProbes = (...probes: string[]) => new Map(probes.map((probe) => [probe, 1]));
const ofCost = (...costs: string[]) => FAULT_KINDS.filter((kind) => costs.includes(FAULT_RULES[kind].cost));

describe('a replicated record that is lost', () => {
  it.each(FAULT_KINDS)('is a violation after %s, where two replicas had to have it', (kind) => {
    const probes = hadProbes(`fault: ${kind}`, 'crash: power lost');
    expect(sortViolations(durable, [LOST], probes).violations).toEqual([LOST]);
  });

  it.each(ofCost('lossy'))('is allowed after %s, where one replica was enough', (kind) => {
    expect(sortViolations(onOne, [LOST], hadProbes(`fault: ${kind}`)).allowed).toEqual([LOST]);
  });

  it.each(ofCost('away', 'nothing').filter((kind) => kind !== 'disk-error'))(
    'is a violation after %s, which takes nothing from a disk',
    (kind) => {
      expect(sortViolations(onOne, [LOST], hadProbes(`fault: ${kind}`)).violations).toEqual([LOST]);
    },
  );

  it('is allowed on one replica after a rolling restart that took the power', () => {
    const probes = hadProbes('fault: rolling-restart', 'crash: power lost');
    expect(sortViolations(onOne, [LOST], probes).allowed).toEqual([LOST]);
  });

  it('is allowed on one replica once a leader was elected uncleanly', () => {
    expect(sortViolations(onOne, [LOST], hadProbes('controller: unclean leader elected')).allowed).toEqual([
      LOST,
    ]);
  });

  it('is allowed of the topics that coordinators and clients make, as far as one replica was enough', () => {
    const sorted = (name: string, changes = {}, controllerConfig = {}) => {
      const { cluster } = durable;
      const scenario = {
        ...durable,
        cluster: { ...cluster, brokerConfig: { ...cluster.brokerConfig, ...changes }, controllerConfig },
      };
      const lost = { ...LOST, evidence: { log: `${name}-3` } };
      return sortViolations(scenario, [lost], hadProbes('fault: wipe')).allowed.length === 1;
    };
    expect(sorted('__consumer_offsets')).toBe(true);
    expect(sorted('__consumer_offsets', { 'min.insync.replicas': 2 })).toBe(false);
    expect(sorted('__transaction_state')).toBe(false);
    expect(sorted('__transaction_state', { 'transaction.state.log.min.isr': 1 })).toBe(true);
    expect(sorted('made-by-a-client')).toBe(true);
    // Where a broker says nothing, the controller does (KIP-464).
    const two = { 'min.insync.replicas': 2 };
    expect(sorted('made-by-a-client', two)).toBe(true);
    expect(sorted('made-by-a-client', two, { 'default.replication.factor': 3 })).toBe(false);
    const metadata = { ...LOST, evidence: { log: '__cluster_metadata-0' } };
    expect(sortViolations(durable, [metadata], hadProbes('fault: wipe')).violations).toEqual([metadata]);
  });

  it('is allowed where the scenario says so', () => {
    expect(sortViolations(declared, [LOST], hadProbes()).allowed).toEqual([LOST]);
  });

  it('excuses nothing else', () => {
    expect(sortViolations(declared, [DIVERGED], hadProbes('fault: wipe')).violations).toEqual([DIVERGED]);
  });
});
