import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../engine/machine/index.ts';
import {
  ApiKey,
  apiVersionsRequest,
  apiVersionsResponse,
  beginQuorumEpochRequest,
  brokerHeartbeatRequest,
  decodeRequest,
  decodeResponse,
  deleteTopicsRequest,
  describeTopicPartitionsRequest,
  encodeFrame,
  fetchRequest,
  fetchResponse,
  make,
  metadataRequest,
  produceRequest,
  produceResponse,
  uuidFromWords,
  voteRequest,
} from '../../../engine/wire/index.ts';

/**
 * Bytes written by hand from the protocol's grammar; every line of hex is one field, or a few that belong
 * together.
 */
function hex(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/ *--.*$/, '').replaceAll(' ', '')).join('');
}

function expectBytes(frame: Frame, lines: readonly string[]): void {
  const bytes = encodeFrame(frame);
  expect(Buffer.from(bytes).toString('hex')).toBe(hex(lines));
  const decoded =
    frame.kind === 'request' ? decodeRequest(bytes) : decodeResponse(bytes, frame.apiKey, frame.apiVersion);
  expect(decoded).toEqual(frame);
}

function request(apiKey: number, apiVersion: number, clientId: string | null, body: object): Frame {
  return { kind: 'request', apiKey, apiVersion, correlationId: 7, clientId, body };
}

function response(apiKey: number, apiVersion: number, body: object): Frame {
  return { kind: 'response', apiKey, apiVersion, correlationId: 7, body };
}

const TOPIC_ID = uuidFromWords(0x00112233, 0x44556677, 0x8899aabb, 0xccddeeff);
const TOPIC_ID_HEX = '00112233445566778899aabbccddeeff';

