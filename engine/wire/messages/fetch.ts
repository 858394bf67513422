import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { LONG_MAX } from '../field.ts';
import {
  array,
  type Infer,
  int8,
  int16,
  int32,
  int64,
  list,
  object,
  records,
  string,
  struct,
  uuid,
} from '../schema.ts';

/**
 * How consumers, followers and KRaft voters read a log. v7 brings sessions (KIP-227), v12 diverging epochs
 * (KIP-595), v13 topic ids, v15 the replica's state as a tag (KIP-903), v17 its directory (KIP-853), v18 its
 * high watermark (KIP-1166).
 */
export const fetchRequest = struct(
  'FetchRequest',
  { versions: '4-18', flexible: '12+' },
  {
    clusterId: string('12+', 'The cluster, if known: KRaft refuses a stranger.', {
      nullable: '12+',
      default: null,
      tag: 0,
      ignorable: true,
    }),
    replicaId: int32('0-14', 'The follower, -1 for a consumer.', { default: -1 }),
    replicaState: object(
      '15+',
      'The follower.',
      {
        replicaId: int32('15+', 'Its id, -1 for a consumer.', { default: -1 }),
        replicaEpoch: int64('15+', 'Its broker epoch, -1 when not known.', { default: -1 }),
      },
      { tag: 1 },
    ),
    maxWaitMs: int32('0+', 'How long to wait for `minBytes`.'),
    minBytes: int32('0+', 'Answer as soon as this much is there.'),
    maxBytes: int32('3+', 'Bound on the answer; the first batch may exceed it (KIP-74).', {
      default: 0x7fffffff,
      ignorable: true,
    }),
    isolationLevel: int8('4+', '0: read uncommitted, 1: read committed.', { ignorable: true }),
    sessionId: int32('7+', 'The fetch session, 0 for none.', { ignorable: true }),
    sessionEpoch: int32('7+', 'Place in the session; 0 opens one, -1 closes it.', {
      default: -1,
      ignorable: true,
    }),
    topics: array('0+', 'What to read; in a session, what changed.', {
      topic: string('0-12', 'The topic by name.', { ignorable: true }),
      topicId: uuid('13+', 'The topic by id.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partition: int32('0+', 'The partition.'),
        currentLeaderEpoch: int32('9+', 'The leader epoch the reader knows, -1 not to check.', {
          default: -1,
          ignorable: true,
        }),
        fetchOffset: int64('0+', 'Where to read from.'),
        lastFetchedEpoch: int32('12+', "Epoch of the reader's last record, -1 for none.", { default: -1 }),
        logStartOffset: int64('5+', "The follower's log start offset, -1 from a consumer.", {
          default: -1,
          ignorable: true,
        }),
        partitionMaxBytes: int32('0+', 'Bound on this partition.'),
        replicaDirectoryId: uuid('17+', "The follower's log directory.", { tag: 0, ignorable: true }),
        highWatermark: int64('18+', 'High watermark the follower knows, -1 for none yet.', {
          default: LONG_MAX,
          tag: 1,
          ignorable: true,
        }),
      }),
    }),
    forgottenTopicsData: array('7+', 'What the session shall drop.', {
      topic: string('7-12', 'The topic by name.', { ignorable: true }),
      topicId: uuid('13+', 'The topic by id.', { ignorable: true }),
      partitions: list('int32', '7+', 'The partitions.'),
    }),
    rackId: string('11+', "The consumer's rack (KIP-392).", { ignorable: true }),
  },
);

export const fetchResponse = struct(
  'FetchResponse',
  { versions: '4-18', flexible: '12+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('7+', 'Verdict on the whole request.', { ignorable: true }),
    sessionId: int32('7+', 'The fetch session, 0 for none.'),
    responses: array('0+', 'One entry a topic; in a session only what has news.', {
      topic: string('0-12', 'The topic by name.', { ignorable: true }),
      topicId: uuid('13+', 'The topic by id.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the partition.'),
        highWatermark: int64('0+', "The leader's high watermark."),
        lastStableOffset: int64('4+', 'No transaction is open below it.', {
          default: -1,
          ignorable: true,
        }),
        logStartOffset: int64('5+', "The leader's log start offset.", { default: -1, ignorable: true }),
        divergingEpoch: object(
          '12+',
          "Where the reader's log parted from the leader's.",
          {
            epoch: int32('12+', 'Largest epoch both may share, -1: no divergence.', { default: -1 }),
            endOffset: int64('12+', "Where that epoch ends in the leader's log.", { default: -1 }),
          },
          { tag: 0 },
        ),
        currentLeader: object(
          '12+',
          'Where to go instead.',
          {
            leaderId: int32('12+', 'The leader, -1 when unknown.', { default: -1 }),
            leaderEpoch: int32('12+', 'Its epoch.', { default: -1 }),
          },
          { tag: 1 },
        ),
        snapshotId: object(
          '12+',
          'The snapshot to fetch when the offset is below the log start (KIP-630).',
          {
            endOffset: int64('0+', 'First offset not in the snapshot, -1: none.', { default: -1 }),
            epoch: int32('0+', 'Epoch of its last record.', { default: -1 }),
          },
          { tag: 2 },
        ),
        abortedTransactions: array(
          '4+',
          'Transactions to filter out when reading committed; null otherwise.',
          {
            producerId: int64('4+', 'Whose transaction.'),
            firstOffset: int64('4+', 'Its first record.'),
          },
          { nullable: '4+', ignorable: true },
        ),
        preferredReadReplica: int32('11+', 'Broker to read from next, -1: stay.', { default: -1 }),
        records: records('0+', 'Whole batches from the one that holds the offset.', { nullable: '0+' }),
      }),
    }),
    nodeEndpoints: array(
      '16+',
      'Addresses of the leaders named above (KIP-951).',
      {
        nodeId: int32('16+', 'Broker id.'),
        host: string('16+', 'Where it is reached.'),
        port: int32('16+', 'Its port there.'),
        rack: string('16+', 'Its rack, if any.', { nullable: '16+', default: null }),
      },
      { tag: 0 },
    ),
  },
);

export type FetchRequest = Infer<typeof fetchRequest>;
export type FetchResponse = Infer<typeof fetchResponse>;

export const fetchApi = api(ApiKey.Fetch, ['broker', 'controller'], fetchRequest, fetchResponse);
