import { type Dependencies, dependenciesOf } from './cycle/dependencies.ts';
import type { History, SendOperation, Write } from './history.ts';
import { ordersOf } from './orders.ts';
import { type PollSteps, suspectSends, unusualSteps } from './suspects.ts';
import type { VersionOrder } from './version-order.ts';

/** What the anomalies look at, derived once from a history. */
export interface Indexed {
  readonly history: History;
  readonly orders: ReadonlyMap<string, VersionOrder>;
  /** Sends that failed, were not read whole or stand apart; of the others only their order is to be judged. */
  readonly suspects: readonly SendOperation[];
  readonly steps: PollSteps;
  /** Values that a cleaner or retention may have taken from the log: nobody has to be shown them. Null: none. */
  readonly mayBeGone: ((write: Write) => boolean) | null;
  /** Who wrote before whom, and who read whose; made when it is asked for the first time. */
  dependencies(): Dependencies;
}

/** Each part is made when it is asked for the first time. */
export function indexHistory(history: History, mayBeGone: Indexed['mayBeGone'] = null): Indexed {
  const orders = ordersOf(history, mayBeGone);
  let suspects: readonly SendOperation[] | null = null;
  let steps: PollSteps | null = null;
  let dependencies: Dependencies | null = null;
  return {
    history,
    mayBeGone,
    orders,
    get suspects() {
      return (suspects ??= suspectSends(history, orders));
    },
    get steps() {
      return (steps ??= unusualSteps(history, orders));
    },
    dependencies: () => (dependencies ??= dependenciesOf(history, orders)),
  };
}
