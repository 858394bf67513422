/** The timers of replication: kinds 20 to 29 of a broker. */
export const ReplicationTimer = {
  /** Looks for followers that fell out of sync, every half of `replica.lag.time.max.ms`. */
  IsrShrink: 20,
  /** A parked fetch has waited `max.wait`; the argument is the request's id. */
  FetchExpired: 21,
  /** A parked produce has waited its time-out; the argument is the request's id. */
  ProduceExpired: 22,
  /** A fetcher may try its delayed partitions again; the argument is the source broker's id. */
  FetcherBackoff: 23,
  /** Sends AlterPartition again after an error that concerned the whole request. */
  AlterPartitionRetry: 24,
  /** A parked DeleteRecords has waited its time-out; the argument is the request's id. */
  DeleteRecordsExpired: 25,
  /** What has gathered for AssignReplicasToDirs goes out. */
  DirectoryAssignments: 26,
  /** Moves between log directories go on. */
  ReplicaMoves: 27,
} as const;

/** Owners towards `Rpc`, in the numbering shared by the components of a broker. */
export const FETCHER_OWNER = 3;
export const ALTER_PARTITION_OWNER = 4;
export const DIRECTORY_ASSIGNMENT_OWNER = 7;
