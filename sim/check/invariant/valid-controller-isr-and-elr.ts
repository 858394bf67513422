import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

type Told = Extract<Fact, { fact: 'partition changed' }>;

/** By this `named-by-check.ts` knows it. */
const CLEARED =
  'eligible leaders were forgotten with a change of min.insync.replicas, while nobody was in sync';

/**
 * Vanlightly's kip-966 `ValidControllerIsrAndElr`, and `MinIsrRecoveryQuorum` as Kafka has it so far: with nobody left
 * in ISR and ELR one last leader is remembered, not a quorum of `min.insync.replicas` (part 2 of KIP-966).
 */
export class ValidControllerIsrAndElr implements Invariant {
  readonly name = 'ValidControllerIsrAndElr';
  readonly property =
    'ISR and ELR are disjoint sets of replicas, and the ELR is empty while the ISR has min.insync.replicas members.';
  readonly facts = ['partition changed'] as const;
  readonly #before = new Map<string, Told>();
  /** Nobody was in sync when those who might lead were forgotten. */
  readonly #cleared = new Set<string>();

  onFact(at: number, _node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'partition changed') return;
    const { isr, elr, replicas, minIsr, lastKnownElr } = fact;
    const flaw =
      flawOfMembers('ISR', isr, replicas) ??
      flawOfMembers('ELR', elr, replicas) ??
      (elr.some((id) => isr.includes(id)) ? 'share a member' : null) ??
      (elr.length > 0 && isr.length >= minIsr ? `stand beside each other at min ISR ${minIsr}` : null);
    const forgotten = isr.length === 0 && elr.length === 0 && lastKnownElr.length !== 1;
    this.#note(fact);
    if (flaw === null && !forgotten) return;
    const weakness = flaw === null && this.#cleared.has(fact.log) ? { weakness: CLEARED } : {};
    report({
      check: flaw === null ? 'MinIsrRecoveryQuorum' : this.name,
      at,
      message:
        flaw === null
          ? `${fact.log}: ISR and ELR are empty, and [${lastKnownElr}] is remembered as the last leader`
          : `${fact.log}: ISR [${isr}] and ELR [${elr}] of replicas [${replicas}] ${flaw}`,
      evidence: { log: fact.log, isr, elr, replicas, minIsr, lastKnownElr, ...weakness },
    });
  }

  /** Nothing but a `ClearElrRecord` takes them away in the middle of a leader epoch. */
  #note(fact: Told): void {
    const { elr, isr, lastKnownElr, leaderEpoch, log } = fact;
    const before = this.#before.get(log);
    this.#before.set(log, fact);
    if (isr.length > 0) this.#cleared.delete(log);
    else if (
      before?.isr.length === 0 &&
      before.leaderEpoch === leaderEpoch &&
      before.elr.length + before.lastKnownElr.length > 0 &&
      elr.length + lastKnownElr.length === 0
    )
      this.#cleared.add(log);
  }
}

function flawOfMembers(set: string, members: readonly number[], replicas: readonly number[]): string | null {
  for (let i = 0; i < members.length; i++) {
    if (!replicas.includes(members[i]!)) return `name broker ${members[i]} in the ${set}, who is no replica`;
    if (members.indexOf(members[i]!) !== i) return `name broker ${members[i]} twice in the ${set}`;
  }
  return null;
}
