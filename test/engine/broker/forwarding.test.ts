import { describe, expect, test } from 'vitest';
import { AutoTopicCreation, brokerConfigDefaults, Forwarding } from '../../../engine/broker/index.ts';
import {
  ACTIVE_CONTROLLER,
  type Reply,
  type Request,
  type Responder,
} from '../../../engine/exchange/index.ts';
import type { Outbox } from '../../../engine/machine/index.ts';
import { EnvelopeResponder } from '../../../engine/server/envelope-responder.ts';
import {
  ApiKey,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  decodeRequest,
  type EnvelopeRequest,
  type EnvelopeResponse,
  ErrorCode,
  WireError,
  ZERO_UUID,
} from '../../../engine/wire/index.ts';
import { RecordingOutbox } from '../recording-outbox.ts';
import { RecordingRpc } from './recording-rpc.ts';

class Answers implements Responder {
  readonly bodies: object[] = [];
  disconnected = 0;
  respond(_request: number, body: object): void {
    this.bodies.push(body);
  }
  settleSilently(): void {}
  disconnect(): void {
    this.disconnected += 1;
  }
}

const out: Outbox = new RecordingOutbox();

const createTopics: CreateTopicsRequest = {
  topics: [{ name: 't', numPartitions: 3, replicationFactor: 3, assignments: [], configs: [] }],
  timeoutMs: 30_000,
  validateOnly: false,
};

function responseWith(errorCode: number): CreateTopicsResponse {
  const topic = {
    name: 't',
    topicId: ZERO_UUID,
    errorCode,
    errorMessage: null,
    topicConfigErrorCode: 0,
    numPartitions: 3,
    replicationFactor: 3,
    configs: [],
  };
  return { throttleTimeMs: 0, topics: [topic] };
}

/** A broker and a controller with nothing but an envelope between them. */
class Pair {
  readonly rpc = new RecordingRpc();
  readonly client = new Answers();
  readonly controllerSide = new Answers();
  readonly forwarding = new Forwarding({
    rpc: this.rpc,
    responder: this.client,
    config: brokerConfigDefaults,
  });
  readonly envelopes = new EnvelopeResponder(this.controllerSide);

  forward(): void {
    const request: Request = {
      id: 5,
      apiKey: ApiKey.CreateTopics,
      apiVersion: 7,
      clientId: 'admin',
      connection: 1,
      body: createTopics,
    };
    this.forwarding.forward(0, request, out);
  }

  /** The controller's end: what was inside the last envelope. */
  unwrap(forwardable = new Set<number>([ApiKey.CreateTopics])): Request | null {
    const body = this.rpc.last<EnvelopeRequest>();
    const { Envelope } = ApiKey;
    const request = { id: 9, apiKey: Envelope, apiVersion: 0, clientId: null, connection: 2, body };
    return this.envelopes.unwrap(request, forwardable, out);
  }

  /** Carries the controller's last answer back. */
  carryBack(): void {
    this.reply({ kind: 'response', apiVersion: 0, body: this.controllerSide.bodies.at(-1)! });
  }

  reply(reply: Reply): void {
    this.forwarding.onReply(0, this.rpc.sent.at(-1)!.token, reply, out);
  }
}

describe('forwarding to the active controller', () => {
  test('a request arrives as the client sent it, and its answer comes back the same way', () => {
    const pair = new Pair();
    pair.forward();
    expect(pair.rpc.sent[0]).toMatchObject({ node: ACTIVE_CONTROLLER, apiKey: ApiKey.Envelope });
    const inner = pair.unwrap()!;
    expect(inner).toMatchObject({ id: 9, apiKey: ApiKey.CreateTopics, apiVersion: 7, clientId: 'admin' });
    expect(inner.body).toEqual(createTopics);
    pair.envelopes.respond(inner.id, responseWith(ErrorCode.NONE), out);
    pair.carryBack();
    expect(pair.client.bodies).toEqual([responseWith(ErrorCode.NONE)]);
  });

  test('a controller that is not active says so on the envelope, wherever its answer says it', () => {
    const pair = new Pair();
    pair.forward();
    pair.envelopes.respond(pair.unwrap()!.id, responseWith(ErrorCode.NOT_CONTROLLER), out);
    expect(pair.controllerSide.bodies).toEqual([{ responseData: null, errorCode: ErrorCode.NOT_CONTROLLER }]);
  });

  test('what may not be forwarded is refused, and the client hears of a server error', () => {
    const pair = new Pair();
    pair.forward();
    expect(pair.unwrap(new Set())).toBeNull();
    expect(pair.controllerSide.bodies).toEqual([
      { responseData: null, errorCode: ErrorCode.INVALID_REQUEST },
    ]);
    pair.carryBack();
    expect(pair.client.bodies).toMatchObject([{ topics: [{ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR }] }]);
  });

  test('an envelope that the controller cannot read closes the connection of the client', () => {
    const pair = new Pair();
    pair.forward();
    const body: EnvelopeResponse = { responseData: null, errorCode: ErrorCode.UNSUPPORTED_VERSION };
    pair.reply({ kind: 'response', apiVersion: 0, body });
    expect(pair.client.disconnected).toBe(1);
    expect(pair.client.bodies).toEqual([]);
  });

  test('when no controller is found in time every topic is told that time ran out', () => {
    const pair = new Pair();
    pair.forward();
    pair.reply({ kind: 'failed', reason: 'timed out' });
    expect(pair.client.bodies).toMatchObject([
      { topics: [{ name: 't', errorCode: ErrorCode.REQUEST_TIMED_OUT }] },
    ]);
  });
});

describe('topics that clients merely name', () => {
  function asked(rpc: RecordingRpc): string[] {
    return rpc.sent.flatMap((sent) => {
      const frame = decodeRequest((sent.body as EnvelopeRequest).requestData);
      if (frame instanceof WireError) throw new Error(frame.message);
      return (frame.body as CreateTopicsRequest).topics.map(
        (topic) => `${topic.name} ${topic.numPartitions}x${topic.replicationFactor}`,
      );
    });
  }

  test('are asked for once while the controller works on it, and again after that', () => {
    const pair = new Pair();
    const creation = new AutoTopicCreation(brokerConfigDefaults, pair.forwarding);
    creation.create(0, ['a', 'b'], null, out);
    creation.create(0, ['b', 'c'], null, out);
    expect(asked(pair.rpc)).toEqual(['a -1x-1', 'b -1x-1', 'c -1x-1']);
    pair.forwarding.onReply(0, pair.rpc.sent[0]!.token, { kind: 'failed', reason: 'timed out' }, out);
    creation.create(0, ['b', 'c'], null, out);
    expect(asked(pair.rpc)).toEqual(['a -1x-1', 'b -1x-1', 'c -1x-1', 'b -1x-1']);
    expect(pair.client.bodies).toEqual([]);
  });

  test('take the defaults that are set on this broker, and internal topics theirs', () => {
    const pair = new Pair();
    const config = { ...brokerConfigDefaults, 'num.partitions': 6, 'default.replication.factor': 2 };
    const creation = new AutoTopicCreation(config, pair.forwarding);
    creation.create(0, ['a', '__consumer_offsets'], null, out);
    expect(asked(pair.rpc)).toEqual(['a 6x2', '__consumer_offsets 50x3']);
  });
});
