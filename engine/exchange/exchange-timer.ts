/** The timer kinds of this room (0 to 3). */
export const ExchangeTimer = {
  /** One a channel: its argument is the channel's slot. */
  channel: 0,
  /** Requests that wait for an active controller to become known. */
  controllerQueue: 1,
} as const;
