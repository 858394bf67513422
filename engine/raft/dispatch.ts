import type { Reply, Request } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import type {
  AddRaftVoterRequest,
  AddRaftVoterResponse,
  ApiVersionsResponse,
  BeginQuorumEpochRequest,
  BeginQuorumEpochResponse,
  DescribeQuorumRequest,
  EndQuorumEpochRequest,
  EndQuorumEpochResponse,
  FetchRequest,
  FetchResponse,
  FetchSnapshotRequest,
  FetchSnapshotResponse,
  RemoveRaftVoterRequest,
  RemoveRaftVoterResponse,
  UpdateRaftVoterRequest,
  UpdateRaftVoterResponse,
  VoteRequest,
  VoteResponse,
} from '../wire/index.ts';
import { ApiKey } from '../wire/index.ts';
import { handleAddRaftVoter, onAddRaftVoterResponse } from './messages/add-raft-voter.ts';
import { onApiVersionsResponse } from './messages/api-versions.ts';
import { handleBeginQuorumEpoch, onBeginQuorumEpochResponse } from './messages/begin-quorum-epoch.ts';
import { handleDescribeQuorum } from './messages/describe-quorum.ts';
import { handleEndQuorumEpoch, onEndQuorumEpochResponse } from './messages/end-quorum-epoch.ts';
import { handleFetch, onFetchResponse } from './messages/fetch.ts';
import { handleFetchSnapshot, onFetchSnapshotResponse } from './messages/fetch-snapshot.ts';
import { handleRemoveRaftVoter, onRemoveRaftVoterResponse } from './messages/remove-raft-voter.ts';
import { handleUpdateRaftVoter, onUpdateRaftVoterResponse } from './messages/update-raft-voter.ts';
import { handleVote, onVoteResponse } from './messages/vote.ts';
import type { RaftCore } from './raft-core.ts';

/** An input of the raft thread: it may have to wait while something is being synced. */
export type Deferred =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'reply'; readonly token: number; readonly reply: Reply };

/** What the quorum answers of a controller's listener; of Fetch and FetchSnapshot there, all. */
export const RAFT_APIS: ReadonlySet<number> = new Set([
  ApiKey.Vote,
  ApiKey.BeginQuorumEpoch,
  ApiKey.EndQuorumEpoch,
  ApiKey.Fetch,
  ApiKey.FetchSnapshot,
  ApiKey.DescribeQuorum,
  ApiKey.AddRaftVoter,
  ApiKey.RemoveRaftVoter,
  ApiKey.UpdateRaftVoter,
]);

/** The answer to a request, or null when it is parked. */
export function handleRequest(core: RaftCore, now: Us, request: Request, out: Outbox): object | null {
  switch (request.apiKey) {
    case ApiKey.Vote:
      return handleVote(core, now, request as Request<VoteRequest>, out);
    case ApiKey.BeginQuorumEpoch:
      return handleBeginQuorumEpoch(core, now, request as Request<BeginQuorumEpochRequest>, out);
    case ApiKey.EndQuorumEpoch:
      return handleEndQuorumEpoch(core, now, request as Request<EndQuorumEpochRequest>, out);
    case ApiKey.Fetch:
      return handleFetch(core, now, request as Request<FetchRequest>, out);
    case ApiKey.FetchSnapshot:
      return handleFetchSnapshot(core, now, request as Request<FetchSnapshotRequest>);
    case ApiKey.DescribeQuorum:
      return handleDescribeQuorum(core, now, request as Request<DescribeQuorumRequest>);
    case ApiKey.AddRaftVoter:
      return handleAddRaftVoter(core, now, request as Request<AddRaftVoterRequest>);
    case ApiKey.RemoveRaftVoter:
      return handleRemoveRaftVoter(core, now, request as Request<RemoveRaftVoterRequest>);
    case ApiKey.UpdateRaftVoter:
      return handleUpdateRaftVoter(core, now, request as Request<UpdateRaftVoterRequest>);
    default:
      assert(false, () => `api ${request.apiKey} is not raft's`);
  }
}

/** A reply that nobody waits for any more says nothing: the role that asked is gone. */
export function handleReply(core: RaftCore, now: Us, token: number, reply: Reply, out: Outbox): void {
  const expected = core.pacing.expects(token);
  if (expected === null) return;
  const { node, apiKey } = expected;
  const isGood =
    reply.kind === 'response'
      ? onResponse(core, now, node, apiKey, reply.body, out)
      : onFailure(core, now, apiKey, reply.reason, out);
  core.pacing.settled(node, token, isGood, now);
}

function onResponse(
  core: RaftCore,
  now: Us,
  node: number,
  apiKey: number,
  body: object,
  out: Outbox,
): boolean {
  switch (apiKey) {
    case ApiKey.Vote:
      return onVoteResponse(core, now, node, body as VoteResponse, out);
    case ApiKey.BeginQuorumEpoch:
      return onBeginQuorumEpochResponse(core, now, body as BeginQuorumEpochResponse, out);
    case ApiKey.EndQuorumEpoch:
      return onEndQuorumEpochResponse(core, now, node, body as EndQuorumEpochResponse, out);
    case ApiKey.Fetch:
      return onFetchResponse(core, now, body as FetchResponse, out);
    case ApiKey.FetchSnapshot:
      return onFetchSnapshotResponse(core, now, body as FetchSnapshotResponse, out);
    case ApiKey.AddRaftVoter:
      return onAddRaftVoterResponse(core, now, body as AddRaftVoterResponse, out);
    case ApiKey.RemoveRaftVoter:
      return onRemoveRaftVoterResponse(core, now, body as RemoveRaftVoterResponse, out);
    case ApiKey.UpdateRaftVoter:
      return onUpdateRaftVoterResponse(core, now, body as UpdateRaftVoterResponse, out);
    case ApiKey.ApiVersions:
      return onApiVersionsResponse(core, now, node, body as ApiVersionsResponse);
    default:
      assert(false, () => `api ${apiKey} is not asked by raft`);
  }
}

/** Kafka's channel turns a broken connection or a time-out into BROKER_NOT_AVAILABLE: try again after a pause. */
function onFailure(core: RaftCore, now: Us, apiKey: number, reason: string, out: Outbox): boolean {
  const isProspective = core.quorum.role.kind === 'prospective';
  if (reason !== 'unsupported version' || apiKey !== ApiKey.Vote || !isProspective) return false;
  core.skipPreVote(now, out);
  return true;
}
