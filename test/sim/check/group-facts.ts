import {
  type GroupRecord,
  GroupShard,
  groupConfigDefaults,
  groupRecordCodec,
  type LoadedShard,
  makeRooms,
  rebuildShard,
} from '../../../engine/coordinator/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';
import { buildBatch, buildControlBatch, ControlType } from '../../../engine/records/index.ts';
import { encodeAssignment, encodeSubscription } from '../../../engine/wire/index.ts';
import type { MemberFact } from '../../../sim/check/index.ts';
import { appended, broker, leads, opened, partition, replicated, Story } from './facts.ts';
import { STILL } from './views.ts';

/** Of `__consumer_offsets`. */
export const O = '__consumer_offsets-0';
export const ORDERS = `${'orders'.padEnd(21, 'x')}A`;
export const NOWHERE = `${'nowhere'.padEnd(21, 'x')}A`;

type RecordOf<Type extends GroupRecord['type']> = Extract<GroupRecord, { readonly type: Type }>;

export function groupEpoch(epoch: number | null): GroupRecord {
  const value = epoch === null ? null : { epoch, metadataHash: '0000000000000000' };
  return { type: 'ConsumerGroupMetadata', key: { groupId: 'g' }, value };
}

export function member(memberId: string, topics: readonly string[] | null = ['orders']): GroupRecord {
  const key = { groupId: 'g', memberId };
  if (topics === null) return { type: 'ConsumerGroupMemberMetadata', key, value: null };
  const value: RecordOf<'ConsumerGroupMemberMetadata'>['value'] = {
    instanceId: null,
    rackId: null,
    clientId: 'k',
    clientHost: 'k1',
    subscribedTopicNames: topics,
    subscribedTopicRegex: null,
    rebalanceTimeoutMs: 1000,
    serverAssignor: null,
    classicMemberMetadata: null,
  };
  return { type: 'ConsumerGroupMemberMetadata', key, value };
}

export function targetEpoch(assignmentEpoch: number): GroupRecord {
  const value = { assignmentEpoch, assignmentTimestamp: 0 };
  return { type: 'ConsumerGroupTargetAssignmentMetadata', key: { groupId: 'g' }, value };
}

export function target(
  memberId: string,
  partitions: readonly number[] | null,
  topicId = ORDERS,
): GroupRecord {
  const value = partitions === null ? null : { topicPartitions: [{ topicId, partitions }] };
  return { type: 'ConsumerGroupTargetAssignmentMember', key: { groupId: 'g', memberId }, value };
}

interface Current {
  readonly owns?: readonly number[];
  readonly givesUp?: readonly number[];
  /** In which its partitions were given; its own unless told otherwise. */
  readonly since?: number;
}

export function current(memberId: string, memberEpoch: number | null, of: Current = {}): GroupRecord {
  const key = { groupId: 'g', memberId };
  if (memberEpoch === null) return { type: 'ConsumerGroupCurrentMemberAssignment', key, value: null };
  const listed = (partitions: readonly number[] = []) => {
    const assignmentEpochs = partitions.map(() => of.since ?? memberEpoch);
    return partitions.length === 0 ? [] : [{ topicId: ORDERS, partitions, assignmentEpochs }];
  };
  return {
    type: 'ConsumerGroupCurrentMemberAssignment',
    key,
    value: {
      memberEpoch,
      previousMemberEpoch: memberEpoch - 1,
      state: of.givesUp === undefined ? 0 : 1,
      assignedPartitions: listed(of.owns),
      partitionsPendingRevocation: listed(of.givesUp),
    },
  };
}

interface ClassicMember {
  readonly partitions?: readonly number[];
  readonly topic?: string;
  readonly instanceId?: string;
}

/** A generation of a classic group, by member; without members it is empty. */
export function generation(of: number, members: Readonly<Record<string, ClassicMember>>): GroupRecord {
  const ids = Object.keys(members);
  const subscription = {
    topics: ['orders'],
    userData: null,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
  };
  return {
    type: 'GroupMetadata',
    key: { group: 'g' },
    value: {
      protocolType: ids.length === 0 ? '' : 'consumer',
      generation: of,
      protocol: ids.length === 0 ? null : 'range',
      leader: ids[0] ?? null,
      currentStateTimestamp: 0,
      members: ids.map((memberId) => {
        const { instanceId = null, partitions = [], topic = 'orders' } = members[memberId]!;
        const assignedPartitions = partitions.length === 0 ? [] : [{ topic, partitions }];
        return {
          memberId,
          groupInstanceId: instanceId,
          clientId: 'k',
          clientHost: 'k1',
          rebalanceTimeout: 1000,
          sessionTimeout: 1000,
          subscription: encodeSubscription(subscription),
          assignment: encodeAssignment({ assignedPartitions, userData: null }),
        };
      }),
    },
  };
}

