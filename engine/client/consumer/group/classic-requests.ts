import { MS, type Us } from '../../../machine/index.ts';
import {
  CONSUMER_PROTOCOL_TYPE,
  type HeartbeatRequest,
  type JoinGroupRequest,
  type LeaveGroupRequest,
  type SyncGroupRequest,
} from '../../../wire/index.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { Generation } from './classic-membership.ts';

/** A join is answered when the rebalance has its members: it waits longer than any other request. */
const JOIN_GROUP_TIMEOUT_LAPSE_MS = 5_000;
const MAX_REASON_LENGTH = 255;
const FIRST_LEAVE_VERSION_WITH_MEMBERS = 3;

export function instanceIdOf(config: ConsumerConfig): string | null {
  const id = config['group.instance.id'];
  return id === '' ? null : id;
}

export function joinTimeoutUs(config: ConsumerConfig): Us {
  const rebalanceMs = config['max.poll.interval.ms'];
  return Math.max(config['request.timeout.ms'], rebalanceMs + JOIN_GROUP_TIMEOUT_LAPSE_MS) * MS;
}

export function joinGroupBody(
  config: ConsumerConfig,
  { memberId }: Generation,
  protocols: JoinGroupRequest['protocols'],
  reason: string,
): JoinGroupRequest {
  return {
    groupId: config['group.id'],
    sessionTimeoutMs: config['session.timeout.ms'],
    rebalanceTimeoutMs: config['max.poll.interval.ms'],
    memberId,
    groupInstanceId: instanceIdOf(config),
    protocolType: CONSUMER_PROTOCOL_TYPE,
    protocols,
    reason: reason.slice(0, MAX_REASON_LENGTH),
  };
}

export function syncGroupBody(
  config: ConsumerConfig,
  { generationId, memberId, protocolName }: Generation,
  assignments: SyncGroupRequest['assignments'],
): SyncGroupRequest {
  return {
    groupId: config['group.id'],
    generationId,
    memberId,
    groupInstanceId: instanceIdOf(config),
    protocolType: CONSUMER_PROTOCOL_TYPE,
    protocolName,
    assignments,
  };
}

export function heartbeatBody(
  config: ConsumerConfig,
  { generationId, memberId }: Generation,
): HeartbeatRequest {
  return { groupId: config['group.id'], generationId, memberId, groupInstanceId: instanceIdOf(config) };
}

export function leaveGroupBody(
  config: ConsumerConfig,
  { memberId }: Generation,
  version: number,
  reason: string,
): LeaveGroupRequest {
  const hasMembers = version >= FIRST_LEAVE_VERSION_WITH_MEMBERS;
  return {
    groupId: config['group.id'],
    memberId: hasMembers ? '' : memberId,
    members: hasMembers
      ? [
          {
            memberId,
            groupInstanceId: null,
            reason: version >= 5 ? reason.slice(0, MAX_REASON_LENGTH) : null,
          },
        ]
      : [],
  };
}
