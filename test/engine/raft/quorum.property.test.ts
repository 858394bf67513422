import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MS } from '../../../engine/machine/index.ts';
import { ElectionFile } from '../../../engine/raft/election-file.ts';
import { MetadataLog } from '../../../engine/raft/metadata-log.ts';
import { QuorumInvariants } from './quorum-invariants.ts';
import { converge, runActions, type Schedule, schedulesFor } from './quorum-schedule.ts';
import { TestQuorum } from './test-quorum.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const schedules = schedulesFor(4, false);

/** Runs a schedule on three voters and an observer, then heals all and demands that they agree. */
function runSchedule(schedule: Schedule): void {
  const { seed, slowestSyncMs } = schedule;
  const quorum = new TestQuorum({
    seed,
    observers: 1,
    config: { 'metadata.max.retention.bytes': 300 },
    syncUs: [500, slowestSyncMs * MS],
  });
  const invariants = new QuorumInvariants(quorum);
  runActions(quorum, schedule);
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
