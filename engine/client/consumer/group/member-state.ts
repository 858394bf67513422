/** Where a member of a KIP-848 group stands, by Kafka's own names (`MemberState`). */
export type MemberState =
  | 'UNSUBSCRIBED'
  /** A heartbeat with epoch 0 is due or on its way. */
  | 'JOINING'
  /** It has another target than what it owns. */
  | 'RECONCILING'
  /** It owns the target, and the coordinator has not heard of it. */
  | 'ACKNOWLEDGING'
  | 'STABLE'
  /** The coordinator does not know its epoch: what it has is lost, then it joins again. */
  | 'FENCED'
  /** Its application gives up what it has. */
  | 'PREPARE_LEAVING'
  /** The heartbeat that leaves is due. */
  | 'LEAVING'
  /** An error that nothing mends. */
  | 'FATAL'
  /** It has left since its application does not poll; it joins again when that does. */
  | 'STALE';

const IN_GROUP: readonly MemberState[] = ['JOINING', 'STABLE', 'RECONCILING', 'ACKNOWLEDGING'];

/** From where each state is reached. */
const PREVIOUS: Readonly<Record<MemberState, readonly MemberState[]>> = {
  UNSUBSCRIBED: ['PREPARE_LEAVING', 'LEAVING', 'FENCED'],
  JOINING: ['FENCED', 'UNSUBSCRIBED', 'STALE'],
  RECONCILING: IN_GROUP,
  ACKNOWLEDGING: ['RECONCILING'],
  STABLE: ['JOINING', 'ACKNOWLEDGING', 'RECONCILING'],
  FENCED: [...IN_GROUP, 'PREPARE_LEAVING', 'LEAVING'],
  PREPARE_LEAVING: [...IN_GROUP, 'UNSUBSCRIBED'],
  LEAVING: ['PREPARE_LEAVING'],
  FATAL: [...IN_GROUP, 'PREPARE_LEAVING', 'LEAVING', 'UNSUBSCRIBED'],
  STALE: ['LEAVING'],
};

export function canFollow(state: MemberState, next: MemberState): boolean {
  return state === next || PREVIOUS[next].includes(state);
}
