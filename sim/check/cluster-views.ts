import type { Log } from '../../engine/log/index.ts';
import type { BrokerView, ControllerView } from '../../engine/server/index.ts';

/** One process as the end of a run finds it. */
export interface ProcessView<View> {
  readonly name: string;
  readonly id: number;
  readonly up: boolean;
  /** Null while it is down or has not booted. */
  readonly view: View | null;
}

/** A process that lives and is to be in a group, by its own word. */
export interface LiveMember {
  readonly client: string;
  readonly group: string;
  /** To which it subscribes. */
  readonly topics: readonly string[];
  /** Empty: it is not in. */
  readonly memberId: string;
  /** Logs. */
  readonly owned: readonly string[];
}

/** The cluster at rest, for validations and liveness: views only, nothing is changed through them. */
export interface ClusterViews {
  readonly brokers: readonly ProcessView<BrokerView>[];
  readonly controllers: readonly ProcessView<ControllerView>[];
  /** Records handed to producers of which nothing has been heard yet. */
  readonly outstanding: number;
  /** Producers not at the end of what they have to send, pipelines that have not committed what they read: in words. */
  readonly unsent: readonly string[];
  /** Operations of the administrator that have not ended, in words. */
  readonly operations: readonly string[];
  /** Every process that is to be in a group, in the order of the scenario. */
  readonly members: readonly LiveMember[];
  /** Logs that some replica has cleaned. */
  readonly compacted: ReadonlySet<string>;
  /** Where each consumer stands, in every partition it was assigned. */
  readonly positions: readonly { readonly client: string; readonly log: string; readonly position: number }[];
}

/** Each replica is cleaned for itself, whatever the policy is by now. */
export function isThinned(log: Log, { compacted }: Pick<ClusterViews, 'compacted'>): boolean {
  return compacted.has(log.name) || (log.config?.['cleanup.policy'].includes('compact') ?? false);
}

/** The committed image of the active controller; null while there is none. */
export function activeController(views: Pick<ClusterViews, 'controllers'>): ControllerView | null {
  return views.controllers.find(({ view }) => view?.isActive === true)?.view ?? null;
}
