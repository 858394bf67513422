// biome-ignore-all lint/suspicious/noExplicitAny: what the clients take and give has no types to name
import { describe, expect, it } from 'vitest';
import {
  type Api,
  apiOf,
  decodeRequest,
  encodeFrame,
  type ProduceRequest,
  type Records,
  WireError,
} from '../../../engine/wire/index.ts';
import { kafkajsConfigurationApis, platformaticConfigurationApis } from './clients/configuration-clients.ts';
import { platformaticGroupApis } from './clients/group-clients.ts';
import { kafkajsApis, kafkajsDecode, kafkajsFetch, kafkajsFrame, kafkajsProduce } from './clients/kafkajs.ts';
import {
  differences,
  framed,
  platformaticApis,
  platformaticBatch,
  platformaticModule,
  platformaticProduce,
  platformaticReader,
} from './clients/platformatic.ts';
import { sampleRequests } from './clients/sample-requests.ts';
import { sampleResponses } from './clients/sample-responses.ts';
import { carried } from './clients/sample-values.ts';

/**
 * Two clients that others wrote are made to agree with the codecs here, API by API and version by version:
 *
 *     @platformatic/kafka 2.12.1   Produce 3-11, Fetch 4-17, ListOffsets 1-9, Metadata 0-12,
 *                                  ApiVersions 0-4, CreateTopics 2-7, DeleteTopics 1-6,
 *                                  OffsetForLeaderEpoch 2-4, DescribeQuorum 0-2, AlterPartition 2-3,
 *                                  Envelope 0, DescribeCluster 0-1, DescribeTopicPartitions 0,
 *                                  CreatePartitions 0-3, DescribeConfigs 1-4, AlterConfigs 0-2,
 *                                  IncrementalAlterConfigs 0-1, UpdateFeatures 0-1, UnregisterBroker 0,
 *                                  and of groups and transactions what `group-clients.ts` lists
 *     kafkajs 2.2.4                Produce 3-7, Fetch 4-11, ListOffsets 1-3, Metadata 0-6,
 *                                  ApiVersions 0-2, CreateTopics 2-3, DeleteTopics 1,
 *                                  CreatePartitions 0-1, DescribeConfigs 1-2, AlterConfigs 0-1
 *
 * Neither speaks the quorum's and the brokers' own APIs (Vote and the like), nor ElectLeaders.
 */
interface Spoken<Client> {
  readonly title: string;
  readonly client: Client;
  readonly api: Api;
  readonly version: number;
}

function versionsOf<Client extends { key: number; from: number; to: number }>(
  clients: readonly Client[],
): readonly Spoken<Client>[] {
  return clients.flatMap((client) => {
    const api = apiOf(client.key)!;
    const count = client.to - client.from + 1;
    return Array.from({ length: count }, (_, index) => {
      const version = client.from + index;
      return { title: `${api.name} v${version}`, client, api, version };
    });
  });
}

function responseBytes(api: Api, apiVersion: number, body: object): Uint8Array {
  return encodeFrame({ kind: 'response', apiKey: api.key, apiVersion, correlationId: 7, body });
}

function readRequest(bytes: Uint8Array): { readonly body: object; readonly clientId: string | null } {
  const frame = decodeRequest(bytes);
  if (frame instanceof WireError) throw new Error(`${frame.code}: ${frame.message}`);
  return frame;
}

function onlyRecords(body: object): Records {
  return (body as ProduceRequest).topicData[0]!.partitionData[0]!.records!;
}

