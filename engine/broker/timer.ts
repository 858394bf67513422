/** The broker's own timers. A controller process uses the last two kinds as well. */
export const BrokerTimer = {
  /** The next registration or heartbeat is due. */
  COMMUNICATION: 30,
  /** The first registration must have succeeded by now. */
  INITIAL_REGISTRATION: 31,
  /** A failed log directory must have reached the controller by now; the argument is its index. */
  OFFLINE_DIRECTORY: 32,
  /** The controller's own registration is sent again. */
  CONTROLLER_REGISTRATION: 33,
  /** The controlled shutdown has taken too long. */
  SHUTDOWN_DEADLINE: 34,
} as const;

/** Who asked for an outbound request: the `owner` of an `Rpc.request`. */
export const RpcOwner = {
  RAFT: 1,
  LIFECYCLE: 2,
  REPLICA_FETCHER: 3,
  ALTER_PARTITION: 4,
  FORWARDING: 5,
  CONTROLLER_REGISTRATION: 6,
  DIRECTORY_ASSIGNMENT: 7,
  TRANSACTION_MARKERS: 8,
  TRANSACTION_VERIFIER: 9,
  /** 10 is a client's. */
  PRODUCER_IDS: 11,
} as const;
