/** Why one operation comes before another, as bits: a search goes along any set of them. */
export const Edge = {
  /** The value of one stands right before the value of the other in a partition. */
  ww: 1,
  /** The other read what the one wrote. */
  wr: 2,
  /** One client, which did one after the other. */
  process: 4,
  /** The one had ended when the other began, whoever they are: never stored, see `realtime.ts`. */
  realtime: 8,
} as const;

export type EdgeKind = (typeof Edge)[keyof typeof Edge];

/** Sets of the stored kinds: so many. */
export const KIND_SETS = 8;

/** Of an edge that no value tells of. */
export const NO_VALUE = -1;
