/**
 * The operations that a client may do, as one bit per `AclOperation` code. Without an authorizer everybody may do all
 * that the resource knows (`AuthHelper.authorizedOperations`, `AclEntry.supportedOperations`).
 */
const AclOperation = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const;

export const ALL_TOPIC_OPERATIONS =
  (1 << AclOperation.READ) |
  (1 << AclOperation.WRITE) |
  (1 << AclOperation.CREATE) |
  (1 << AclOperation.DELETE) |
  (1 << AclOperation.ALTER) |
  (1 << AclOperation.DESCRIBE) |
  (1 << AclOperation.DESCRIBE_CONFIGS) |
  (1 << AclOperation.ALTER_CONFIGS);

export const ALL_CLUSTER_OPERATIONS =
  (1 << AclOperation.CREATE) |
  (1 << AclOperation.ALTER) |
  (1 << AclOperation.DESCRIBE) |
  (1 << AclOperation.CLUSTER_ACTION) |
  (1 << AclOperation.DESCRIBE_CONFIGS) |
  (1 << AclOperation.ALTER_CONFIGS) |
  (1 << AclOperation.IDEMPOTENT_WRITE);
