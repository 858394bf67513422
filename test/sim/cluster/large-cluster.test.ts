import { describe, expect, it } from 'vitest';
import type { AdminAction } from '../../../engine/client/index.ts';
import type { CreateTopicsRequest } from '../../../engine/wire/index.ts';
import { TopicSetup } from '../../../sim/cluster/topic-setup.ts';
import { runSmall, smallScenario } from './small-trial.ts';

const topics = (count: number, partitions: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `t${i}`, partitions, replicationFactor: 3 }));

/** Names of the topics of each request, until the application has no more to ask for. */
function requestsOf(setup: TopicSetup): string[][] {
  const requests: string[][] = [];
  for (let action: AdminAction = setup.next(); action.do === 'call'; action = setup.next())
    requests.push((action.call.body as CreateTopicsRequest).topics.map(({ name }) => name));
  return requests;
}

describe('a large cluster', () => {
  it('asks for its topics in requests that a batch of the metadata log holds, small ones in one', () => {
    const setupOf = (count: number, partitions: number): TopicSetup =>
      new TopicSetup(
        smallScenario({
          cluster: { brokers: 3, topics: topics(count, partitions) },
          traffic: { producers: [] },
        }).cluster.topics,
        false,
      );
    expect(requestsOf(setupOf(3, 6))).toEqual([['t0', 't1', 't2']]);
    expect(requestsOf(setupOf(5, 2_000))).toEqual([['t0', 't1'], ['t2', 't3'], ['t4']]);
    expect(requestsOf(setupOf(2, 10_000))).toEqual([['t0'], ['t1']]);
  });

  it('of twelve brokers and 600 partitions comes up, loses a broker, and is whole again', () => {
    const result = runSmall({
      cluster: { brokers: 12, racks: 3, topics: topics(3, 200) },
      traffic: {
        producers: [{ name: 'p1', topic: 't0', workload: { kind: 'synthetic', rate: 100 } }],
      },
      faults: [{ kind: 'kill', target: 'b2', at: '1s', until: '2s' }],
      duration: '3s',
    });
    expect(result.verdict).toBe('pass');
    expect(result.operations.produce!.ok).toBeGreaterThan(200);
    expect(Math.min(...result.metrics.series.isrMin)).toBeLessThan(3);
    expect(result.metrics.series.isrMin.at(-1)).toBe(3);
  });
});
