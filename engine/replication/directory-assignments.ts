import { ACTIVE_CONTROLLER, backoffUs, type Reply } from '../exchange/index.ts';
import { MS, type Outbox, type Random, SECOND, timerId, type Us } from '../machine/index.ts';
import {
  ApiKey,
  type AssignReplicasToDirsRequest,
  type AssignReplicasToDirsResponse,
  ErrorCode,
} from '../wire/index.ts';
import { PartitionMap } from './partition-map.ts';
import type { ReplicationContext } from './replication-context.ts';
import { DIRECTORY_ASSIGNMENT_OWNER, ReplicationTimer } from './timer.ts';

/** `AssignReplicasToDirsRequest.MAX_ASSIGNMENTS_PER_REQUEST`. */
const MAX_PER_REQUEST = 2_250;
/** Waits this long for more of them before it sends, and doubles with every failure of a whole request. */
const BATCHING_US: Us = 100 * MS;
const MAX_BACKOFF_US: Us = 10 * SECOND;
/** How long a broker looks for a controller (`NodeToControllerChannelManager`). */
const REQUEST_TIMEOUT_US: Us = 60 * SECOND;

/** A replica of this broker lies, or is about to lie, in a directory. */
export interface DirectoryAssignment {
  readonly topicId: string;
  readonly index: number;
  readonly directoryId: string;
}

/**
 * Tells the controller in which directory each replica lies (`AssignmentsManager`, KIP-858): one request under way,
 * carrying what has gathered. What fails is tried again for as long as the partition exists and this broker has a
 * replica of it (KAFKA-17190).
 */
export class DirectoryAssignments {
  readonly #context: ReplicationContext;
  readonly #random: Random;
  /** The newest word on each partition. */
  readonly #ready = new PartitionMap<DirectoryAssignment>();
  #underWay: readonly DirectoryAssignment[] | null = null;
  #failures = 0;
  #sendsAt: Us | null = null;

  constructor(context: ReplicationContext, random: Random) {
    this.#context = context;
    this.#random = random;
  }

  /** How many the controller has not accepted yet. */
  get pending(): number {
    return this.#ready.size + (this.#underWay?.length ?? 0);
  }

  assign(now: Us, assignment: DirectoryAssignment, out: Outbox): void {
    this.#ready.set(assignment.topicId, assignment.index, assignment);
    this.#schedule(now, out);
  }

  /** What the controller has accepted now. */
  onReply(now: Us, reply: Reply, out: Outbox): readonly DirectoryAssignment[] {
    const sent = this.#underWay ?? [];
    this.#underWay = null;
    const body = reply.kind === 'response' ? (reply.body as AssignReplicasToDirsResponse) : null;
    const accepted: DirectoryAssignment[] = [];
    if (body === null || body.errorCode !== ErrorCode.NONE) {
      out.probe('directory assignments failed as a whole');
      this.#failures += 1;
      for (const assignment of sent) this.#retry(assignment);
    } else {
      this.#failures = 0;
      for (const assignment of sent) {
        if (errorOf(body, assignment) === ErrorCode.NONE) accepted.push(assignment);
        else this.#retry(assignment);
      }
    }
    if (this.#ready.size > 0) this.#schedule(now, out);
    return accepted;
  }

  onTimer(now: Us, out: Outbox): void {
    this.#sendsAt = null;
    if (this.#underWay !== null) return;
    const batch: DirectoryAssignment[] = [];
    for (const assignment of [...this.#ready.values()]) {
      if (batch.length === MAX_PER_REQUEST) break;
      this.#ready.delete(assignment.topicId, assignment.index);
      if (this.#isValid(assignment)) batch.push(assignment);
      else out.probe('directory assignment of a partition that went dropped');
    }
    if (batch.length === 0) return;
    this.#underWay = batch;
    const { nodeId, image } = this.#context;
    const body = requestFor(nodeId, image.broker(nodeId)?.epoch ?? -1, batch);
    this.#context.rpc.request(
      now,
      ACTIVE_CONTROLLER,
      DIRECTORY_ASSIGNMENT_OWNER,
      this.#context.nextToken(),
      ApiKey.AssignReplicasToDirs,
      body,
      REQUEST_TIMEOUT_US,
      out,
    );
  }

  /** Unless there is newer word. */
  #retry(assignment: DirectoryAssignment): void {
    const { topicId, index } = assignment;
    if (this.#ready.get(topicId, index) === undefined) this.#ready.set(topicId, index, assignment);
  }

  #isValid({ topicId, index }: DirectoryAssignment): boolean {
    const partition = this.#context.image.partition(topicId, index);
    return partition?.replicas.includes(this.#context.nodeId) ?? false;
  }

  /** An earlier time stands (`AssignmentsManagerDeadlineFunction`). */
  #schedule(now: Us, out: Outbox): void {
    let delay = BATCHING_US;
    if (this.#failures > 0) delay = backoffUs(BATCHING_US, MAX_BACKOFF_US, this.#failures, this.#random);
    else if (this.#ready.size > MAX_PER_REQUEST && this.#underWay === null) delay = 0;
    if (this.#sendsAt !== null && this.#sendsAt <= now + delay) return;
    this.#sendsAt = now + delay;
    out.arm(timerId(ReplicationTimer.DirectoryAssignments), this.#sendsAt);
  }
}

/** A partition that the answer forgot has not been assigned. */
function errorOf(body: AssignReplicasToDirsResponse, assignment: DirectoryAssignment): number {
  for (const directory of body.directories) {
    if (directory.id !== assignment.directoryId) continue;
    for (const topic of directory.topics) {
      if (topic.topicId !== assignment.topicId) continue;
      for (const answer of topic.partitions) {
        if (answer.partitionIndex === assignment.index) return answer.errorCode;
      }
    }
  }
  return ErrorCode.UNKNOWN_SERVER_ERROR;
}

type AssignedTopic = AssignReplicasToDirsRequest['directories'][number]['topics'][number];

function requestFor(
  brokerId: number,
  brokerEpoch: number,
  batch: readonly DirectoryAssignment[],
): AssignReplicasToDirsRequest {
  const byDirectory = new Map<string, Map<string, { partitionIndex: number }[]>>();
  for (const { topicId, index, directoryId } of batch) {
    let topics = byDirectory.get(directoryId);
    if (topics === undefined) byDirectory.set(directoryId, (topics = new Map()));
    let partitions = topics.get(topicId);
    if (partitions === undefined) topics.set(topicId, (partitions = []));
    partitions.push({ partitionIndex: index });
  }
  const directories = [...byDirectory].map(([id, topics]) => ({
    id,
    topics: [...topics].map(([topicId, partitions]): AssignedTopic => ({ topicId, partitions })),
  }));
  return { brokerId, brokerEpoch, directories };
}