describe('@platformatic/kafka', () => {
  const message = {
    topic: 't',
    partition: 2,
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    timestamp: 1700000000000n,
  };

  /** Its parser throws when a response carries an error, with the response in hand. */
  function parsed(parse: () => unknown): any {
    try {
      return parse();
    } catch (error) {
      const { response } = error as { response?: unknown };
      if (response === undefined) throw error;
      return response;
    }
  }

  it.each(versionsOf([...platformaticApis, ...platformaticConfigurationApis, ...platformaticGroupApis]))(
    'asks $title',
    async ({ client, api, version }) => {
      const module = await platformaticModule(client, version);
      const body = carried(api.request, version, sampleRequests.get(api.key)!);
      const { buffer } = module.createRequest(...client.request(body, version));
      expect(readRequest(framed(api, version, module, buffer))).toEqual({
        kind: 'request',
        apiKey: api.key,
        apiVersion: version,
        correlationId: 7,
        clientId: 'test',
        body,
      });
    },
  );

  it.each(
    versionsOf([
      ...platformaticApis,
      ...platformaticConfigurationApis,
      ...platformaticGroupApis,
      platformaticProduce,
    ]),
  )('understands $title', async ({ client, api, version }) => {
    const module = await platformaticModule(client, version);
    const batch = await platformaticBatch([message], {});
    const body = carried(api.response, version, sampleResponses(batch).get(api.key)!);
    const bytes = responseBytes(api, version, body);
    const reader = await platformaticReader(bytes.subarray(module.responseHeaderTags ? 5 : 4));
    const theirs = parsed(() => module.parseResponse(7, api.key, version, reader));
    expect(differences(client, version, api.response.fields, theirs, body)).toEqual([]);
    expect((reader as { remaining: number }).remaining).toBe(0);
    if (client.module === 'consumer/fetch') {
      const [record] = theirs.responses[0].partitions[0].records[0].records;
      expect([record.key.toString(), record.value.toString()]).toEqual(['k', 'v']);
    }
  });

  it.each(versionsOf([platformaticProduce]))(
    'asks $title, its batch whole',
    async ({ client, api, version }) => {
      const module = await platformaticModule(client, version);
      const { buffer } = module.createRequest(-1, 1500, [message], { transactionalId: 'tx' });
      const { body } = readRequest(framed(api, version, module, buffer));
      expect(body).toMatchObject({
        transactionalId: 'tx',
        acks: -1,
        timeoutMs: 1500,
        topicData: [{ name: 't', partitionData: [{ index: 2 }] }],
      });
      const batch = await platformaticBatch([message], { transactionalId: 'tx' });
      expect(Buffer.concat([...onlyRecords(body)]).equals(batch)).toBe(true);
    },
  );
});

describe('kafkajs', () => {
  const noRecords = new Uint8Array(0);

  it.each(versionsOf([...kafkajsApis, ...kafkajsConfigurationApis, kafkajsFetch]))(
    'asks $title',
    async ({ client, api, version }) => {
      const sample = carried(api.request, version, sampleRequests.get(api.key)!);
      const frame = readRequest(await kafkajsFrame(client, version, client.request(sample)));
      expect(frame).toEqual({
        kind: 'request',
        apiKey: api.key,
        apiVersion: version,
        correlationId: 7,
        clientId: 'test',
        body: sample,
      });
    },
  );

  it.each(versionsOf([...kafkajsApis, ...kafkajsConfigurationApis, kafkajsProduce]))(
    'understands $title',
    async ({ client, api, version }) => {
      const body = carried(api.response, version, sampleResponses(noRecords).get(api.key)!);
      const theirs = await kafkajsDecode(client, version, responseBytes(api, version, body).subarray(4));
      expect(theirs).toEqual(client.response(body, version));
    },
  );

  it.each(versionsOf([kafkajsProduce]))(
    'asks $title, and reads its batch back in a Fetch',
    async (spoken) => {
      const messages = [
        { key: 'k', value: 'v', timestamp: 1700000000000, headers: { h: 'x' } },
        { value: 'w' },
      ];
      const bytes = await kafkajsFrame(spoken.client, spoken.version, {
        acks: -1,
        timeout: 1500,
        transactionalId: 'tx',
        topicData: [{ topic: 't', partitions: [{ partition: 2, messages, firstSequence: 0 }] }],
      });
      const { body } = readRequest(bytes);
      expect(body).toMatchObject({
        transactionalId: 'tx',
        acks: -1,
        timeoutMs: 1500,
        topicData: [{ name: 't', partitionData: [{ index: 2 }] }],
      });
      const batch = onlyRecords(body)[0]!;
      for (const { client, api, version } of versionsOf([kafkajsFetch])) {
        const answer = carried(api.response, version, sampleResponses(batch).get(api.key)!);
        const theirs = await kafkajsDecode(client, version, responseBytes(api, version, answer).subarray(4));
        expect(theirs).toMatchObject(client.response(answer, version));
        const read = theirs.responses[0].partitions[0].messages;
        expect(read.map(({ value }: any) => value.toString())).toEqual(['v', 'w']);
        expect(read[0].key.toString()).toBe('k');
        expect(read[0].headers.h.toString()).toBe('x');
      }
    },
  );
});
