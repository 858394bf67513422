import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

export const VALID_FETCHER_STATE = {
  name: 'ValidFetcherState',
  property:
    'A follower is fetched by one fetcher, from the leader and in the leader epoch of its role, and nothing else is fetched.',
} as const;

/** Vanlightly's `ValidFetcherState`, between two steps: a fetcher that gave up is liveness's to tell. */
export function validateFetchers(at: number, views: ClusterViews): Violation[] {
  const violations: Violation[] = [];
  for (const { name, view } of views.brokers) {
    if (view === null) continue;
    const replicas = new Map([...view.replicas()].map((replica) => [replica.name, replica]));
    const seen = new Set<string>();
    for (const fetch of view.fetches()) {
      const replica = replicas.get(fetch.name);
      const flaw = seen.has(fetch.name)
        ? 'twice'
        : replica?.role.kind !== 'follower'
          ? `although it is ${replica?.role.kind ?? 'not here'}`
          : fetch.leaderEpoch !== replica.leaderEpoch
            ? `in leader epoch ${fetch.leaderEpoch} of ${replica.leaderEpoch}`
            : fetch.phase === 'fetching' && fetch.fetchOffset !== replica.log?.logEndOffset
              ? `at ${fetch.fetchOffset}, its log ends at ${replica.log?.logEndOffset}`
              : null;
      seen.add(fetch.name);
      if (flaw === null) continue;
      violations.push({
        check: VALID_FETCHER_STATE.name,
        at,
        message: `${name} fetches ${fetch.name} from broker ${fetch.source} ${flaw}`,
        evidence: { node: name, log: fetch.name, source: fetch.source },
      });
    }
  }
  return violations;
}
