/**
 * What members of classic consumer groups say to each other through the coordinator, which does not read it
 * (`ConsumerProtocol`): subscriptions and assignments, each after an int16 with its version. Newer versions than are
 * known here are read as far as they are.
 */
import type { Schema } from '../schema.ts';
import { decodeVersioned, encodeVersioned, prefixOf } from '../versioned-struct.ts';
import { WireError } from '../wire-error.ts';
import { type ConsumerProtocolAssignment, consumerProtocolAssignment } from './assignment.ts';
import { type ConsumerProtocolSubscription, consumerProtocolSubscription } from './subscription.ts';

export * from './assignment.ts';
export * from './subscription.ts';

/** What Java clients write. */
export const CONSUMER_PROTOCOL_VERSION = 3;
/** `protocol_type` of classic consumer groups. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer';

export function encodeSubscription(
  value: ConsumerProtocolSubscription,
  version: number = CONSUMER_PROTOCOL_VERSION,
): Uint8Array {
  return encodeVersioned(consumerProtocolSubscription, version, value);
}

export function decodeSubscription(bytes: Uint8Array): ConsumerProtocolSubscription | WireError {
  return decodeKnown(consumerProtocolSubscription, bytes);
}

export function encodeAssignment(
  value: ConsumerProtocolAssignment,
  version: number = CONSUMER_PROTOCOL_VERSION,
): Uint8Array {
  return encodeVersioned(consumerProtocolAssignment, version, value);
}

export function decodeAssignment(bytes: Uint8Array): ConsumerProtocolAssignment | WireError {
  return decodeKnown(consumerProtocolAssignment, bytes);
}

function decodeKnown<T extends object>(schema: Schema<T>, bytes: Uint8Array): T | WireError {
  const version = prefixOf(bytes);
  if (version instanceof WireError) return version;
  if (version < 0) return new WireError('unsupported version', `${schema.name} v${version}`);
  return decodeVersioned(schema, Math.min(version, CONSUMER_PROTOCOL_VERSION), bytes);
}
