// biome-ignore-all lint/suspicious/noExplicitAny: what the clients take and give has no types to name
import { createRequire } from 'node:module';
import { ApiKey } from '../../../../engine/wire/index.ts';

const require = createRequire(import.meta.url);
const frameOf: (
  options: object,
) => Promise<{ readonly buffer: Buffer }> = require('kafkajs/src/protocol/request.js');

/**
 * How kafkajs 2.2.4 is asked for a request, and what it makes of a response. All of its names are its own.
 */
export interface KafkajsApi {
  readonly key: number;
  readonly folder: string;
  readonly from: number;
  readonly to: number;
  readonly request: (body: any) => object;
  /** What its decoder shall make of `body`; its 64-bit integers are decimal texts. */
  readonly response: (body: any, version: number) => object;
}

export function kafkajsDecode(api: KafkajsApi, version: number, payload: Uint8Array): Promise<any> {
  const { decode } = require(`kafkajs/src/protocol/requests/${api.folder}/v${version}/response.js`);
  return decode(Buffer.from(payload));
}

/** The bytes that it would send after the length. */
export async function kafkajsFrame(api: KafkajsApi, version: number, options: object): Promise<Uint8Array> {
  const request = require(`kafkajs/src/protocol/requests/${api.folder}/v${version}/request.js`)(options);
  const { buffer } = await frameOf({ correlationId: 7, clientId: 'test', request });
  return buffer.subarray(4);
}

/** From a version of its own per API on it reports throttling as the client's duty (KIP-219). */
export function throttled(body: any, version: number, clientSideFrom: number): object {
  const { throttleTimeMs } = body;
  return version < clientSideFrom
    ? { throttleTime: throttleTimeMs }
    : { throttleTime: 0, clientSideThrottleTime: throttleTimeMs };
}

export const kafkajsProduce: KafkajsApi = {
  key: ApiKey.Produce,
  folder: 'produce',
  from: 3,
  to: 7,
  request: (body) => body,
  response: (body, version) => ({
    ...throttled(body, version, 6),
    topics: body.responses.map((topic: any) => ({
      topicName: topic.name,
      partitions: topic.partitionResponses.map((each: any) => ({
        partition: each.index,
        errorCode: each.errorCode,
        baseOffset: String(each.baseOffset),
        logAppendTime: String(each.logAppendTimeMs),
        ...(version < 5 ? {} : { logStartOffset: String(each.logStartOffset) }),
      })),
    })),
  }),
};

export const kafkajsFetch: KafkajsApi = {
  key: ApiKey.Fetch,
  folder: 'fetch',
  from: 4,
  to: 11,
  request: (body) => ({
    replicaId: body.replicaId,
    maxWaitTime: body.maxWaitMs,
    minBytes: body.minBytes,
    maxBytes: body.maxBytes,
    isolationLevel: body.isolationLevel,
    sessionId: body.sessionId,
    sessionEpoch: body.sessionEpoch,
    rackId: body.rackId,
    topics: body.topics.map((topic: any) => ({
      topic: topic.topic,
      partitions: topic.partitions.map((each: any) => ({ ...each, maxBytes: each.partitionMaxBytes })),
    })),
    forgottenTopics: body.forgottenTopicsData,
  }),
  response: (body, version) => ({
    ...throttled(body, version, 8),
    ...(version < 7 ? {} : { errorCode: body.errorCode, sessionId: body.sessionId }),
    responses: body.responses.map((topic: any) => ({
      topicName: topic.topic,
      partitions: topic.partitions.map((each: any) => ({
        partition: each.partitionIndex,
        errorCode: each.errorCode,
        highWatermark: String(each.highWatermark),
        lastStableOffset: String(each.lastStableOffset),
        ...(version < 5 ? {} : { lastStartOffset: String(each.logStartOffset) }),
        abortedTransactions: each.abortedTransactions.map((aborted: any) => ({
          producerId: String(aborted.producerId),
          firstOffset: String(aborted.firstOffset),
        })),
        ...(version < 11 ? {} : { preferredReadReplica: each.preferredReadReplica }),
      })),
    })),
  }),
};

