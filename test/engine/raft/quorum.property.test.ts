import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { ElectionFile } from '../../../engine/raft/election-file.ts';
import { MetadataLog } from '../../../engine/raft/metadata-log.ts';
import { QuorumInvariants } from './quorum-invariants.ts';
import { seededRandom } from './seeded-random.ts';
import { TestQuorum } from './test-quorum.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const KINDS = [
  'append',
  'crash',
  'power',
  'blackout',
  'start',
  'isolate',
  'cut',
  'heal',
  'resign',
  'snapshot',
] as const;

interface Action {
  readonly kind: (typeof KINDS)[number];
  readonly node: number;
  readonly other: number;
  readonly afterMs: number;
}

interface Schedule {
  readonly seed: number;
  readonly lossPerMille: number;
  /** A disk this slow leaves much room between a write and its safety. */
  readonly slowestSyncMs: number;
  readonly actions: readonly Action[];
}

const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(1_000_000),
  lossPerMille: fc.constantFrom(0, 0, 20, 100),
  slowestSyncMs: fc.constantFrom(2, 100),
  actions: fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS, 'append', 'append', 'append', 'start'),
      node: fc.nat(3),
      other: fc.nat(3),
      // Often within the round trips of what went before, sometimes after an election,
      // and now and then so that old snapshots are looked for.
      afterMs: fc.oneof(
        { weight: 8, arbitrary: fc.nat(60) },
        { weight: 8, arbitrary: fc.nat(4_000) },
        { weight: 1, arbitrary: fc.constant(61_000) },
      ),
    }),
    { minLength: 10, maxLength: 40 },
  ),
});

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

/** An append may be lost with a leadership that was about to end; one of a few is not. Answers the leader. */
function converge(quorum: TestQuorum): number {
  for (let attempt = 0; attempt < 20; attempt++) {
    const leader = quorum.untilLeader();
    const value = `last ${attempt}`;
    quorum.append(leader, value);
    quorum.run(2 * SECOND);
    if (quorum.ids.every((id) => quorum.applied(id).values.includes(value))) return leader;
  }
  throw new Error(`violation: no agreement after all is healed\n${quorum.describe()}`);
}

function act(quorum: TestQuorum, kind: Action['kind'], id: number, other: number, value: string): void {
  const running = quorum.ids.filter((each) => quorum.isRunning(each));
  if (kind === 'heal') quorum.network.heal();
  else if (kind === 'cut') quorum.network.cut(id, other);
  else if (kind === 'isolate') quorum.isolate(id);
  else if (kind === 'start') {
    for (const each of quorum.ids) if (!quorum.isRunning(each)) quorum.start(each);
  } else if (kind === 'append') {
    // To every node that believes to lead, the latest or not.
    for (const each of running) if (quorum.raft(each).isLeader) quorum.append(each, value);
  } else if (kind === 'blackout') {
    for (const each of running) quorum.losePower(each, 'some');
    for (const each of quorum.ids) quorum.start(each);
  } else if (quorum.isRunning(id)) {
    if (kind === 'crash') quorum.crash(id);
    else if (kind === 'power') quorum.losePower(id, 'some');
    else if (kind === 'resign') quorum.resign(id);
    else if (quorum.applied(id).nextOffset > 0) quorum.snapshot(id);
  }
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