describe('frames as bytes', () => {
  it('ApiVersions v0 is a header and nothing else', () => {
    expectBytes(request(ApiKey.ApiVersions, 0, 'me', make(apiVersionsRequest, {})), [
      '0012 0000 -- key 18, version 0',
      '00000007 -- correlation id',
      '0002 6d65 -- client id',
    ]);
  });

  it('ApiVersions v3 has header v2, with its client id still counted by an int16', () => {
    const body = make(apiVersionsRequest, { clientSoftwareName: 'abc', clientSoftwareVersion: '1' });
    expectBytes(request(ApiKey.ApiVersions, 3, null, body), [
      '0012 0003 00000007',
      'ffff -- client id null',
      '00 -- tags of the header',
      '04 616263 -- name',
      '02 31 -- version',
      '00 -- tags of the body',
    ]);
  });

  it('an ApiVersions v3 response keeps header v0 and tags its features', () => {
    const body = make(apiVersionsResponse, {
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
      finalizedFeaturesEpoch: 300,
      finalizedFeatures: [{ name: 'kv', maxVersionLevel: 1, minVersionLevel: 1 }],
    });
    expectBytes(response(ApiKey.ApiVersions, 3, body), [
      '00000007 -- no tags in the header',
      '0000 -- error code',
      '02 0012 0000 0004 00 -- one API and its tags',
      '00000000 -- throttle time',
      '02 -- two tagged fields',
      '01 08 000000000000012c -- epoch of the finalized features',
      '02 09 02 03 6b76 0001 0001 00 -- finalized features',
    ]);
  });

  it('Metadata v0 asks for all topics with an empty list, v1 with null', () => {
    const header = '0000 00000007 0000';
    expectBytes(request(ApiKey.Metadata, 0, '', make(metadataRequest, { topics: [] })), [
      `0003 ${header}`,
      '00000000',
    ]);
    expectBytes(request(ApiKey.Metadata, 1, '', make(metadataRequest, { topics: null })), [
      '0003 0001 00000007 0000',
      'ffffffff',
    ]);
  });

  it('Produce v7 counts everything in fixed widths', () => {
    const body = make(produceRequest, {
      acks: -1,
      timeoutMs: 1500,
      topicData: [
        { name: 't', partitionData: [{ index: 2, records: [Uint8Array.of(0xca), Uint8Array.of(0xfe)] }] },
      ],
    });
    const bytes = encodeFrame(request(ApiKey.Produce, 7, 'me', body));
    expect(Buffer.from(bytes).toString('hex')).toBe(
      hex([
        '0000 0007 00000007 0002 6d65',
        'ffff -- no transactional id',
        'ffff -- acks',
        '000005dc -- timeout',
        '00000001 0001 74 -- one topic',
        '00000001 00000002 -- one partition',
        '00000002 cafe -- records: both chunks as one',
      ]),
    );
  });

  it('Produce v13 is flexible and names the topic by id', () => {
    const body = make(produceRequest, {
      acks: 1,
      timeoutMs: 1500,
      topicData: [{ topicId: TOPIC_ID, partitionData: [{ index: 2, records: [Uint8Array.of(0xca, 0xfe)] }] }],
    });
    expectBytes(request(ApiKey.Produce, 13, 'me', body), [
      '0000 000d 00000007 0002 6d65 00',
      '00 -- no transactional id',
      '0001 000005dc',
      `02 ${TOPIC_ID_HEX} -- one topic`,
      '02 00000002 03 cafe 00 -- one partition, its records and tags',
      '00 00 -- tags of the topic and of the body',
    ]);
  });

  it('a Produce v10 response tags the current leader and its address', () => {
    const body = make(produceResponse, {
      responses: [
        {
          name: 't',
          partitionResponses: [
            { index: 0, errorCode: 6, baseOffset: -1, currentLeader: { leaderId: 3, leaderEpoch: 9 } },
          ],
        },
      ],
      nodeEndpoints: [{ nodeId: 3, host: 'b3', port: 9092 }],
    });
    expectBytes(response(ApiKey.Produce, 10, body), [
      '00000007 00',
      '02 02 74 -- one topic',
      '02 00000000 0006 ffffffffffffffff -- partition, error, base offset',
      'ffffffffffffffff ffffffffffffffff 01 00 -- append time, log start, no record errors, no message',
      '01 00 09 00000003 00000009 00 -- the current leader',
      '00 -- tags of the topic',
      '00000000 -- throttle time',
      '01 00 0e 02 00000003 03 6233 00002384 00 00 -- its address, no rack',
    ]);
  });

  it('Fetch v18 from a follower tags its state, its directory and its high watermark', () => {
    const body = make(fetchRequest, {
      replicaState: { replicaId: 2, replicaEpoch: 65536 },
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 0x00a00000,
      sessionEpoch: 0,
      topics: [
        {
          topicId: TOPIC_ID,
          partitions: [
            {
              partition: 1,
              currentLeaderEpoch: 5,
              fetchOffset: 0x1_0000_0001,
              lastFetchedEpoch: 4,
              logStartOffset: 0,
              partitionMaxBytes: 0x100000,
              replicaDirectoryId: TOPIC_ID,
              highWatermark: -1,
            },
          ],
        },
      ],
      rackId: 'r',
    });
    expectBytes(request(ApiKey.Fetch, 18, 'x', body), [
      '0001 0012 00000007 0001 78 00',
      '000001f4 00000001 00a00000 00 -- wait, bytes, isolation',
      '00000000 00000000 -- session',
      `02 ${TOPIC_ID_HEX}`,
      '02 00000001 00000005 0000000100000001 00000004 0000000000000000 00100000',
      `02 00 10 ${TOPIC_ID_HEX} 01 08 ffffffffffffffff -- two tags`,
      '00 -- tags of the topic',
      '01 02 72 -- nothing forgotten; rack',
      '01 01 0d 00000002 0000000000010000 00 -- one tag: the state, 13 bytes',
    ]);
  });

  it('a Fetch v12 response tags the diverging epoch and has null records apart from none', () => {
    const body = make(fetchResponse, {
      responses: [
        {
          topic: 't',
          partitions: [
            {
              partitionIndex: 0,
              highWatermark: 10,
              divergingEpoch: { epoch: 3, endOffset: 7 },
              records: null,
            },
            { partitionIndex: 1, highWatermark: 0, abortedTransactions: null, records: [] },
          ],
        },
      ],
    });
    expectBytes(response(ApiKey.Fetch, 12, body), [
      '00000007 00',
      '00000000 0000 00000000 -- throttle time, error, session',
      '02 02 74 03 -- one topic, two partitions',
      '00000000 0000 000000000000000a ffffffffffffffff ffffffffffffffff',
      '01 ffffffff 00 -- no aborted transactions, no other replica, null records',
      '01 00 0d 00000003 0000000000000007 00 -- the diverging epoch',
      '00000001 0000 0000000000000000 ffffffffffffffff ffffffffffffffff',
      '00 ffffffff 01 00 -- null transactions, empty records, no tags',
      '00 00',
    ]);
  });

  it('Vote v2 asks before it stands', () => {
    const partition = {
      replicaEpoch: 5,
      replicaId: 101,
      replicaDirectoryId: TOPIC_ID,
      lastOffsetEpoch: 4,
      lastOffset: 99,
      preVote: true,
    };
    const topics = [{ topicName: 'm', partitions: [partition] }];
    const body = make(voteRequest, { clusterId: 'c', voterId: 102, topics });
    expectBytes(request(ApiKey.Vote, 2, null, body), [
      '0034 0002 00000007 ffff 00',
      '02 63 00000066 -- cluster, voter',
      '02 02 6d 02 00000000 00000005 00000065',
      `${TOPIC_ID_HEX} 00000000000000000000000000000000`,
      '00000004 0000000000000063 01 00',
      '00 00',
    ]);
  });

  it('BeginQuorumEpoch v0 is not flexible, v1 is and has a port of 16 bits', () => {
    const topics = [{ topicName: 'm', partitions: [{ leaderId: 101, leaderEpoch: 5 }] }];
    expectBytes(request(ApiKey.BeginQuorumEpoch, 0, null, make(beginQuorumEpochRequest, { topics })), [
      '0035 0000 00000007 ffff',
      'ffff 00000001 0001 6d 00000001 00000000 00000065 00000005',
    ]);
    const leaderEndpoints = [{ name: 'C', host: 'h', port: 65535 }];
    expectBytes(
      request(ApiKey.BeginQuorumEpoch, 1, null, make(beginQuorumEpochRequest, { topics, leaderEndpoints })),
      [
        '0035 0001 00000007 ffff 00',
        '00 ffffffff 02 02 6d 02 00000000',
        '00000000000000000000000000000000 00000065 00000005 00 00',
        '02 02 43 02 68 ffff 00 00',
      ],
    );
  });

  it('BrokerHeartbeat v2 tells an empty list of cordoned directories from none', () => {
    const alive = { brokerId: 1, brokerEpoch: 6, currentMetadataOffset: 8 };
    const header = '003f 0002 00000007 ffff 00';
    const fixed = '00000001 0000000000000006 0000000000000008 00 00';
    expectBytes(request(ApiKey.BrokerHeartbeat, 2, null, make(brokerHeartbeatRequest, alive)), [
      header,
      fixed,
      '00',
    ]);
    const cordoned = make(brokerHeartbeatRequest, { ...alive, cordonedLogDirs: [] });
    expectBytes(request(ApiKey.BrokerHeartbeat, 2, null, cordoned), [header, fixed, '01 01 01 01']);
  });

  it('DescribeTopicPartitions marks a structure that may be null with a byte', () => {
    const header = '004b 0000 00000007 ffff 00';
    const none = make(describeTopicPartitionsRequest, {});
    expectBytes(request(ApiKey.DescribeTopicPartitions, 0, null, none), [header, '01 000007d0 ff 00']);
    const there = make(describeTopicPartitionsRequest, { cursor: { topicName: 't', partitionIndex: 3 } });
    expectBytes(request(ApiKey.DescribeTopicPartitions, 0, null, there), [
      header,
      '01 000007d0 01 02 74 00000003 00 00',
    ]);
  });

  it('tags that nobody here knows are skipped and not kept', () => {
    const bytes = Buffer.from(
      hex([
        '0014 0004 00000007 ffff',
        '01 05 02 abcd -- an unknown tag in the header',
        '02 02 74 00000bb8',
        '02 00 01 aa 8101 00 -- two unknown tags in the body, one of them empty',
      ]),
      'hex',
    );
    const body = make(deleteTopicsRequest, { topicNames: ['t'], timeoutMs: 3000 });
    expect(decodeRequest(bytes)).toEqual(request(ApiKey.DeleteTopics, 4, null, body));
  });
});
