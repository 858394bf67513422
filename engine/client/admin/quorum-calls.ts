import {
  ApiKey,
  addRaftVoterRequest,
  describeQuorumRequest,
  make,
  removeRaftVoterRequest,
  type Uuid,
} from '../../wire/index.ts';
import type { AdminCall } from '../ports.ts';

export function describeQuorum(): AdminCall {
  const body = make(describeQuorumRequest, {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
  });
  return { apiKey: ApiKey.DescribeQuorum, body, route: { to: 'any' } };
}

export interface VoterEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** A controller that follows the quorum joins its voters (KIP-853). */
export function addRaftVoter(
  voterId: number,
  voterDirectoryId: Uuid,
  listeners: readonly VoterEndpoint[],
  timeoutMs = 30_000,
): AdminCall {
  const body = make(addRaftVoterRequest, {
    clusterId: null,
    timeoutMs,
    voterId,
    voterDirectoryId,
    listeners,
  });
  return { apiKey: ApiKey.AddRaftVoter, body, route: { to: 'any' } };
}

export function removeRaftVoter(voterId: number, voterDirectoryId: Uuid): AdminCall {
  const body = make(removeRaftVoterRequest, { clusterId: null, voterId, voterDirectoryId });
  return { apiKey: ApiKey.RemoveRaftVoter, body, route: { to: 'any' } };
}
