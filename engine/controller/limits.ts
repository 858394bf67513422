/** Most records in one batch of the metadata log, and of one user's operation (`QuorumController`). */
export const MAX_RECORDS_PER_BATCH = 10_000;
/** Most partitions that one CreateTopics request may ask for (`ReplicationControlManager`). */
export const MAX_PARTITIONS_PER_REQUEST = 10_000;
/** Most elections of one periodic sweep; more are left to the next, ten milliseconds later. */
export const MAX_ELECTIONS_PER_SWEEP = 1_000;
/** Most decisions that wait for their records to be committed. Beyond it requests are told to try again. */
export const MAX_PARKED = 100_000;
