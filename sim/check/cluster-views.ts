import type { BrokerView, ControllerView } from '../../engine/server/index.ts';

/** One process as the end of a run finds it. */
export interface ProcessView<View> {
  readonly name: string;
  readonly id: number;
  readonly up: boolean;
  /** Null while it is down or has not booted. */
  readonly view: View | null;
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
  /** Where each consumer stands, in every partition it was assigned. */
  readonly positions: readonly { readonly client: string; readonly log: string; readonly position: number }[];
}

/** The committed image of the active controller; null while there is none. */
export function activeController(views: Pick<ClusterViews, 'controllers'>): ControllerView | null {
  return views.controllers.find(({ view }) => view?.isActive === true)?.view ?? null;
}
