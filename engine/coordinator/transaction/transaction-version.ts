/** The feature that says how transactions are done. */
export const TRANSACTION_VERSION = 'transaction.version';

/** Its levels (`TransactionVersion`). */
export const TransactionVersion = {
  TV_0: 0,
  /** Records with tagged fields (KIP-890 part 1). */
  TV_1: 1,
  /** An epoch for each transaction, partitions that are added implicitly (KIP-890 part 2). */
  TV_2: 2,
} as const;

/** Whether the producer's epoch goes up with every transaction. */
export function bumpsEpoch(transactionVersion: number): boolean {
  return transactionVersion >= TransactionVersion.TV_2;
}

/** The version in which the log's values are written. */
export function logValueVersion(transactionVersion: number): number {
  return transactionVersion >= TransactionVersion.TV_1 ? 1 : 0;
}

/** What an EndTxn says about its client: version 5 is only spoken in TV2. */
export function versionOfEndTxn(apiVersion: number): number {
  return apiVersion > 4 ? TransactionVersion.TV_2 : TransactionVersion.TV_0;
}

/** Version 4 and above come from brokers, on behalf of clients of TV2. */
export function versionOfAddPartitions(apiVersion: number): number {
  return apiVersion > 3 ? TransactionVersion.TV_2 : TransactionVersion.TV_0;
}
