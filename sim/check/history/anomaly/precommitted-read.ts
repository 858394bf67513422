import type { Anomaly, Detector } from '../anomaly.ts';
import { describeOperation } from '../cycle/describe-cycle.ts';
import type { Indexed } from '../indexed.ts';

/** Legal in most databases; in Kafka a consumer of what is committed is shown nothing of an open transaction. */
export const precommittedRead: Detector = {
  name: 'precommitted-read',
  means: 'a transaction was shown a value that it had sent itself, before it was committed',
  find: ({ dependencies, history }: Indexed): Anomaly[] => {
    const { ownReads, operations } = dependencies();
    return ownReads.map(({ operation, client, at, log, id }) => ({
      name: 'precommitted-read',
      at,
      message: `${log}: ${describeOperation(operations, operation)} read value ${id}, which it had sent itself and not committed yet`,
      evidence: {
        log,
        id,
        client,
        transaction: operations.transaction(operation),
        readsUncommitted: history.readsUncommitted?.(client) === true,
      },
    }));
  },
};
