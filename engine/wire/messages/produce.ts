import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, object, records, string, struct, uuid } from '../schema.ts';

/** v12 may add partitions to a transaction implicitly (KIP-890), v13 names topics by id (KIP-516). */
export const produceRequest = struct(
  'ProduceRequest',
  { versions: '3-13', flexible: '9+' },
  {
    transactionalId: string('3+', 'The transaction written in, if any.', {
      nullable: '3+',
      default: null,
    }),
    acks: int16('0+', '0: no answer, 1: the leader has it, -1: the whole ISR has it.'),
    timeoutMs: int32('0+', 'How long the leader may wait for the ISR.'),
    topicData: array('0+', 'One entry a topic.', {
      name: string('0-12', 'The topic by name.', { ignorable: true }),
      topicId: uuid('13+', 'The topic by id.', { ignorable: true }),
      partitionData: array('0+', 'One entry a partition.', {
        index: int32('0+', 'The partition.'),
        records: records('0+', 'Exactly one v2 batch.', { nullable: '0+' }),
      }),
    }),
  },
);

export const produceResponse = struct(
  'ProduceResponse',
  { versions: '3-13', flexible: '9+' },
  {
    responses: array('0+', 'One entry a topic.', {
      name: string('0-12', 'The topic by name.', { ignorable: true }),
      topicId: uuid('13+', 'The topic by id.', { ignorable: true }),
      partitionResponses: array('0+', 'One entry a partition.', {
        index: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the batch.'),
        baseOffset: int64('0+', 'Offset given to the first record.'),
        logAppendTimeMs: int64('2+', "The broker's time under LogAppendTime, else -1.", {
          default: -1,
          ignorable: true,
        }),
        logStartOffset: int64('5+', "The leader's log start offset.", { default: -1, ignorable: true }),
        recordErrors: array(
          '8+',
          'Records that made the batch fail (KIP-467).',
          {
            batchIndex: int32('8+', 'Position of the record in the batch.'),
            batchIndexErrorMessage: string('8+', 'What is wrong with it.', {
              nullable: '8+',
              default: null,
            }),
          },
          { ignorable: true },
        ),
        errorMessage: string('8+', 'What is wrong with the batch.', {
          nullable: '8+',
          default: null,
          ignorable: true,
        }),
        currentLeader: object(
          '10+',
          'Where to go instead (KIP-951).',
          {
            leaderId: int32('10+', 'The leader, -1 when unknown.', { default: -1 }),
            leaderEpoch: int32('10+', 'Its epoch.', { default: -1 }),
          },
          { tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    nodeEndpoints: array(
      '10+',
      'Addresses of the leaders named above.',
      {
        nodeId: int32('10+', 'Broker id.'),
        host: string('10+', 'Where it is reached.'),
        port: int32('10+', 'Its port there.'),
        rack: string('10+', 'Its rack, if any.', { nullable: '10+', default: null }),
      },
      { tag: 0 },
    ),
  },
);

export type ProduceRequest = Infer<typeof produceRequest>;
export type ProduceResponse = Infer<typeof produceResponse>;

/**
 * Brokers advertise 0 though they refuse 0 to 2: librdkafka reads its choice of compression codecs off the
 * advertised minimum (KAFKA-18659).
 */
export const produceApi = api(ApiKey.Produce, ['broker'], produceRequest, produceResponse, 0);
