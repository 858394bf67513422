// biome-ignore-all lint/suspicious/noExplicitAny: what the clients take and give has no types to name
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { covers, type Field, type Fields } from '../../../../engine/wire/field.ts';
import { type Api, ApiKey, type Uuid, ZERO_UUID } from '../../../../engine/wire/index.ts';

/**
 * How @platformatic/kafka 2.12.1 is asked for a request. Its modules per API and version are reached by path,
 * because the package exports only what a user of its clients needs.
 */
export interface PlatformaticApi {
  readonly key: number;
  readonly module: string;
  readonly from: number;
  readonly to: number;
  /** What it calls a field by another name than Kafka. */
  readonly names?: Readonly<Record<string, string>>;
  /** The arguments of its `createRequest`. */
  readonly request: (body: any, version: number) => readonly unknown[];
}

/** What a module gives, and how its connection would frame it. */
export interface PlatformaticModule {
  readonly createRequest: (...args: readonly unknown[]) => { readonly buffer: Buffer };
  readonly parseResponse: (correlationId: number, key: number, version: number, reader: unknown) => unknown;
  readonly requestHeaderTags: boolean;
  readonly responseHeaderTags: boolean;
}

const dist = resolve(import.meta.dirname, '../../../../node_modules/@platformatic/kafka/dist');

function load(path: string): Promise<any> {
  return import(pathToFileURL(resolve(dist, path)).href);
}

export async function platformaticModule(api: PlatformaticApi, version: number): Promise<PlatformaticModule> {
  const module = await load(`apis/${api.module}-v${version}.js`);
  const flags: boolean[] = [];
  const connection = {
    send: (_key: number, _version: number, _create: unknown, _parse: unknown, ...rest: unknown[]) => {
      flags.push(rest[0] as boolean, rest[1] as boolean);
    },
  };
  module.api(connection);
  return {
    createRequest: module.createRequest,
    parseResponse: module.parseResponse,
    requestHeaderTags: flags[0]!,
    responseHeaderTags: flags[1]!,
  };
}

export async function platformaticReader(bytes: Uint8Array): Promise<unknown> {
  const { Reader } = await load('protocol/reader.js');
  return Reader.from(Buffer.from(bytes));
}

/** One batch of one record, as its producer makes it. */
export async function platformaticBatch(messages: readonly object[], options: object): Promise<Buffer> {
  const { createRecordsBatch } = await load('protocol/records.js');
  return createRecordsBatch(messages, options).buffer;
}

export const platformaticApis: readonly PlatformaticApi[] = [
  {
    key: ApiKey.Fetch,
    module: 'consumer/fetch',
    from: 4,
    to: 17,
    names: { topic: 'topicId' },
    request: (body, version) => [
      body.maxWaitMs,
      body.minBytes,
      body.maxBytes,
      body.isolationLevel,
      body.sessionId,
      body.sessionEpoch,
      body.topics.map((topic: any) => ({
        topicId: version < 13 ? topic.topic : hexUuid(topic.topicId),
        partitions: topic.partitions.map((partition: any) => ({
          ...partition,
          fetchOffset: BigInt(partition.fetchOffset),
          replicaDirectoryId:
            partition.replicaDirectoryId === ZERO_UUID ? null : hexUuid(partition.replicaDirectoryId),
        })),
      })),
      body.forgottenTopicsData.map((topic: any) => ({
        topicId: version < 13 ? topic.topic : hexUuid(topic.topicId),
        partitions: topic.partitions,
      })),
      body.rackId,
    ],
  },
  {
    key: ApiKey.ListOffsets,
    module: 'consumer/list-offsets',
    from: 1,
    to: 9,
    request: (body) => [body.replicaId, body.isolationLevel, bigTimestamps(body.topics)],
  },
  {
    key: ApiKey.Metadata,
    module: 'metadata/metadata',
    from: 0,
    to: 12,
    request: (body) => [
      body.topics.map((topic: any) => topic.name),
      body.allowAutoTopicCreation,
      body.includeTopicAuthorizedOperations,
      body.includeClusterAuthorizedOperations,
    ],
  },
  {
    key: ApiKey.ApiVersions,
    module: 'metadata/api-versions',
    from: 0,
    to: 4,
    request: (body) => [body.clientSoftwareName, body.clientSoftwareVersion],
  },
  {
    key: ApiKey.CreateTopics,
    module: 'admin/create-topics',
    from: 2,
    to: 7,
    request: (body) => [body.topics, body.timeoutMs, body.validateOnly],
  },
  {
    key: ApiKey.DeleteTopics,
    module: 'admin/delete-topics',
    from: 1,
    to: 6,
    request: (body, version) => [
      version < 6
        ? body.topicNames.map((name: string) => ({ name }))
        : body.topics.map((topic: any) => ({ name: topic.name, topicId: hexUuid(topic.topicId) })),
      body.timeoutMs,
    ],
  },
  {
    key: ApiKey.OffsetForLeaderEpoch,
    module: 'consumer/offset-for-leader-epoch',
    from: 2,
    to: 4,
    request: (body) => [
      body.replicaId,
      body.topics.map((topic: any) => ({
        name: topic.topic,
        partitions: topic.partitions.map((each: any) => ({ ...each, partitionIndex: each.partition })),
      })),
    ],
  },
  {
    key: ApiKey.DescribeCluster,
    module: 'admin/describe-cluster',
    from: 0,
    to: 1,
    request: (body) => [body.includeClusterAuthorizedOperations, body.endpointType],
  },
  {
    key: ApiKey.DescribeTopicPartitions,
    module: 'admin/describe-topic-partitions',
    from: 0,
    to: 0,
    request: (body) => [body.topics, body.responsePartitionLimit, body.cursor],
  },
  {
    key: ApiKey.DescribeQuorum,
    module: 'admin/describe-quorum',
    from: 0,
    to: 2,
    request: (body) => [body.topics],
  },
  {
    key: ApiKey.AlterPartition,
    module: 'admin/alter-partition',
    from: 2,
    to: 3,
    request: (body, version) => [
      body.brokerId,
      BigInt(body.brokerEpoch),
      body.topics.map((topic: any) => ({
        topicId: hexUuid(topic.topicId),
        partitions: topic.partitions.map((partition: any) => ({
          ...partition,
          newIsrWithEpochs:
            version < 3
              ? partition.newIsr.map((brokerId: number) => ({ brokerId }))
              : partition.newIsrWithEpochs.map((each: any) => ({
                  brokerId: each.brokerId,
                  brokerEpoch: BigInt(each.brokerEpoch),
                })),
        })),
      })),
    ],
  },
  {
    key: ApiKey.Envelope,
    module: 'admin/envelope',
    from: 0,
    to: 0,
    request: (body) => [
      Buffer.from(body.requestData),
      Buffer.from(body.requestPrincipal),
      Buffer.from(body.clientHostAddress),
    ],
  },
];

