import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow, QuorumShadow } from '../shadow/cluster-shadow.ts';

type Role = QuorumShadow['role'];

/**
 * Which role may follow which in the quorum (the header of Kafka's `QuorumState`). `observer` stands for an unattached
 * or following replica without a vote; with a voter set that changes (KIP-853) such a one can gain or lose it.
 */
const NEXT: Readonly<Record<Role, readonly Role[]>> = {
  observer: ['observer', 'unattached', 'follower', 'prospective'],
  unattached: ['unattached', 'prospective', 'follower', 'observer'],
  prospective: ['unattached', 'prospective', 'candidate', 'follower', 'observer'],
  candidate: ['unattached', 'prospective', 'leader', 'follower', 'observer'],
  leader: ['unattached', 'resigned', 'follower', 'observer'],
  resigned: ['unattached', 'prospective', 'follower', 'observer'],
  follower: ['unattached', 'prospective', 'follower', 'observer'],
};

/**
 * Vanlightly's `ValidRolesAndStates`, `StatesMatchRoles` and `NoIllegalState`, and Kafka's `MonotonicEpoch`: a process
 * never goes back in its epoch, and no crash takes it below an epoch that it led.
 */
export class ValidRolesAndStates implements Invariant {
  readonly name = 'ValidRolesAndStates';
  readonly property =
    'A replica of the quorum changes its role only as Raft allows, names itself as leader exactly when it leads, and never goes back in its epoch.';
  readonly facts = ['quorum role changed'] as const;
  /** Of processes that live. */
  readonly #last = new Map<string, QuorumShadow>();
  /** The highest epoch that a node led: it was durable before. */
  readonly #led = new Map<string, number>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'quorum role changed') return;
    const before = this.#last.get(node);
    this.#last.set(node, fact);
    const led = this.#led.get(node) ?? -1;
    const lowest = Math.max(before?.quorumEpoch ?? -1, led);
    if (fact.role === 'leader' && fact.quorumEpoch > led) this.#led.set(node, fact.quorumEpoch);
    const { role, quorumEpoch, leader } = fact;
    if (quorumEpoch < lowest) {
      this.#report('MonotonicEpoch', at, node, `went back from epoch ${lowest} to ${quorumEpoch}`, report);
    }
    const isFirst = before === undefined;
    if (isFirst ? role === 'leader' || role === 'prospective' : !NEXT[before.role].includes(role)) {
      this.#report(this.name, at, node, `became ${role} after ${before?.role ?? 'its start'}`, report);
    }
    const flaw = flawOf(role, leader, ownId(node));
    if (flaw !== null) this.#report(this.name, at, node, flaw, report);
  }

  onDown(node: string): void {
    this.#last.delete(node);
  }

  #report(check: string, at: number, node: string, what: string, report: Report): void {
    report({ check, at, message: `${node} ${what}`, evidence: { node } });
  }
}

function flawOf(role: Role, leader: number, self: number): string | null {
  switch (role) {
    case 'leader':
    case 'resigned':
      return leader === self ? null : `is ${role} and names ${leader} as the leader`;
    case 'candidate':
      return leader === -1 ? null : `stands for election in an epoch that ${leader} leads`;
    case 'follower':
      return leader >= 0 && leader !== self ? null : `follows ${leader}`;
    default:
      return null;
  }
}

/** `c101` is node 101. */
function ownId(node: string): number {
  return Number(node.slice(1));
}
