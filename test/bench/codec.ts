// biome-ignore-all lint/suspicious/noExplicitAny: kafkajs has no types for its protocol
import { deepStrictEqual } from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Bench } from 'tinybench';
import type { RequestFrame, ResponseFrame } from '../../engine/machine/index.ts';
import {
  ApiKey,
  decodeRequest,
  decodeResponse,
  encodeFrame,
  fetchRequest,
  fetchResponse,
  frameSize,
  listOffsetsResponse,
  make,
  metadataResponse,
  produceRequest,
  produceResponse,
  type Schema,
} from '../../engine/wire/index.ts';

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder.js');
const Decoder = require('kafkajs/src/protocol/decoder.js');

/** One measured row. */
export interface CodecRow {
  readonly name: string;
  readonly unit: 'MB';
  readonly perSecond: number;
  /** Relative margin of error, percent. */
  readonly rme: number;
}

/** One thing done with one frame, by each side; a side that cannot do it is left out. */
interface Case {
  readonly name: string;
  readonly bytes: number;
  readonly sides: Readonly<Record<string, () => unknown>>;
}

const KIB = 1024;
/** Frames an iteration when they are small, so that reading the clock does not drown them. */
const SMALL_FRAMES = 20;
const SMALL_BYTES = 32 * KIB;

/**
 * Codecs side by side. kafkajs takes records apart and puts them together within its Produce and Fetch; here
 * that is another room's work. So that both do the same, its own Encoder and Decoder walk over those two
 * messages as its request and response modules do, with the batches as bytes. The other messages go through
 * its modules unchanged.
 */
export async function codecBench(): Promise<readonly CodecRow[]> {
  const cases = [
    produceCase(1, 16 * KIB),
    produceCase(16, 64 * KIB),
    fetchRequestCase(50, 10),
    fetchResponseCase(1, 16 * KIB),
    fetchResponseCase(16, 64 * KIB),
    fetchResponseCase(500, 64),
    await decodeCase(
      'Metadata v6, 100 topics of 20 partitions',
      ApiKey.Metadata,
      6,
      'metadata',
      manyTopics(),
    ),
    await decodeCase('ListOffsets v3, 1000 partitions', ApiKey.ListOffsets, 3, 'listOffsets', manyOffsets()),
    await decodeCase('Produce v7, 500 partitions', ApiKey.Produce, 7, 'produce', manyAcknowledgements()),
    ...newest(),
  ];
  const bench = new Bench({ time: 150, warmupTime: 100, throws: true });
  const sizes: number[] = [];
  for (const { name, bytes, sides } of cases) {
    const frames = bytes <= SMALL_BYTES ? SMALL_FRAMES : 1;
    for (const [side, run] of Object.entries(sides)) {
      bench.add(`${name}, ${side}`, repeated(run, frames));
      sizes.push(bytes * frames);
    }
  }
  await bench.run();
  return bench.tasks.map((task, index) => {
    const { result } = task;
    if (!('throughput' in result)) throw new Error(`${task.name} did not run`);
    return {
      name: `codec, ${task.name}`,
      unit: 'MB',
      perSecond: Math.round((result.throughput.mean * sizes[index]!) / 10_000) / 100,
      rme: Math.round(result.throughput.rme * 100) / 100,
    };
  });
}

/** Waits only where there is something to wait for: all decoders of kafkajs are async. */
function repeated(run: () => unknown, times: number): () => unknown {
  if (!(run() instanceof Promise)) {
    return () => {
      for (let i = 0; i < times; i++) run();
    };
  }
  return async () => {
    for (let i = 0; i < times; i++) await run();
  };
}

function request(apiKey: number, apiVersion: number, body: object): RequestFrame {
  return { kind: 'request', apiKey, apiVersion, correlationId: 7, clientId: 'bench', body };
}

function response(apiKey: number, apiVersion: number, body: object): ResponseFrame {
  return { kind: 'response', apiKey, apiVersion, correlationId: 7, body };
}

/** The header as kafkajs writes it, around a payload that is an Encoder. */
function kafkajsFrame(apiKey: number, apiVersion: number, payload: any): Buffer {
  const frame = new Encoder().writeInt16(apiKey).writeInt16(apiVersion).writeInt32(7).writeString('bench');
  return frame.writeEncoder(payload).buffer;
}

function batches(count: number, bytes: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.alloc(bytes, index + 1));
}

function sizeName(partitions: number, bytes: number): string {
  return `${partitions} x ${bytes < KIB ? `${bytes} B` : `${bytes / KIB} KiB`}`;
}

