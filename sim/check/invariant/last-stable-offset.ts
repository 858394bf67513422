import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** What a replica told last. */
interface Told {
  lastStableOffset: number;
  highWatermark: number;
  leaderEpoch: number;
}

/**
 * The last stable offset is where the first transaction begins that is undecided, or decided by a marker that is not
 * replicated, and the high watermark when there is none. The batches say where that is; a leader that says less keeps
 * readers from what is decided, one that says more shows them what is not. And what is stable stays so, on every
 * replica for as long as its process lives, also through a truncation above the high watermark.
 *
 * A process that has read its log again does not know which transactions had ended below its last snapshot and were
 * not replicated (`ProducerStateManager.truncateAndReload`): for these it may say more.
 */
export class LastStableOffset implements Invariant {
  readonly name = 'LastStableOffset';
  readonly property =
    'The last stable offset is at the first undecided transaction below the high watermark, and never falls on a replica.';
  readonly facts = ['high watermark advanced', 'log truncated', 'log restarted', 'log opened'] as const;
  /** By log and node. */
  readonly #told = new Map<string, Map<string, Told>>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    switch (fact.fact) {
      case 'high watermark advanced':
        this.#judgeAdvance(at, node, fact, shadow, report);
        return;
      case 'log truncated': {
        if (fact.lastStableOffset === undefined) return;
        const told = this.#told.get(fact.log)?.get(node);
        if (told === undefined) return;
        const { highWatermark } = shadow.replica(node, fact.log);
        const now = { lastStableOffset: fact.lastStableOffset, highWatermark, leaderEpoch: told.leaderEpoch };
        this.#judgeMonotone(at, node, fact.log, now, report);
        return;
      }
      case 'log opened':
      case 'log restarted':
        this.#told.get(fact.log)?.delete(node);
        return;
      default:
        return;
    }
  }

  #judgeAdvance(
    at: number,
    node: string,
    fact: Extract<Fact, { fact: 'high watermark advanced' }>,
    shadow: ClusterShadow,
    report: Report,
  ): void {
    const { highWatermark, lastStableOffset, log } = fact;
    // OffsetsInOrder says so.
    if (lastStableOffset > highWatermark) return;
    this.#judgeMonotone(at, node, log, fact, report);
    if (!fact.leader) return;
    const replica = shadow.replica(node, log);
    const ledger = shadow.transactions.ledger(log);
    if (ledger === undefined || !ledger.isWhole || ledger.end !== replica.logEndOffset) return;
    const { logStartOffset } = replica;
    const lowest = Math.max(logStartOffset, ledger.firstUnstable(highWatermark));
    if (lastStableOffset < lowest) {
      this.#report(at, node, log, fact, `waits for nothing: all is decided up to ${lowest}`, report);
      return;
    }
    const isSure = ledger.leader === node && ledger.leaderEpoch === fact.leaderEpoch;
    const highest = isSure ? Math.max(logStartOffset, ledger.firstUndecided(highWatermark)) : highWatermark;
    if (lastStableOffset <= highest) return;
    const why = `is beyond ${highest}, where an undecided transaction begins`;
    this.#report(at, node, log, fact, why, report);
  }

  #judgeMonotone(at: number, node: string, log: string, now: Told, report: Report): void {
    let byNode = this.#told.get(log);
    if (byNode === undefined) this.#told.set(log, (byNode = new Map()));
    const told = byNode.get(node);
    if (told === undefined) {
      const { highWatermark, lastStableOffset, leaderEpoch } = now;
      byNode.set(node, { highWatermark, lastStableOffset, leaderEpoch });
      return;
    }
    // With a high watermark that falls it falls too, and HighWatermarkMonotone says so where that must not be.
    if (now.highWatermark >= told.highWatermark && now.lastStableOffset < told.lastStableOffset)
      this.#report(at, node, log, now, `has fallen from ${told.lastStableOffset}`, report);
    told.lastStableOffset = now.lastStableOffset;
    told.highWatermark = now.highWatermark;
    told.leaderEpoch = now.leaderEpoch;
  }

  #report(at: number, node: string, log: string, told: Told, why: string, report: Report): void {
    const { highWatermark, lastStableOffset, leaderEpoch } = told;
    report({
      check: this.name,
      at,
      message: `${log}: the last stable offset ${lastStableOffset} of ${node} ${why}`,
      evidence: { log, node, lastStableOffset, highWatermark, leaderEpoch },
    });
  }
}
