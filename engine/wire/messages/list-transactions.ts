import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, list, string, struct } from '../schema.ts';

/** The transactions of the asked broker (KIP-664, KIP-994, KIP-1152). */
export const listTransactionsRequest = struct(
  'ListTransactionsRequest',
  { versions: '0-2', flexible: '0+' },
  {
    stateFilters: list('string', '0+', 'States to list; empty: all.'),
    producerIdFilters: list('int64', '0+', 'Producers to list; empty: all.'),
    durationFilter: int64('1+', 'Only what is open for longer, ms; negative: all.', { default: -1 }),
    transactionalIdPattern: string('2+', 'Only ids that match; null: all.', {
      default: null,
      nullable: '2+',
    }),
  },
);

export const listTransactionsResponse = struct(
  'ListTransactionsResponse',
  { versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
    unknownStateFilters: list('string', '0+', 'Filters that are no state.'),
    transactionStates: array('0+', 'One entry a transaction.', {
      transactionalId: string('0+', 'The transactional id.'),
      producerId: int64('0+', 'The producer.'),
      transactionState: string('0+', 'The state of the transaction.'),
    }),
  },
);

export type ListTransactionsRequest = Infer<typeof listTransactionsRequest>;
export type ListTransactionsResponse = Infer<typeof listTransactionsResponse>;

export const listTransactionsApi = api(
  ApiKey.ListTransactions,
  ['broker'],
  listTransactionsRequest,
  listTransactionsResponse,
);
