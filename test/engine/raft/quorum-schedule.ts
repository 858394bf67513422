import fc from 'fast-check';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { seededRandom } from './seeded-random.ts';
import type { TestQuorum } from './test-quorum.ts';
import { addVoter, removeVoter } from './voter-requests.ts';

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

/** What a dynamic quorum can be asked for besides. */
const CHANGES = ['add', 'remove'] as const;

type Kind = (typeof KINDS)[number] | (typeof CHANGES)[number];

interface Action {
  readonly kind: Kind;
  readonly node: number;
  readonly other: number;
  readonly afterMs: number;
}

export interface Schedule {
  readonly seed: number;
  readonly lossPerMille: number;
  /** A disk this slow leaves much room between a write and its safety. */
  readonly slowestSyncMs: number;
  readonly actions: readonly Action[];
}

/** Schedules for some nodes; in a dynamic quorum every third action changes the voters. */
export function schedulesFor(nodes: number, isDynamic: boolean): fc.Arbitrary<Schedule> {
  const kinds: readonly Kind[] = [...KINDS, 'append', 'append', 'append', 'start'];
  const all = isDynamic ? [...kinds, ...CHANGES, ...CHANGES, ...CHANGES] : kinds;
  return fc.record({
    seed: fc.nat(1_000_000),
    lossPerMille: fc.constantFrom(0, 0, 20, 100),
    slowestSyncMs: fc.constantFrom(2, 100),
    actions: fc.array(
      fc.record({
        kind: fc.constantFrom(...all),
        node: fc.nat(nodes - 1),
        other: fc.nat(nodes - 1),
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
}

/** An append may be lost with a leadership that was about to end; one of a few is not. Answers the leader. */
export function converge(quorum: TestQuorum): number {
  for (let attempt = 0; attempt < 20; attempt++) {
    const leader = quorum.untilLeader();
    const value = `last ${attempt}`;
    quorum.append(leader, value);
    quorum.run(2 * SECOND);
    if (quorum.ids.every((id) => quorum.applied(id).values.includes(value))) return leader;
  }
  throw new Error(`violation: no agreement after all is healed\n${quorum.describe()}`);
}

function act(quorum: TestQuorum, kind: Kind, id: number, other: number, value: string): void {
  const running = quorum.ids.filter((each) => quorum.isRunning(each));
  if (kind === 'add' || kind === 'remove') {
    const change = kind === 'add' ? addVoter : removeVoter;
    for (const each of running) if (quorum.raft(each).isLeader) change(quorum, each, id);
  } else if (kind === 'heal') quorum.network.heal();
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

/** Runs a schedule on a quorum that loses messages meanwhile; afterwards all is healed and everybody runs. */
export function runActions(quorum: TestQuorum, { seed, lossPerMille, actions }: Schedule): void {
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
}
