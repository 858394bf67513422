import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';
import { validateReplicas } from './replicas-identical.ts';
import { validateMetadata } from './same-metadata.ts';
import { validateSnapshots } from './snapshot-at-log-start.ts';
import { validateTopicIds } from './topic-ids-match.ts';
import { validateConsumerGroups } from './valid-consumer-groups.ts';
import { validateFetchers } from './valid-fetcher-state.ts';

/** Every validation that needs only views. */
export function validateViews(at: number, views: ClusterViews): Violation[] {
  return [
    ...validateReplicas(at, views),
    ...validateFetchers(at, views),
    ...validateMetadata(at, views),
    ...validateTopicIds(at, views),
    ...validateSnapshots(at, views),
    ...validateConsumerGroups(at, views),
  ];
}
