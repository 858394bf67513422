import type { Outbox, Us } from '../../../machine/index.ts';
import type {
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '../../../wire/index.ts';
import type { Group } from '../group.ts';
import type { Answer, Caller, GroupDecision } from '../group-rooms.ts';

/** One request of a member that speaks the classic protocol, to a group that is a consumer group. */
export interface ClassicAsk<Request, Response> {
  readonly group: Group;
  readonly request: Request;
  readonly caller: Caller;
  readonly answer: Answer<Response>;
}

/** Serves members of consumer groups that still speak the classic protocol (KIP-848's online migration). */
export interface ConsumerSide {
  joinClassic(now: Us, ask: ClassicAsk<JoinGroupRequest, JoinGroupResponse>, out: Outbox): GroupDecision;
  syncClassic(now: Us, ask: ClassicAsk<SyncGroupRequest, SyncGroupResponse>, out: Outbox): GroupDecision;
  heartbeatClassic(now: Us, ask: ClassicAsk<HeartbeatRequest, HeartbeatResponse>, out: Outbox): GroupDecision;
  leaveClassic(now: Us, ask: ClassicAsk<LeaveGroupRequest, LeaveGroupResponse>, out: Outbox): GroupDecision;
}
