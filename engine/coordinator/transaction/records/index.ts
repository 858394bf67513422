/** Records of `__transaction_state`, and how they become bytes and are read again. */
export * from './transaction-log.ts';
export * from './transaction-record.ts';
