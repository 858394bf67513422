import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

export const SNAPSHOT_AT_LOG_START = {
  name: 'SnapshotAtLogStart',
  property:
    'A metadata log that does not begin at 0 begins where a snapshot that is there ends, or before it.',
} as const;

/** `RaftEventSimulationTest.SnapshotAtLogStart`: nothing is cut from the front that no snapshot sums up. */
export function validateSnapshots(at: number, views: ClusterViews): Violation[] {
  const violations: Violation[] = [];
  for (const { name, view } of [...views.controllers, ...views.brokers]) {
    if (view === null) continue;
    const { logStartOffset, latestSnapshotId } = view.quorum;
    if (logStartOffset === 0 || (latestSnapshotId !== null && latestSnapshotId.offset >= logStartOffset))
      continue;
    violations.push({
      check: SNAPSHOT_AT_LOG_START.name,
      at,
      message: `${name}: the metadata log begins at ${logStartOffset}, the latest snapshot is ${latestSnapshotId === null ? 'none' : `at ${latestSnapshotId.offset}`}`,
      evidence: { node: name, logStartOffset },
    });
  }
  return violations;
}