function produceCase(partitions: number, batchBytes: number): Case {
  const payloads = batches(partitions, batchBytes);
  const partitionData = payloads.map((batch, index) => ({ index, records: [batch] }));
  const body = make(produceRequest, {
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: 'orders', partitionData }],
  });
  const frame = request(ApiKey.Produce, 7, body);
  const kafkajs = (): Buffer => {
    const encoded = payloads.map((batch, index) =>
      new Encoder().writeInt32(index).writeInt32(batch.length).writeBuffer(batch),
    );
    const topic = new Encoder().writeString('orders').writeArray(encoded);
    const payload = new Encoder().writeString(null).writeInt16(-1).writeInt32(30_000).writeArray([topic]);
    return kafkajsFrame(ApiKey.Produce, 7, payload);
  };
  deepStrictEqual(Buffer.from(encodeFrame(frame)), Buffer.from(kafkajs()));
  return {
    name: `encode Produce v7, ${sizeName(partitions, batchBytes)}`,
    bytes: frameSize(frame),
    sides: { here: () => encodeFrame(frame), kafkajs },
  };
}

function fetchRequestCase(topics: number, partitions: number): Case {
  const body = make(fetchRequest, {
    maxWaitMs: 500,
    minBytes: 1,
    isolationLevel: 1,
    topics: Array.from({ length: topics }, (_, topic) => ({
      topic: `topic-${topic}`,
      partitions: Array.from({ length: partitions }, (_, partition) => ({
        partition,
        fetchOffset: 1_000_000_000_000 + partition,
        partitionMaxBytes: 1_048_576,
      })),
    })),
  });
  const frame = request(ApiKey.Fetch, 11, body);
  const kafkajs = (): Buffer => {
    const encoded = body.topics.map(({ topic, partitions }) =>
      new Encoder()
        .writeString(topic)
        .writeArray(
          partitions.map((each) =>
            new Encoder()
              .writeInt32(each.partition)
              .writeInt32(each.currentLeaderEpoch)
              .writeInt64(each.fetchOffset)
              .writeInt64(each.logStartOffset)
              .writeInt32(each.partitionMaxBytes),
          ),
        ),
    );
    const payload = new Encoder()
      .writeInt32(-1)
      .writeInt32(500)
      .writeInt32(1)
      .writeInt32(0x7fffffff)
      .writeInt8(1);
    payload.writeInt32(0).writeInt32(-1).writeArray(encoded).writeArray([]).writeString('');
    return kafkajsFrame(ApiKey.Fetch, 11, payload);
  };
  deepStrictEqual(Buffer.from(encodeFrame(frame)), Buffer.from(kafkajs()));
  return {
    name: `encode Fetch v11, ${topics} topics of ${partitions} partitions`,
    bytes: frameSize(frame),
    sides: { here: () => encodeFrame(frame), kafkajs },
  };
}

function fetchBody(partitions: number, batchBytes: number): object {
  return make(fetchResponse, {
    responses: [
      {
        topic: 'orders',
        partitions: batches(partitions, batchBytes).map((batch, partitionIndex) => ({
          partitionIndex,
          highWatermark: 1_000_000_000_000,
          lastStableOffset: 1_000_000_000_000,
          logStartOffset: 0,
          abortedTransactions: [],
          records: [batch],
        })),
      },
    ],
  });
}

function fetchResponseCase(partitions: number, batchBytes: number): Case {
  const bytes = encodeFrame(response(ApiKey.Fetch, 11, fetchBody(partitions, batchBytes)));
  const payload = Buffer.from(bytes.subarray(4));
  const aborted = (decoder: any): object => ({
    producerId: decoder.readInt64().toString(),
    firstOffset: decoder.readInt64().toString(),
  });
  const partition = (decoder: any): object => ({
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: decoder.readInt64().toString(),
    lastStableOffset: decoder.readInt64().toString(),
    lastStartOffset: decoder.readInt64().toString(),
    abortedTransactions: decoder.readArray(aborted),
    preferredReadReplica: decoder.readInt32(),
    messages: decoder.readBytes(decoder.readInt32()),
  });
  const topic = (decoder: any): object => ({
    topicName: decoder.readString(),
    partitions: decoder.readArray(partition),
  });
  const kafkajs = (): object => {
    const decoder = new Decoder(payload);
    return {
      throttleTime: decoder.readInt32(),
      errorCode: decoder.readInt16(),
      sessionId: decoder.readInt32(),
      responses: decoder.readArray(topic),
    };
  };
  return {
    name: `decode Fetch v11, ${sizeName(partitions, batchBytes)}`,
    bytes: bytes.length + 4,
    sides: { here: () => decodeResponse(bytes, ApiKey.Fetch, 11), kafkajs },
  };
}

