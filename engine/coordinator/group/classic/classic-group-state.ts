/** As DescribeGroups prints them (`ClassicGroupState`). */
export const ClassicGroupState = {
  Empty: 'Empty',
  PreparingRebalance: 'PreparingRebalance',
  CompletingRebalance: 'CompletingRebalance',
  Stable: 'Stable',
  Dead: 'Dead',
} as const;

export type ClassicGroupState = (typeof ClassicGroupState)[keyof typeof ClassicGroupState];

/** From where each state may be reached. */
const PREVIOUS: Readonly<Record<ClassicGroupState, readonly ClassicGroupState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Empty', 'Dead'],
};

export function canBecome(from: ClassicGroupState, to: ClassicGroupState): boolean {
  return PREVIOUS[to].includes(from);
}
