/** Timer kinds of the log directories (36-39). */
export const LogTimer = {
  HighWatermarkCheckpoint: 36,
  FlushCheckpoint: 37,
  Retention: 38,
  Cleaner: 39,
} as const;
