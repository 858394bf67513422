import { describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../../scenarios/load/index.ts';
import { readsTopic, topicsOf } from '../../sim/scenario/index.ts';
import { smallScenario } from '../sim/cluster/small-trial.ts';

type Input = Partial<ScenarioInput>;

function subscribing(pattern: string, changes: Input = {}) {
  const consumer = { name: 'k1', topic: 't', pattern, config: { 'group.id': 'g' } };
  const producer = { name: 'p1', topic: 'tea', workload: { kind: 'synthetic', rate: 1 } } as const;
  const create = { do: 'create-topic', at: '1s', topic: 'tea', partitions: 4, replicationFactor: 3 } as const;
  const traffic = { producers: [{ ...producer, config: {} }], consumers: [consumer] };
  return smallScenario({ traffic, operations: [create], ...changes });
}

describe('a subscription by pattern', () => {
  it('is of every topic whose whole name matches, of those that come under way too', () => {
    const scenario = subscribing('t.?');
    const topics = topicsOf(scenario).map(({ name, partitions }) => `${name} ${partitions}`);
    expect(topics).toEqual(['t 2', 'tea 4']);
    const [consumer] = scenario.traffic.consumers;
    expect(['t', 'to', 'tea', 'at'].filter((name) => readsTopic(consumer!, name))).toEqual(['t', 'to']);
    expect(readsTopic({ topic: 't', pattern: null }, 'to')).toBe(false);
  });

  it('is refused when it is none, or leaves the consumer’s own topic out, or there is no group', () => {
    expect(() => subscribing('(t')).toThrow(
      'consumers.0.pattern: found "(t", which is no regular expression',
    );
    expect(() => subscribing('tea')).toThrow('consumers.0.pattern: found "tea", which "t" does not match');
    const alone = { name: 'k1', topic: 't', pattern: 't.*', config: {} };
    expect(() => subscribing('t', { traffic: { producers: [], consumers: [alone] } })).toThrow(
      'consumers.0.pattern: found "t.*", but the consumer is in no group; set config.group.id',
    );
  });

  it('a producer may wait for a topic that is created under way, and for no other', () => {
    expect(() => subscribing('t', { operations: [] })).toThrow(
      'traffic.producers.0.topic: no such topic: "tea"',
    );
  });
});
