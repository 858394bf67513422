import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG, type PartitionShadow } from '../shadow/cluster-shadow.ts';

/**
 * Vanlightly's kip-966 `LeaderCandidateCompletenessProperty`, and with it hachikuji's `StrongIsr` and
 * `ValidHighWatermark`: nobody whom the controller may elect without asking lacks a replicated record. As there, members
 * whose process runs are judged: one that a crash has shortened is put out of ISR and ELR when it registers again.
 */
export class LeaderCandidateCompleteness implements Invariant {
  readonly name = 'LeaderCandidateCompleteness';
  readonly property =
    "Every running member of the controller's ISR and ELR has all records below any high watermark.";
  readonly facts = [
    'high watermark advanced',
    'partition changed',
    'log truncated',
    'log restarted',
    'broker state changed',
  ] as const;
  /** Partitions that were given to a leader at the price of records: what was replicated before is no measure. */
  readonly #givenUp = new Set<string>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    switch (fact.fact) {
      case 'high watermark advanced':
        if (fact.leader) this.#judge(at, fact.log, null, shadow, report);
        return;
      case 'partition changed':
        if (fact.unclean) this.#givenUp.add(fact.log);
        this.#judge(at, fact.log, null, shadow, report);
        return;
      case 'log truncated':
      case 'log restarted':
        this.#judge(at, fact.log, node, shadow, report);
        return;
      case 'broker state changed':
        if (fact.state !== 'RUNNING') return;
        for (const log of shadow.partitions.keys()) this.#judge(at, log, node, shadow, report);
        return;
      default:
        return;
    }
  }

  /** All candidates, or the one that `only` names. */
  #judge(at: number, log: string, only: string | null, shadow: ClusterShadow, report: Report): void {
    const partition = shadow.partitions.get(log);
    if (partition === undefined || log === METADATA_LOG || this.#givenUp.has(log)) return;
    for (const id of partition.isr) this.#judgeOne(at, log, id, only, partition, shadow, report);
    for (const id of partition.elr) this.#judgeOne(at, log, id, only, partition, shadow, report);
  }

  #judgeOne(
    at: number,
    log: string,
    id: number,
    only: string | null,
    partition: PartitionShadow,
    shadow: ClusterShadow,
    report: Report,
  ): void {
    const node = shadow.brokerNode(id);
    if ((only !== null && only !== node) || shadow.states.get(node) !== 'RUNNING') return;
    const replicated = shadow.replicated.get(log);
    if (replicated === undefined) return;
    const replica = shadow.replica(node, log);
    const disagreement = replicated.disagreementBelow(replica, replicated.end);
    if (disagreement === null) return;
    report({
      check: this.name,
      at,
      message:
        `${log}: broker ${id} may be elected (ISR [${partition.isr}], ELR [${partition.elr}]) but lacks the record at ` +
        `offset ${disagreement.recordOffset}; ${replicated.end} are replicated, its log ends at ${replica.logEndOffset}`,
      evidence: {
        log,
        node,
        isr: partition.isr,
        elr: partition.elr,
        partitionEpoch: partition.partitionEpoch,
        replicatedEnd: replicated.end,
        logEndOffset: replica.logEndOffset,
        ...disagreement,
      },
    });
  }
}
