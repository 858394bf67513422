import type {
  CommitCall,
  CommitError,
  ConsumerConfig,
  ConsumerGroupMetadata,
  GroupListener,
  RevocationCommit,
  TopicPartition,
} from '../../../../engine/client/index.ts';
import type { Us } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  decodeAssignment,
  decodeSubscription,
  ErrorCode,
  encodeAssignment,
  encodeSubscription,
  type FindCoordinatorRequest,
  findCoordinatorResponse,
  type HeartbeatRequest,
  heartbeatResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupResponse,
  type LeaveGroupRequest,
  leaveGroupResponse,
  make,
  type OffsetCommitRequest,
  type OffsetFetchRequest,
  offsetCommitResponse,
  offsetFetchResponse,
  type Partially,
  type SyncGroupRequest,
  syncGroupResponse,
  WireError,
} from '../../../../engine/wire/index.ts';
import type { Received } from '../client-stage.ts';
import { ConsumerStage } from './consumer-stage.ts';

/** `t-0 t-1` */
export function text(partitions: readonly TopicPartition[]): string {
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(' ');
}

/**
 * A consumer in group `g` among scripted brokers. Broker 2 coordinates it, heartbeats and look-ups are answered by
 * themselves; joins, syncs, commits and fetches of committed offsets wait for the test, unless it says otherwise.
 */
export class GroupStage extends ConsumerStage {
  /** Answered to FindCoordinator; null holds the request back. */
  coordinator: number | null = 2;
  findError: number = ErrorCode.NONE;
  /** Answered to Heartbeat; null holds it back. */
  heartbeatError: number | null = ErrorCode.NONE;
  heartbeats: HeartbeatRequest[] = [];
  finds = 0;
  /** Committed offsets, by partition of topic t; -1 for none. Null holds the requests back. */
  committed: ((partition: number) => number) | null = () => -1;
  fetchError: number = ErrorCode.NONE;
  /** Answered to OffsetCommit; null holds it back. */
  commitError: number | null = ErrorCode.NONE;
  commits: string[] = [];
  leaves: LeaveGroupRequest[] = [];
  onRevoke: RevocationCommit = 'nothing';
  /** Fetches find nothing new, every 10 ms; else they wait for the test, and what follows on their connection too. */
  answersFetches = false;

  constructor(config: Partial<ConsumerConfig> = {}) {
    super({ 'group.id': 'g', 'enable.auto.commit': false, ...config });
    this.stage.topic('t', [1, 1, 1, 1]);
  }

  boot(topics: readonly string[] = ['t']): this {
    this.actions.push({ do: 'subscribe', topics });
    this.stage.boot(this.consumer);
    this.run();
    return this;
  }

  /** Lets time pass, and answers what answers itself. */
  run(us: Us = 0): void {
    const until = this.stage.now + us;
    this.#answer();
    while (this.stage.now < until) {
      this.settle(Math.min(10_000, until - this.stage.now));
      if (this.answersFetches) for (const fetch of this.fetches()) this.answerFetch(fetch, []);
      this.#answer();
    }
  }

  onRevoking(): RevocationCommit {
    return this.onRevoke;
  }

  get group(): GroupListener {
    const { events } = this;
    return {
      onAssigned: (_, partitions) => events.push(`assigned ${text(partitions)}`),
      onRevoked: (_, partitions) => events.push(`revoked ${text(partitions)}`),
      onLost: (_, partitions) => events.push(`lost ${text(partitions)}`),
      onMembership: (_, { generationId, memberId }: ConsumerGroupMetadata) =>
        events.push(`member ${memberId}@${generationId}`),
      onCommit: () => {},
      onCommitted: (_, call: CommitCall, error: CommitError | null, outcome) => {
        const what = call.offsets.map((o) => `${o.topic}-${o.partition}@${o.offset}`).join(' ');
        events.push(
          `${call.origin} commit ${what}: ${error === null ? 'ok' : `${error.errorClass} ${outcome}`}`,
        );
      },
      onCommittedPosition: (_, topic, partition, offset) =>
        events.push(`committed ${topic}-${partition} @${offset}`),
    };
  }

  joins(): Received<JoinGroupRequest>[] {
    return this.stage.take<JoinGroupRequest>(ApiKey.JoinGroup);
  }
  syncs(): Received<SyncGroupRequest>[] {
    return this.stage.take<SyncGroupRequest>(ApiKey.SyncGroup);
  }

  answerJoin(join: Received<JoinGroupRequest>, response: Partially<JoinGroupResponse>): void {
    this.stage.answer(join, make(joinGroupResponse, { protocolType: 'consumer', ...response }));
    this.run();
  }

  /** As a follower of `other`, in this generation. */
  follow(
    join: Received<JoinGroupRequest>,
    generationId: number,
    memberId = 'm',
    protocolName = 'range',
  ): void {
    this.answerJoin(join, { generationId, memberId, protocolName, leader: 'other' });
  }

