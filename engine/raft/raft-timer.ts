import type { Us } from '../machine/index.ts';

/**
 * Raft keeps one timer: the earliest moment at which polling its role could do something (`KafkaRaftClient.poll`).
 * It is moved only to come earlier; when it fires too early it is armed anew. That costs one wake-up per timeout,
 * and no heap traffic per message.
 */
export const RaftTimer = { poll: 4 } as const;

/** No deadline. */
export const NEVER: Us = Number.MAX_SAFE_INTEGER;

/** A role's poll changed something: poll again before waiting. */
export const POLL_AGAIN: Us = -1;