export function position(offset: number | null, index = 0): GroupRecord {
  const key = { group: 'g', topic: 'orders', partition: index };
  if (offset === null) return { type: 'OffsetCommit', key, value: null };
  const value = {
    offset,
    leaderEpoch: 0,
    metadata: '',
    commitTimestamp: 0,
    expireTimestamp: -1,
    topicId: ORDERS,
  };
  return { type: 'OffsetCommit', key, value };
}

const OF_GROUPS: ReadonlySet<string> = new Set([
  'NoDoubleClientAssignment',
  'OneOwnerPerPartition',
  'LegalTargetAssignment',
  'ValidMemberEpoch',
  'NoZombieCommit',
  'CommittedOffsetsRise',
  'CommittedOffsetsAreRead',
]);

type Claim = Extract<Fact, { fact: 'offset commit accepted' }>;

/** The story of a group `g`, whose coordinator is b1, and of the three partitions of a topic that it reads. */
export class GroupStory extends Story {
  #next = 0;
  /** The coordinator's log. */
  readonly batches: Uint8Array[] = [];

  constructor(records = 100) {
    super();
    this.node('c101', broker(1), ...[0, 1, 2].map((index) => partition(`orders-${index}`, [1])));
    for (let index = 0; index < 3; index++) {
      const log = `orders-${index}`;
      this.node('b1', leads(log, 0, [1]));
      for (let offset = 0; offset < records; offset++) this.node('b1', appended(log, offset, 0));
      this.node('b1', replicated(log, records, records, 0));
    }
    this.node('b1', leads(O, 0, [1, 2]));
  }

  get end(): number {
    return this.#next;
  }

  /** Of the checks of groups: these stories have brokers of no care. */
  override get fired(): string[] {
    return super.fired.filter((check) => OF_GROUPS.has(check));
  }

  /** One decision of the coordinator, replicated at once. */
  decides(...records: readonly GroupRecord[]): this {
    return this.writes(-1, ...records).replicates();
  }

  /** Likewise, not replicated yet. */
  writes(producerId: number, ...records: readonly GroupRecord[]): this {
    const isTransactional = producerId !== -1;
    const of = isTransactional ? { producerId, producerEpoch: 0, baseSequence: 0, isTransactional } : {};
    const batch = buildBatch(
      { ...of, baseOffset: this.#next },
      records.map((record) => ({ timestamp: 1, ...groupRecordCodec.encode(record) })),
    );
    const baseOffset = this.#next;
    this.#next += records.length;
    this.batches.push(batch);
    return this.node('b1', { ...appended(O, baseOffset, 0), lastOffset: this.#next - 1, batch } as Fact);
  }

  ends(producerId: number, kind: 'commit' | 'abort'): this {
    const type = kind === 'commit' ? ControlType.COMMIT : ControlType.ABORT;
    const options = { baseOffset: this.#next, producerId, producerEpoch: 0, isTransactional: true };
    const batch = buildControlBatch(options, 1, [{ type, message: { coordinatorEpoch: 0 } }]);
    this.batches.push(batch);
    return this.node('b1', { ...appended(O, this.#next++, 0), batch } as Fact).replicates();
  }

  replicates(): this {
    return this.node('b1', replicated(O, this.#next, this.#next, 0));
  }

  /** The coordinator takes a commit, and it is replicated. */
  commits(memberId: string, memberEpoch: number, offset: number, of: Partial<Claim> = {}): this {
    this.node('b1', {
      fact: 'offset commit accepted',
      group: 'g',
      memberId,
      memberEpoch,
      isTransactional: false,
      ...of,
    });
    return this.writes(of.isTransactional === true ? 7 : -1, position(offset)).replicates();
  }

  /** The end of the log is cut off. */
  cuts(count: number): this {
    this.#next -= count;
    return this.node('b1', { fact: 'log truncated', log: O, logEndOffset: this.#next });
  }

  /** What is not replicated is lost, and b2 leads with less than was. */
  loses(): this {
    return this.node('b2', opened(O, 0), leads(O, 1, [2]));
  }

  member(client: string, memberId: string, memberEpoch: number): this {
    return this.client({ kind: 'member', client, group: 'g', memberId, memberEpoch });
  }

  tells(kind: 'assigned' | 'given up', client: string, ...logs: readonly string[]): this {
    return this.client({ kind, client, group: 'g', logs });
  }

  hears(fact: MemberFact): this {
    return this.client(fact);
  }
}

/** A coordinator that has lived through all that a log says. */
export function living(of: GroupStory): LoadedShard<GroupShard> {
  const shard = rebuildShard<GroupShard, GroupRecord>(
    {
      ...STILL,
      codec: groupRecordCodec,
      makeShard: (context) => new GroupShard(context, groupConfigDefaults, makeRooms),
    },
    of.batches,
    0,
  );
  if (typeof shard === 'string') throw new Error(shard);
  return { partition: 0, shard, writtenOffset: of.end, committedOffset: of.end };
}