  answerSync(
    sync: Received<SyncGroupRequest>,
    partitions: readonly number[],
    errorCode: number = ErrorCode.NONE,
  ): void {
    const assignedPartitions = partitions.length === 0 ? [] : [{ topic: 't', partitions }];
    const assignment = encodeAssignment({ assignedPartitions, userData: null });
    const { protocolName } = sync.body;
    this.stage.answer(
      sync,
      make(syncGroupResponse, {
        errorCode,
        protocolType: 'consumer',
        protocolName,
        assignment: errorCode === ErrorCode.NONE ? assignment : new Uint8Array(0),
      }),
    );
    this.run();
  }

  /** Goes through a rebalance as member `m`, a follower. */
  join(generationId: number, partitions: readonly number[], protocolName = 'range'): void {
    const [first] = this.joins();
    if (first!.body.memberId === '') {
      this.answerJoin(first!, { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: 'm' });
      this.follow(this.joins()[0]!, generationId, 'm', protocolName);
    } else this.follow(first!, generationId, 'm', protocolName);
    this.answerSync(this.syncs()[0]!, partitions);
  }

  takeEvents(): string[] {
    return this.events.splice(0);
  }

  #answer(): void {
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (const query of this.epochQueries()) this.answerEpochs(query, 5, 1_000);
      for (const each of this.#answerable()) {
        isBusy = true;
        const body = this.#responseTo(each);
        this.stage.answer(each, body);
      }
      this.settle();
    }
  }

  #answerable(): Received[] {
    const keys: number[] = [ApiKey.LeaveGroup];
    if (this.coordinator !== null) keys.push(ApiKey.FindCoordinator);
    if (this.heartbeatError !== null) keys.push(ApiKey.Heartbeat);
    if (this.committed !== null) keys.push(ApiKey.OffsetFetch);
    if (this.commitError !== null) keys.push(ApiKey.OffsetCommit);
    return keys.flatMap((key) => this.stage.take(key));
  }

  #responseTo({ request, body }: Received): object {
    switch (request.apiKey) {
      case ApiKey.FindCoordinator: {
        this.finds++;
        const [key] = (body as FindCoordinatorRequest).coordinatorKeys;
        const isFound = this.findError === ErrorCode.NONE;
        const entry = {
          key: key!,
          nodeId: isFound ? this.coordinator! : -1,
          host: isFound ? `b${this.coordinator}` : '',
          port: isFound ? 9092 : -1,
          errorCode: this.findError,
          errorMessage: null,
        };
        return make(findCoordinatorResponse, { coordinators: [entry] });
      }
      case ApiKey.Heartbeat:
        this.heartbeats.push(body as HeartbeatRequest);
        return make(heartbeatResponse, { errorCode: this.heartbeatError! });
      case ApiKey.LeaveGroup:
        this.leaves.push(body as LeaveGroupRequest);
        return make(leaveGroupResponse, {});
      case ApiKey.OffsetCommit:
        return this.#committedAs(body as OffsetCommitRequest);
      default:
        return this.#fetched(body as OffsetFetchRequest);
    }
  }

  #committedAs(body: OffsetCommitRequest): object {
    const offsets = body.topics.flatMap(({ name, topicId, partitions }) =>
      partitions.map(
        (p) =>
          `${name || this.stage.nameOf(topicId)}-${p.partitionIndex}@${p.committedOffset}e${p.committedLeaderEpoch}`,
      ),
    );
    this.commits.push(`${body.memberId}@${body.generationIdOrMemberEpoch} ${offsets.join(' ')}`);
    return make(offsetCommitResponse, {
      topics: body.topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: this.commitError!,
        })),
      })),
    });
  }

  #fetched(body: OffsetFetchRequest): object {
    return make(offsetFetchResponse, {
      groups: body.groups.map(({ groupId, topics }) => ({
        groupId,
        errorCode: ErrorCode.NONE,
        topics: topics!.map(({ name, topicId, partitionIndexes }) => ({
          name,
          topicId,
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            committedOffset: this.committed!(partitionIndex),
            committedLeaderEpoch: this.committed!(partitionIndex) < 0 ? -1 : 5,
            metadata: '',
            errorCode: this.fetchError,
          })),
        })),
      })),
    });
  }
}

/** What a join says of the member, by the first of its protocols. */
export function subscriptionIn(join: Received<JoinGroupRequest>, index = 0) {
  const subscription = decodeSubscription(join.body.protocols[index]!.metadata);
  if (subscription instanceof WireError) throw subscription;
  return subscription;
}

export function subscriptionOf(topics: readonly string[]): Uint8Array {
  return encodeSubscription({ topics, userData: null, ownedPartitions: [], generationId: -1, rackId: null });
}

/** What a leader hands in, as `m: t-0 t-1`. */
export function assignmentsIn(sync: Received<SyncGroupRequest>): string[] {
  return sync.body.assignments.map(({ memberId, assignment }) => {
    const decoded = decodeAssignment(assignment);
    if (decoded instanceof WireError) throw decoded;
    const partitions = decoded.assignedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    return `${memberId}: ${text(partitions)}`;
  });
}
