import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { ElectionFile } from '../../../engine/raft/election-file.ts';
import { MetadataLog } from '../../../engine/raft/metadata-log.ts';
import { QuorumInvariants } from './quorum-invariants.ts';
import { act, converge, type Schedule, schedulesFor } from './quorum-schedule.ts';
import { seededRandom } from './seeded-random.ts';
import { TestQuorum } from './test-quorum.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const schedules = schedulesFor(4, false);

/** Runs a schedule on three voters and an observer, then heals all and demands that they agree. */
function runSchedule({ seed, lossPerMille, slowestSyncMs, actions }: Schedule): void {
  const quorum = new TestQuorum({
    seed,
    observers: 1,
    config: { 'metadata.max.retention.bytes': 300 },
    syncUs: [500, slowestSyncMs * MS],
  });
  const invariants = new QuorumInvariants(quorum);
  const luck = seededRandom(seed + 1);
  quorum.network.loses = () => luck.below(1000) < lossPerMille;
  quorum.startAll();
  quorum.run(2 * SECOND);
  let appended = 0;
  for (const { kind, node, other, afterMs } of actions) {
    act(quorum, kind, quorum.ids[node]!, quorum.ids[other]!, `v${appended++}`);
    quorum.run(afterMs * MS);
  }
  quorum.network.loses = () => false;
  quorum.network.heal();
  for (const id of quorum.ids) if (!quorum.isRunning(id)) quorum.start(id);
  const leader = converge(quorum);
  const values = quorum.applied(leader).values;
  for (const id of quorum.ids) {
    if (quorum.applied(id).values.join() !== values.join()) throw new Error(`violation: ${id} differs`);
  }
  if (invariants.committedValues.join() !== values.join())
    throw new Error('violation: committed values are lost');
}

/** The first schedule of many that breaks something, or null. */
function findViolation(runs: number): string | null {
  const outcome = fc.check(fc.property(schedules, runSchedule), {
    seed: 1,
    numRuns: runs,
    endOnFailure: true,
  });
  return outcome.failed ? String(outcome.errorInstance) : null;
}

describe('whatever happens to a quorum', () => {
  it('has one leader an epoch, one record an offset and epoch, and loses nothing committed', () => {
    fc.assert(fc.property(schedules, runSchedule), { seed: 20_260_801, numRuns: 40 });
  });

  it('would be seen to lose records, if voters acknowledged before they had synced', () => {
    vi.spyOn(MetadataLog.prototype, 'isDurableTo').mockReturnValue(true);
    expect(findViolation(200)).toMatch(/violation: (?!no agreement)|truncat/);
  });

  it('would be seen to have two leaders in an epoch, if voters forgot their votes', () => {
    vi.spyOn(ElectionFile.prototype, 'read').mockReturnValue(null);
    expect(findViolation(200)).toMatch(/violation: (?!no agreement)|leader \d+ of epoch/);
  });
});