export const kafkajsApis: readonly KafkajsApi[] = [
  {
    key: ApiKey.ListOffsets,
    folder: 'listOffsets',
    from: 1,
    to: 3,
    request: (body) => ({
      replicaId: body.replicaId,
      isolationLevel: body.isolationLevel,
      topics: body.topics.map((topic: any) => ({
        topic: topic.name,
        partitions: topic.partitions.map((each: any) => ({
          partition: each.partitionIndex,
          timestamp: each.timestamp,
        })),
      })),
    }),
    response: (body, version) => ({
      ...(version < 2 ? {} : throttled(body, version, 3)),
      responses: body.topics.map((topic: any) => ({
        topic: topic.name,
        partitions: topic.partitions.map((each: any) => ({
          partition: each.partitionIndex,
          errorCode: each.errorCode,
          timestamp: String(each.timestamp),
          offset: String(each.offset),
        })),
      })),
    }),
  },
  {
    key: ApiKey.Metadata,
    folder: 'metadata',
    from: 0,
    to: 6,
    request: (body) => ({
      topics: body.topics.map((topic: any) => topic.name),
      allowAutoTopicCreation: body.allowAutoTopicCreation,
    }),
    response: (body, version) => ({
      ...(version < 3 ? {} : throttled(body, version, 6)),
      brokers: body.brokers.map((broker: any) => {
        const { rack, ...rest } = broker;
        return version < 1 ? rest : { ...rest, rack };
      }),
      ...(version < 2 ? {} : { clusterId: body.clusterId }),
      ...(version < 1 ? {} : { controllerId: body.controllerId }),
      topicMetadata: body.topics.map((topic: any) => ({
        topicErrorCode: topic.errorCode,
        topic: topic.name,
        ...(version < 1 ? {} : { isInternal: topic.isInternal }),
        partitionMetadata: topic.partitions.map((each: any) => ({
          partitionErrorCode: each.errorCode,
          partitionId: each.partitionIndex,
          leader: each.leaderId,
          replicas: each.replicaNodes,
          isr: each.isrNodes,
          ...(version < 5 ? {} : { offlineReplicas: each.offlineReplicas }),
        })),
      })),
    }),
  },
  {
    key: ApiKey.ApiVersions,
    folder: 'apiVersions',
    from: 0,
    to: 2,
    request: () => ({}),
    response: (body, version) => ({
      ...(version < 1 ? {} : throttled(body, version, 2)),
      errorCode: body.errorCode,
      apiVersions: body.apiKeys,
    }),
  },
  {
    key: ApiKey.CreateTopics,
    folder: 'createTopics',
    from: 2,
    to: 3,
    request: (body) => ({
      timeout: body.timeoutMs,
      validateOnly: body.validateOnly,
      topics: body.topics.map((topic: any) => ({
        topic: topic.name,
        numPartitions: topic.numPartitions,
        replicationFactor: topic.replicationFactor,
        replicaAssignment: topic.assignments.map((each: any) => ({
          partition: each.partitionIndex,
          replicas: each.brokerIds,
        })),
        configEntries: topic.configs,
      })),
    }),
    response: (body, version) => ({
      ...throttled(body, version, 3),
      topicErrors: body.topics.map((topic: any) => ({
        topic: topic.name,
        errorCode: topic.errorCode,
        errorMessage: topic.errorMessage,
      })),
    }),
  },
  {
    key: ApiKey.DeleteTopics,
    folder: 'deleteTopics',
    from: 1,
    to: 1,
    request: (body) => ({ topics: body.topicNames, timeout: body.timeoutMs }),
    response: (body) => ({
      ...throttled(body, 1, 1),
      topicErrors: body.responses.map((topic: any) => ({ topic: topic.name, errorCode: topic.errorCode })),
    }),
  },
];
