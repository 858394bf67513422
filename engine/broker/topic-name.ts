/** Kafka's own topics (`Topic.INTERNAL_TOPICS`). The metadata log is not among them: it is nobody's topic to see. */
export const GROUP_METADATA_TOPIC = '__consumer_offsets';
export const TRANSACTION_STATE_TOPIC = '__transaction_state';
export const SHARE_GROUP_STATE_TOPIC = '__share_group_state';

/** Names become directories with `-partition` behind them, so a name plus that must stay below 255 bytes. */
const MAX_NAME_LENGTH = 249;
const LEGAL_NAME = /^[a-zA-Z0-9._-]+$/;

export function isInternalTopic(name: string): boolean {
  return (
    name === GROUP_METADATA_TOPIC || name === TRANSACTION_STATE_TOPIC || name === SHARE_GROUP_STATE_TOPIC
  );
}

export function isValidTopicName(name: string): boolean {
  return name !== '.' && name !== '..' && name.length <= MAX_NAME_LENGTH && LEGAL_NAME.test(name);
}
