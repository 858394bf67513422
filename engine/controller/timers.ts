/** Kinds of timer that the active controller arms: 12 to 19 are the controller's. */
export const ControllerTimer = {
  fenceStaleBroker: 12,
  writeNoOp: 13,
  electPreferred: 14,
  electUnclean: 15,
} as const;
