import { expect, it } from 'vitest';
import type { Fact } from '../../../engine/machine/index.ts';
import { buildBatch } from '../../../engine/records/index.ts';
import { parseScenario } from '../../../scenarios/load/index.ts';
import type { Cluster } from '../../../sim/cluster/cluster.ts';
import { CompactionWatch } from '../../../sim/cluster/compaction-watch.ts';
import type { Host } from '../../../sim/host/index.ts';
import { writeRecordId } from '../../../sim/workload/index.ts';
import { leads, replicated, Story } from '../check/facts.ts';

const LOG = 't-0';
const RECORDS = 400;

/** A compacted log of one replica, of which retention takes the first records. */
function watchOf(logStartOffset: number): CompactionWatch {
  const topics = [
    { name: 't', partitions: 1, replicationFactor: 1, config: { 'cleanup.policy': 'compact,delete' } },
  ];
  const scenario = parseScenario('s', {
    name: 's',
    cluster: { brokers: 1, topics },
    traffic: { producers: [] },
    duration: '1s',
  });
  const story = new Story();
  const watch = new CompactionWatch(scenario, { brokers: [] } as unknown as Cluster, story.checks.shadow);
  const tell = (fact: Fact): void => {
    story.node('b1', fact);
    watch.onFact(0, { name: 'b1' } as Host, fact);
  };
  tell(leads(LOG, 0, [1]));
  for (let offset = 0; offset < RECORDS; offset++) {
    const value = new Uint8Array(4);
    writeRecordId(value, offset);
    const batch = buildBatch({ baseOffset: offset }, [{ timestamp: 1, key: value, value }]);
    tell({ fact: 'log appended', log: LOG, baseOffset: offset, lastOffset: offset, leaderEpoch: 0, batch });
  }
  tell(replicated(LOG, RECORDS, RECORDS, 0));
  tell({ fact: 'log start advanced', log: LOG, logStartOffset });
  return watch;
}

it('knows what retention cut off, though no replica has it any more', () => {
  const removed = watchOf(300).removed(0);
  const has = (id: number) => removed.has({ log: LOG, id, recordOffset: -1 });
  expect([has(0), has(299), has(300)]).toEqual([true, true, false]);
});
