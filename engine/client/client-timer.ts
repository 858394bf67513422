/** The timer kinds of this room (40 to 60). Arguments are not used yet. */
export const ClientTimer = {
  /** When the next thing is due that no input announces: linger, backoff, expiry, a metadata refresh. */
  work: 40,
  /** When the driver has something to do. */
  driver: 41,
} as const;
