import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import {
  array,
  type Infer,
  int16,
  int32,
  int64,
  object,
  records,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts';

const snapshotId = {
  endOffset: int64('0+', 'First offset not in the snapshot.'),
  epoch: int32('0+', 'Epoch of its last record.'),
};

/** One chunk of a metadata snapshot, by byte position (KIP-630). */
export const fetchSnapshotRequest = struct(
  'FetchSnapshotRequest',
  { versions: '0-1', flexible: '0+' },
  {
    clusterId: string('0+', 'The cluster, if known.', { nullable: '0+', default: null, tag: 0 }),
    replicaId: int32('0+', 'The reader.', { default: -1 }),
    maxBytes: int32('0+', 'Bound on the answer.', { default: 0x7fffffff }),
    topics: array('0+', 'The metadata topic.', {
      name: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        partition: int32('0+', 'The partition.'),
        currentLeaderEpoch: int32('0+', 'The quorum epoch the reader knows, -1 for none.'),
        snapshotId: object('0+', 'Which snapshot.', snapshotId),
        position: int64('0+', 'Byte to read from.'),
        replicaDirectoryId: uuid('1+', "The reader's log directory.", { tag: 0, ignorable: true }),
      }),
    }),
  },
);

export const fetchSnapshotResponse = struct(
  'FetchSnapshotResponse',
  { versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0+', 'Verdict on the whole request.'),
    topics: array('0+', 'The metadata topic.', {
      name: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        index: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the partition.'),
        snapshotId: object('0+', 'Which snapshot.', snapshotId),
        currentLeader: object(
          '0+',
          'Where to go instead.',
          {
            leaderId: int32('0+', 'The leader, -1 when unknown.'),
            leaderEpoch: int32('0+', 'Its quorum epoch.'),
          },
          { tag: 0 },
        ),
        size: int64('0+', 'Bytes of the whole snapshot.'),
        position: int64('0+', 'Where the bytes below begin in it.'),
        unalignedRecords: records('0+', 'The bytes: they may begin and end within a batch.'),
      }),
    }),
    nodeEndpoints: array(
      '1+',
      'Where the leader is reached.',
      {
        nodeId: int32('1+', 'The node.'),
        host: string('1+', 'Its host.'),
        port: uint16('1+', 'Its port there.'),
      },
      { tag: 0 },
    ),
  },
);

export type FetchSnapshotRequest = Infer<typeof fetchSnapshotRequest>;
export type FetchSnapshotResponse = Infer<typeof fetchSnapshotResponse>;

export const fetchSnapshotApi = api(
  ApiKey.FetchSnapshot,
  ['controller'],
  fetchSnapshotRequest,
  fetchSnapshotResponse,
);
