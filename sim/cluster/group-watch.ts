import type { Fact } from '../../engine/machine/index.ts';
import { CONSUMER_OFFSETS } from '../../engine/metadata/index.ts';
import {
  type ClusterShadow,
  type ClusterViews,
  COORDINATOR_RELOAD,
  differenceFromModel,
  validateReload,
} from '../check/index.ts';
import type { Host } from '../host/index.ts';
import type { Violation } from '../result/index.ts';
import type { Cluster } from './cluster.ts';

/** What one run shows; the rest would be echoes. */
const MAX_VIOLATIONS = 20;

/** Holds coordinators of groups against the model that followed their log: whenever one has loaded, and at the end. */
export class GroupWatch {
  readonly #cluster: Cluster;
  readonly #shadow: ClusterShadow;
  readonly #violations: Violation[] = [];

  constructor(cluster: Cluster, shadow: ClusterShadow) {
    this.#cluster = cluster;
    this.#shadow = shadow;
  }

  onFact(at: number, host: Host, fact: Fact): void {
    if (fact.fact !== 'coordinator loaded' || fact.topic !== CONSUMER_OFFSETS) return;
    const log = `${fact.topic}-${fact.partition}`;
    // Most partitions have no group, or their end is yet to be replicated.
    if ((this.#shadow.groups.log(log)?.end ?? 0) === 0) return;
    const view = this.#cluster.brokerViews().find(({ name }) => name === host.name)?.view ?? null;
    for (const loaded of view?.groupShards() ?? []) {
      if (loaded.partition !== fact.partition) continue;
      const difference = differenceFromModel(loaded, log, this.#shadow.groups);
      if (loaded.writtenOffset === this.#shadow.groups.log(log)?.end)
        this.#shadow.probe('check: coordinator loaded all that was replicated');
      if (difference === null || this.#violations.length >= MAX_VIOLATIONS) continue;
      const message = `${log} on ${host.name}: ${difference}`;
      this.#violations.push({
        check: COORDINATOR_RELOAD.name,
        at,
        message,
        evidence: { log, node: host.name },
      });
    }
  }

  /** All that it saw, and what the end shows. */
  validate(at: number, views: ClusterViews): Violation[] {
    return [...this.#violations, ...validateReload(at, views, this.#shadow.groups)];
  }
}
