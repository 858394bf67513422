import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, int64, list, string, struct } from '../schema.ts';

/** What lies in the log directories of the asked broker (KIP-113). */
export const describeLogDirsRequest = struct(
  'DescribeLogDirsRequest',
  { versions: '1-5', flexible: '2+' },
  {
    topics: array(
      '0+',
      'One entry a topic; null for all that is there.',
      {
        topic: string('0+', 'The topic.'),
        partitions: list('int32', '0+', 'Its partitions.'),
      },
      { nullable: '0+' },
    ),
  },
);

export const describeLogDirsResponse = struct(
  'DescribeLogDirsResponse',
  { versions: '1-5', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('3+', 'Verdict on the request.', { ignorable: true }),
    results: array('0+', 'One entry a directory.', {
      errorCode: int16('0+', 'KAFKA_STORAGE_ERROR when it is offline.'),
      logDir: string('0+', 'Its absolute path.'),
      topics: array('0+', 'One entry a topic.', {
        name: string('0+', 'The topic.'),
        partitions: array('0+', 'One entry a log.', {
          partitionIndex: int32('0+', 'The partition.'),
          partitionSize: int64('0+', 'Bytes of its segments.'),
          offsetLag: int64(
            '0+',
            'How far it is behind: the high watermark, or for a future log the current one.',
          ),
          isFutureKey: bool('0+', 'It will take the place of the current log.'),
        }),
      }),
      totalBytes: int64('4+', 'Size of the volume.', { default: -1, ignorable: true }),
      usableBytes: int64('4+', 'What is left of it.', { default: -1, ignorable: true }),
      isCordoned: bool('5+', 'It takes no new replicas (KIP-1066).', { ignorable: true }),
    }),
  },
);

export type DescribeLogDirsRequest = Infer<typeof describeLogDirsRequest>;
export type DescribeLogDirsResponse = Infer<typeof describeLogDirsResponse>;

export const describeLogDirsApi = api(
  ApiKey.DescribeLogDirs,
  ['broker'],
  describeLogDirsRequest,
  describeLogDirsResponse,
);
