import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

type Advanced = Extract<Fact, { fact: 'high watermark advanced' }>;

interface Told {
  node: string;
  leaderEpoch: number;
  lastStableOffset: number;
  highWatermark: number;
}

/**
 * The last stable offset is where the first transaction begins that is undecided, or decided by a marker that is not
 * replicated, and the high watermark when there is none. The batches say where that is; a leader that says less keeps
 * readers from what is decided, one that says more shows them what is not.
 *
 * A process that has read its log again does not know which transactions had ended below its last snapshot and were not
 * replicated (`ProducerStateManager.truncateAndReload`): for these it may say more.
 */
export class LastStableOffset implements Invariant {
  readonly name = 'LastStableOffset';
  readonly property =
    'The last stable offset is at the first undecided transaction below the high watermark, and never falls on one leader.';
  readonly facts = ['high watermark advanced'] as const;
  /** By log: who led, and what it told last. */
  readonly #told = new Map<string, Told>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'high watermark advanced') return;
    const { highWatermark, lastStableOffset } = fact;
    if (lastStableOffset > highWatermark) {
      this.#report(at, node, fact, `is above the high watermark ${highWatermark}`, report);
      return;
    }
    if (!fact.leader) return;
    this.#judgeMonotone(at, node, fact, report);
    const replica = shadow.replica(node, fact.log);
    const ledger = shadow.transactions.ledger(fact.log);
    if (ledger === undefined || !ledger.isWhole || ledger.end !== replica.logEndOffset) return;
    const { logStartOffset } = replica;
    const lowest = Math.max(logStartOffset, ledger.firstUnstable(highWatermark));
    if (lastStableOffset < lowest) {
      this.#report(at, node, fact, `waits for nothing: all is decided up to ${lowest}`, report);
      return;
    }
    const isSure = ledger.leader === node && ledger.leaderEpoch === fact.leaderEpoch;
    const highest = isSure ? Math.max(logStartOffset, ledger.firstUndecided(highWatermark)) : highWatermark;
    if (lastStableOffset > highest)
      this.#report(at, node, fact, `is beyond ${highest}, where an undecided transaction begins`, report);
  }

  #judgeMonotone(at: number, node: string, fact: Advanced, report: Report): void {
    const { highWatermark, lastStableOffset, leaderEpoch, log } = fact;
    const told = this.#told.get(log);
    if (told === undefined) {
      this.#told.set(log, { node, leaderEpoch, lastStableOffset, highWatermark });
      return;
    }
    // With a high watermark that falls it falls too, and HighWatermarkMonotone says so.
    const isSame =
      told.node === node && told.leaderEpoch === leaderEpoch && highWatermark >= told.highWatermark;
    if (isSame && lastStableOffset < told.lastStableOffset)
      this.#report(at, node, fact, `has fallen from ${told.lastStableOffset}`, report);
    told.node = node;
    told.leaderEpoch = leaderEpoch;
    told.lastStableOffset = lastStableOffset;
    told.highWatermark = highWatermark;
  }

  #report(at: number, node: string, fact: Advanced, why: string, report: Report): void {
    const { highWatermark, lastStableOffset, leaderEpoch, log } = fact;
    report({
      check: this.name,
      at,
      message: `${log}: the last stable offset ${lastStableOffset} of ${node} ${why}`,
      evidence: { log, node, lastStableOffset, highWatermark, leaderEpoch },
    });
  }
}