export const platformaticProduce: PlatformaticApi = {
  key: ApiKey.Produce,
  module: 'producer/produce',
  from: 3,
  to: 11,
  request: () => [],
};

/** The bytes that its connection would send after the length. */
export function framed(api: Api, version: number, module: PlatformaticModule, payload: Buffer): Uint8Array {
  const header = Buffer.alloc(14);
  header.writeInt16BE(api.key, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(7, 4);
  header.writeInt16BE(4, 8);
  header.write('test', 10);
  return Buffer.concat([header, Buffer.alloc(module.requestHeaderTags ? 1 : 0), payload]);
}

function bigTimestamps(topics: any[]): any[] {
  return topics.map((topic) => ({
    name: topic.name,
    partitions: topic.partitions.map((each: any) => ({ ...each, timestamp: BigInt(each.timestamp) })),
  }));
}

export function hexUuid(uuid: Uuid): string {
  const hex = Buffer.from(uuid, 'base64url').toString('hex');
  return [0, 8, 12, 16, 20].map((at, index, ats) => hex.slice(at, ats[index + 1] ?? 32)).join('-');
}

/**
 * Where what the client read differs from what was written, as paths, over the fields that the version
 * carries. A tag that the client skips is passed over. Records are compared elsewhere.
 */
export function differences(
  client: PlatformaticApi,
  version: number,
  fields: Fields,
  theirs: any,
  ours: any,
  path = '',
): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const read = theirs[name] ?? theirs[client.names?.[name] ?? name];
    if (!covers(field.versions, version) || field.type === 'records') return [];
    if (read === undefined && covers(field.tagged, version)) return [];
    return fieldDifferences(client, version, field, read, ours[name], `${path}.${name}`);
  });
}

function fieldDifferences(
  client: PlatformaticApi,
  version: number,
  field: Field<unknown>,
  theirs: any,
  ours: any,
  path: string,
): readonly string[] {
  const { fields } = field;
  if (fields !== null && ours !== null && theirs) {
    if (field.type === 'struct') return differences(client, version, fields, theirs, ours, path);
    if (theirs.length !== ours.length) return [`${path}: ${theirs.length} elements, not ${ours.length}`];
    return (ours as any[]).flatMap((each, index) =>
      differences(client, version, fields, theirs[index], each, `${path}[${index}]`),
    );
  }
  const read = JSON.stringify(plain(theirs));
  const written = JSON.stringify(plain(ours));
  return read === written ? [] : [`${path}: ${read}, not ${written}`];
}

function plain(value: any): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return [...value];
  const isId = typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
  return isId ? Buffer.from(value.replaceAll('-', ''), 'hex').toString('base64url') : value;
}