/** A response through kafkajs's own module; it must read as many topics as were written. */
async function decodeCase(
  name: string,
  apiKey: number,
  version: number,
  folder: string,
  body: object,
): Promise<Case> {
  const bytes = encodeFrame(response(apiKey, version, body));
  const payload = Buffer.from(bytes.subarray(4));
  const { decode } = require(`kafkajs/src/protocol/requests/${folder}/v${version}/response.js`);
  const read = await decode(payload);
  const topics = read.topicMetadata ?? read.responses ?? read.topics;
  deepStrictEqual(topics.length, ((body as any).topics ?? (body as any).responses).length);
  return {
    name: `decode ${name}`,
    bytes: bytes.length + 4,
    sides: { here: () => decodeResponse(bytes, apiKey, version), kafkajs: () => decode(payload) },
  };
}

/** What kafkajs does not speak, and what every simulated frame pays. */
function newest(): readonly Case[] {
  const ask = (schema: Schema<object>, apiKey: number, version: number, body: object): readonly Case[] => {
    const frame = schema === fetchResponse ? response(apiKey, version, body) : request(apiKey, version, body);
    const bytes = encodeFrame(frame);
    const decode = (): unknown =>
      frame.kind === 'request' ? decodeRequest(bytes) : decodeResponse(bytes, apiKey, version);
    const name = `${schema.name} v${version}, ${Math.round(bytes.length / KIB)} KiB`;
    const size = bytes.length + 4;
    return [
      { name: `encode ${name}`, bytes: size, sides: { here: () => encodeFrame(frame) } },
      { name: `decode ${name}`, bytes: size, sides: { here: decode } },
      { name: `size ${name}`, bytes: size, sides: { here: () => frameSize(frame) } },
    ];
  };
  const produced = make(produceRequest, {
    acks: -1,
    topicData: [{ partitionData: batches(16, 4 * KIB).map((batch, index) => ({ index, records: [batch] })) }],
  });
  const follower = make(fetchRequest, {
    replicaState: { replicaId: 2, replicaEpoch: 9 },
    topics: Array.from({ length: 50 }, () => ({
      partitions: Array.from({ length: 10 }, (_, partition) => ({
        partition,
        fetchOffset: 17,
        highWatermark: 16,
      })),
    })),
  });
  const fetched = make(fetchResponse, {
    responses: [
      { partitions: batches(16, 4 * KIB).map((batch, at) => ({ partitionIndex: at, records: [batch] })) },
    ],
  });
  return [
    ...ask(produceRequest, ApiKey.Produce, 13, produced),
    ...ask(fetchRequest, ApiKey.Fetch, 18, follower),
    ...ask(fetchResponse, ApiKey.Fetch, 18, fetched),
  ];
}

function manyTopics(): object {
  return make(metadataResponse, {
    brokers: Array.from({ length: 6 }, (_, at) => ({
      nodeId: at + 1,
      host: `broker-${at + 1}.example`,
      port: 9092,
    })),
    clusterId: 'kTFq2PHaT_CZeLdDV6ybiA',
    topics: Array.from({ length: 100 }, (_, topic) => ({
      name: `warehouse.orders.v${topic}`,
      partitions: Array.from({ length: 20 }, (_, partitionIndex) => ({
        partitionIndex,
        leaderId: (partitionIndex % 6) + 1,
        replicaNodes: [1, 2, 3],
        isrNodes: [1, 2, 3],
      })),
    })),
  });
}

function manyOffsets(): object {
  return make(listOffsetsResponse, {
    topics: Array.from({ length: 10 }, (_, topic) => ({
      name: `topic-${topic}`,
      partitions: Array.from({ length: 100 }, (_, partitionIndex) => ({
        partitionIndex,
        timestamp: 1_700_000_000_000,
        offset: 1_000_000_000_000,
      })),
    })),
  });
}

function manyAcknowledgements(): object {
  return make(produceResponse, {
    responses: Array.from({ length: 10 }, (_, topic) => ({
      name: `topic-${topic}`,
      partitionResponses: Array.from({ length: 50 }, (_, index) => ({
        index,
        baseOffset: 1_000_000_000_000,
      })),
    })),
  });
}
