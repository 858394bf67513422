import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow, QuorumShadow } from '../shadow/cluster-shadow.ts';

/**
 * A pre-vote is asked for at most an election timeout after it was granted, and who is granted one has not heard of
 * a leader: whom a majority has followed for longer than this nobody can be voted against.
 */
const SETTLED_US = 10_000_000;

interface Place extends QuorumShadow {
  readonly since: number;
}

/**
 * `RaftEventSimulationTest.StableLeadership` for any run (what KAFKA-18439 asks for), and KIP-996's purpose: a voter that
 * was cut off does not dethrone a leader whom a majority follows, whatever epoch it counted up to alone.
 */
export class StableLeadership implements Invariant {
  readonly name = 'StableLeadership';
  readonly property = 'Nobody stands for election against a leader whom a majority of the voters follows.';
  readonly facts = ['quorum role changed'] as const;
  readonly #places = new Map<string, Place>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'quorum role changed') return;
    const { role, quorumEpoch, leader } = fact;
    this.#places.set(node, { role, quorumEpoch, leader, since: at });
    if (role !== 'candidate') return;
    const followers = new Map<number, number>();
    const voters = shadow.votersFor(node);
    for (const voter of voters) {
      const place = this.#places.get(voter);
      if (voter === node || place === undefined || at - place.since < SETTLED_US) continue;
      if (place.role !== 'leader' && place.role !== 'follower') continue;
      // A voter whose disk knows only that it once stood in this epoch stands in it again, and takes nobody's place.
      if (place.quorumEpoch >= quorumEpoch) continue;
      followers.set(place.leader, (followers.get(place.leader) ?? 0) + 1);
    }
    for (const [followed, count] of followers) {
      if (count <= voters.size >> 1) continue;
      report({
        check: this.name,
        at,
        message: `${node} stands for election in epoch ${quorumEpoch} although ${count} of ${voters.size} voters follow ${followed}`,
        evidence: { node, quorumEpoch, followed, count },
      });
    }
  }

  onDown(node: string): void {
    this.#places.delete(node);
  }
}
