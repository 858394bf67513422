import type { Fact } from '../../../engine/machine/index.ts';
import type { ClientFact, Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * The ledger of acknowledged writes. With acks=all a record is below the high watermark when its producer hears of
 * it, and from then on at least one member of the ISR, or of the ELR, still has it on its disk. With acks=0 and
 * acks=1 nothing is promised: the end-of-run validation names what was lost.
 */
export class NoReplicatedRecordLost implements Invariant {
  readonly name = 'NoReplicatedRecordLost';
  readonly property =
    'A record acknowledged with acks=all was replicated before its producer heard of it, and some replica always has it.';
  readonly facts = ['log truncated', 'log opened', 'log restarted', 'log start advanced'] as const;
  /** Highest acknowledged offset (acks=all) of each log. */
  readonly #acknowledged = new Map<string, number>();
  /** Where each log was cut off in front: retention and administrators have done with what lies below. */
  readonly #cutOff = new Map<string, number>();

  onClient(at: number, fact: ClientFact, shadow: ClusterShadow, report: Report): void {
    if (fact.kind !== 'acknowledged' || fact.acks !== -1) return;
    const replicated = shadow.replicatedLog(fact.log);
    if (fact.recordOffset > (this.#acknowledged.get(fact.log) ?? -1))
      this.#acknowledged.set(fact.log, fact.recordOffset);
    if (fact.recordOffset < replicated.end) return;
    report({
      check: this.name,
      at,
      message: `${fact.log}: offset ${fact.recordOffset} was acknowledged with acks=all while only ${replicated.end} records were replicated`,
      evidence: { ...fact, replicatedEnd: replicated.end },
    });
  }

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact === 'log start advanced')
      this.#cutOff.set(fact.log, Math.max(fact.logStartOffset, this.#cutOff.get(fact.log) ?? 0));
    if (fact.fact !== 'log truncated' && fact.fact !== 'log opened' && fact.fact !== 'log restarted') return;
    const acknowledged = this.#acknowledged.get(fact.log);
    if (acknowledged === undefined || fact.log === METADATA_LOG) return;
    if (acknowledged < (this.#cutOff.get(fact.log) ?? 0)) return;
    const here = shadow.replica(node, fact.log);
    if (here.logEndOffset > acknowledged) return;
    const replicated = shadow.replicatedLog(fact.log);
    const known = replicated.at(acknowledged);
    const holders = shadow
      .replicasOf(fact.log)
      .filter((replica) => replica.at(acknowledged)?.leaderEpoch === known?.leaderEpoch);
    if (known === undefined || holders.length > 0 || here.logStartOffset > acknowledged) return;
    report({
      check: this.name,
      at,
      message: `${fact.log}: offset ${acknowledged} was acknowledged with acks=all, and with ${node} the last replica has lost it`,
      evidence: { log: fact.log, recordOffset: acknowledged, node, leaderEpoch: known.leaderEpoch },
    });
  }
}
