import { describe, expect, test } from 'vitest';
import {
  ACTIVE_CONTROLLER,
  backoffUs,
  Exchange,
  type ExchangeConfig,
  serverExchangeConfig,
} from '../../../engine/exchange/index.ts';
import { type Input, MS, type RequestFrame, SECOND, type Us } from '../../../engine/machine/index.ts';
import { ApiKey, apiOf, ErrorCode, type MetadataRequest, make } from '../../../engine/wire/index.ts';
import { ConnectionsOutbox, middle } from './connections-outbox.ts';

const b1 = { host: 'b1', port: 9092 };
const OWNER = 3;
const METADATA = ApiKey.Metadata;

/** A request that names its token. */
const bodyFor = (token: number): object =>
  make(apiOf(METADATA)!.request, { topics: [{ name: String(token) }] } as object);

class Stage {
  readonly out = new ConnectionsOutbox();
  readonly exchange: Exchange;
  now: Us = 1 * SECOND;

  constructor(config: Partial<ExchangeConfig> = {}) {
    this.exchange = new Exchange({ ...serverExchangeConfig('test'), ...config }, middle);
    this.exchange.setNode(1, b1);
  }
  input(input: Input): boolean {
    return this.exchange.onInput(this.now, input, this.out);
  }
  ask(token: number, node = 1, timeoutUs = 10 * SECOND, owner = OWNER): void {
    this.exchange.request(this.now, node, owner, token, METADATA, bodyFor(token), timeoutUs, this.out);
  }
  answer(connection: number, request: RequestFrame, body: object = {}): void {
    const { apiKey, apiVersion, correlationId } = request;
    this.input({
      kind: 'frame',
      connection,
      frame: { kind: 'response', apiKey, apiVersion, correlationId, body },
    });
  }
  advance(us: Us): void {
    const until = this.now + us;
    this.out.advance(until, (now, input) => {
      this.now = now;
      this.input(input);
    });
    this.now = until;
  }
  /** Replies as `token:what`. */
  replies(): string[] {
    return this.exchange
      .takeReplies()
      .map(({ token, reply }) => `${token}:${reply.kind === 'failed' ? reply.reason : 'response'}`);
  }
  tokensSent(): number[] {
    return this.out.takeRequests().map(({ body }) => Number((body as MetadataRequest).topics![0]!.name));
  }
}

describe('the outbound exchange', () => {
  test('opens a connection for the first request, and sends it in its highest version once open', () => {
    const stage = new Stage();
    stage.ask(7);
    expect(stage.out.connected).toEqual([{ connection: 1, endpoint: b1 }]);
    expect(stage.out.takeSent()).toEqual([]);
    expect(stage.input({ kind: 'connected', connection: 1 })).toBe(true);
    const [request] = stage.out.takeRequests();
    expect(request).toMatchObject({
      apiKey: METADATA,
      apiVersion: apiOf(METADATA)!.maxVersion,
      clientId: 'test',
    });
    stage.answer(1, request!, { brokers: [] });
    expect(stage.exchange.takeReplies()).toEqual([
      {
        owner: OWNER,
        token: 7,
        reply: { kind: 'response', apiVersion: request!.apiVersion, body: { brokers: [] } },
      },
    ]);
    expect(stage.exchange.takeReplies()).toEqual([]);
  });

  test('does not claim inputs of other connections and timers', () => {
    const stage = new Stage();
    expect(stage.input({ kind: 'connected', connection: 9 })).toBe(false);
    expect(stage.input({ kind: 'timer', timer: 20 })).toBe(false);
    expect(stage.input({ kind: 'accepted', connection: 9, port: 1 })).toBe(false);
  });

  test('keeps the in-flight window and sends the rest in order as responses come', () => {
    const stage = new Stage({ maxInFlightRequestsPerConnection: 2 });
    for (const token of [1, 2, 3]) stage.ask(token);
    stage.input({ kind: 'connected', connection: 1 });
    const sent = stage.out.takeRequests();
    expect(sent.map(({ correlationId }) => correlationId)).toEqual([0, 1]);
    stage.answer(1, sent[0]!);
    expect(stage.tokensSent()).toEqual([3]);
    expect(stage.replies()).toEqual(['1:response']);
  });

  test('gives every owner its own connection to a node, so that a long poll holds up nobody', () => {
    const stage = new Stage();
    stage.ask(1, 1, SECOND, 3);
    stage.ask(2, 1, SECOND, 4);
    expect(stage.out.connected.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('a time-out closes the connection and fails all in flight and queued on it as disconnected', () => {
    const stage = new Stage({ maxInFlightRequestsPerConnection: 2 });
    stage.ask(1, 1, 2 * SECOND);
    stage.ask(2);
    stage.ask(3);
    stage.input({ kind: 'connected', connection: 1 });
    stage.advance(2 * SECOND - 1);
    expect(stage.replies()).toEqual([]);
    stage.advance(1);
    expect(stage.out.closed).toEqual([1]);
    expect(stage.replies()).toEqual(['1:disconnected', '2:disconnected', '3:disconnected']);
  });

  test('a response out of order breaks the connection', () => {
    const stage = new Stage({ maxInFlightRequestsPerConnection: 2 });
    stage.ask(1);
    stage.ask(2);
    stage.input({ kind: 'connected', connection: 1 });
    const [, second] = stage.out.takeRequests();
    stage.answer(1, second!);
    expect(stage.out.closed).toEqual([1]);
    expect(stage.replies()).toEqual(['1:disconnected', '2:disconnected']);
  });

  test('backs off from a node that refuses: 50 ms, 100, up to a second, and starts over once ready', () => {
    const stage = new Stage();
    const waits: Us[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      stage.ask(attempt);
      const before = stage.now;
      while (stage.out.connected.length === attempt) stage.advance(1 * MS);
      waits.push((stage.now - before) / MS);
      stage.input({ kind: 'closed', connection: attempt + 1, reason: 'refused' });
      expect(stage.replies()).toEqual([`${attempt}:disconnected`]);
    }
    expect(waits).toEqual([0, 50, 100, 200, 400, 800, 1000]);
    stage.ask(8);
    stage.advance(1 * SECOND);
    stage.input({ kind: 'connected', connection: 8 });
    stage.input({ kind: 'closed', connection: 8, reason: 'reset' });
    stage.ask(9);
    stage.advance(50 * MS);
    expect(stage.out.connected.length).toBe(9);
  });

  test('gives up on a connection that does not open, later each time', () => {
    const stage = new Stage();
    stage.ask(1, 1, 100 * SECOND);
    stage.advance(10 * SECOND - 1);
    expect(stage.out.closed).toEqual([]);
    stage.advance(1);
    expect(stage.out.closed).toEqual([1]);
    expect(stage.replies()).toEqual(['1:disconnected']);
    stage.ask(2, 1, 100 * SECOND);
    stage.advance(50 * MS + 20 * SECOND - 1);
    expect(stage.out.closed).toEqual([1]);
    stage.advance(1);
    expect(stage.out.closed).toEqual([1, 2]);
  });

  test('a request that never left expires on its own, without touching the connection', () => {
    const stage = new Stage();
    stage.ask(1, 1, 60 * SECOND);
    stage.ask(2, 1, 3 * SECOND);
    stage.input({ kind: 'connected', connection: 1 });
    stage.advance(3 * SECOND);
    expect(stage.replies()).toEqual(['2:timed out']);
    expect(stage.out.closed).toEqual([]);
  });

  test('an unknown node is told at once, but not within the call', () => {
    const stage = new Stage();
    stage.ask(1, 5);
    expect(stage.replies()).toEqual(['1:no node']);
  });

  test('a removed node loses its connection and what was asked of it', () => {
    const stage = new Stage();
    stage.ask(1);
    stage.ask(2);
    stage.input({ kind: 'connected', connection: 1 });
    stage.exchange.removeNode(stage.now, 1, stage.out);
    expect(stage.out.closed).toEqual([1]);
    expect(stage.replies()).toEqual(['1:disconnected', '2:disconnected']);
    expect(stage.out.timers.size).toBe(0);
  });

  test('keeps quiet for as long as a broker asks (KIP-219)', () => {
    const stage = new Stage();
    stage.ask(1);
    stage.input({ kind: 'connected', connection: 1 });
    stage.answer(1, stage.out.takeRequests()[0]!, { throttleTimeMs: 200 });
    stage.ask(2);
    stage.advance(199 * MS);
    expect(stage.tokensSent()).toEqual([]);
    stage.advance(1 * MS);
    expect(stage.tokensSent()).toEqual([2]);
  });

  test('closes what is idle when it is told to', () => {
    const stage = new Stage({ maxIdleUs: 5 * SECOND });
    stage.ask(1);
    stage.input({ kind: 'connected', connection: 1 });
    stage.advance(2 * SECOND);
    stage.answer(1, stage.out.takeRequests()[0]!);
    stage.advance(5 * SECOND - 1);
    expect(stage.out.closed).toEqual([]);
    stage.advance(1);
    expect(stage.out.closed).toEqual([1]);
  });
});

describe('requests to the active controller', () => {
  const c101 = { host: 'c101', port: 9093 };
  const c102 = { host: 'c102', port: 9093 };
  function stageWithControllers(): Stage {
    const stage = new Stage();
    stage.exchange.setNode(101, c101);
    stage.exchange.setNode(102, c102);
    return stage;
  }

  test('wait until one is known', () => {
    const stage = stageWithControllers();
    stage.ask(1, ACTIVE_CONTROLLER);
    stage.advance(1 * SECOND);
    expect(stage.out.connected).toEqual([]);
    stage.exchange.setController(stage.now, 101, stage.out);
    expect(stage.out.connected.map(({ endpoint }) => endpoint)).toEqual([c101]);
  });

  test('time out when none comes up', () => {
    const stage = stageWithControllers();
    stage.ask(1, ACTIVE_CONTROLLER, 2 * SECOND);
    stage.advance(2 * SECOND);
    expect(stage.replies()).toEqual(['1:timed out']);
  });

  test('are asked again of the next controller when the first one is no longer it', () => {
    const stage = stageWithControllers();
    stage.exchange.setController(stage.now, 101, stage.out);
    stage.ask(1, ACTIVE_CONTROLLER);
    stage.input({ kind: 'connected', connection: 1 });
    stage.answer(1, stage.out.takeRequests()[0]!, { errorCode: ErrorCode.NOT_CONTROLLER });
    expect(stage.replies()).toEqual([]);
    stage.exchange.setController(stage.now, 102, stage.out);
    stage.input({ kind: 'connected', connection: 2 });
    expect(stage.tokensSent()).toEqual([1]);
  });

  test('are asked again of the same controller when there is no news in 100 ms', () => {
    const stage = stageWithControllers();
    stage.exchange.setController(stage.now, 101, stage.out);
    stage.ask(1, ACTIVE_CONTROLLER);
    stage.input({ kind: 'connected', connection: 1 });
    stage.answer(1, stage.out.takeRequests()[0]!, { errorCode: ErrorCode.NOT_CONTROLLER });
    stage.advance(99 * MS);
    expect(stage.out.connected.length).toBe(1);
    stage.advance(1 * MS);
    expect(stage.out.connected.length).toBe(2);
  });

  test('survive a lost connection until their time is up', () => {
    const stage = stageWithControllers();
    stage.exchange.setController(stage.now, 101, stage.out);
    stage.ask(1, ACTIVE_CONTROLLER, 3 * SECOND);
    stage.input({ kind: 'connected', connection: 1 });
    stage.input({ kind: 'closed', connection: 1, reason: 'reset' });
    stage.advance(60 * MS);
    expect(stage.out.connected.length).toBe(2);
    expect(stage.replies()).toEqual([]);
    stage.advance(3 * SECOND);
    expect(stage.replies()).toEqual(['1:timed out']);
  });
});

describe('the ApiVersions handshake', () => {
  const ranges = [
    { apiKey: ApiKey.ApiVersions, minVersion: 0, maxVersion: 3 },
    { apiKey: METADATA, minVersion: 0, maxVersion: 5 },
  ];
  const refusal = { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: ranges, throttleTimeMs: 0 };

  function shaking(): { stage: Stage; hello: RequestFrame } {
    const stage = new Stage({ handshake: true });
    stage.ask(1);
    stage.input({ kind: 'connected', connection: 1 });
    return { stage, hello: stage.out.takeRequests()[0]! };
  }

  test('comes first, and the highest common version follows from it', () => {
    const { stage, hello } = shaking();
    expect(hello).toMatchObject({
      apiKey: ApiKey.ApiVersions,
      apiVersion: apiOf(ApiKey.ApiVersions)!.maxVersion,
    });
    expect(stage.exchange.isReady(stage.now, 1, OWNER)).toBe(false);
    stage.answer(1, hello, { errorCode: ErrorCode.NONE, apiKeys: ranges, throttleTimeMs: 0 });
    expect(stage.out.takeRequests()).toMatchObject([{ apiKey: METADATA, apiVersion: 5 }]);
    expect(stage.exchange.version(1, OWNER, METADATA)).toBe(5);
    expect(stage.exchange.version(1, OWNER, ApiKey.Fetch)).toBe(-1);
  });

  test('falls back to the version that the broker names (KIP-511)', () => {
    const { stage, hello } = shaking();
    stage.answer(1, hello, refusal);
    expect(stage.out.takeRequests()).toMatchObject([{ apiKey: ApiKey.ApiVersions, apiVersion: 3 }]);
  });

  test('falls back to version 0 when the broker names none, and asks without a name', () => {
    const { stage, hello } = shaking();
    stage.answer(1, hello, { ...refusal, apiKeys: [] });
    const [again] = stage.out.takeRequests();
    expect(again).toMatchObject({ apiVersion: 0, body: { clientSoftwareName: '' } });
    stage.answer(1, again!, refusal);
    expect(stage.out.closed).toEqual([1]);
    expect(stage.replies()).toEqual(['1:disconnected']);
  });

  test('a request is written for the version that it leaves in', () => {
    const { stage, hello } = shaking();
    stage.answer(1, hello, { errorCode: ErrorCode.NONE, apiKeys: ranges, throttleTimeMs: 0 });
    stage.answer(1, stage.out.takeRequests()[0]!);
    expect(stage.replies()).toEqual(['1:response']);
    const partial = { topics: [{ name: 't' }], includeTopicAuthorizedOperations: true };
    const asked = make(apiOf(METADATA)!.request, partial as object);
    stage.exchange.request(stage.now, 1, OWNER, 2, METADATA, asked, SECOND, stage.out);
    // Metadata 5 cannot ask for authorized operations, and they are not something to leave out silently.
    expect(stage.replies()).toEqual(['2:unsupported version']);
  });

  test('an API that the broker does not have is answered as unsupported', () => {
    const { stage, hello } = shaking();
    stage.answer(1, hello, { errorCode: ErrorCode.NONE, apiKeys: ranges.slice(0, 1), throttleTimeMs: 0 });
    expect(stage.replies()).toEqual(['1:unsupported version']);
  });

  test('does not wait for ever', () => {
    const { stage } = shaking();
    stage.ask(2, 1, 100 * SECOND);
    stage.advance(30 * SECOND);
    expect(stage.out.closed).toEqual([1]);
  });
});

describe('exponential backoff', () => {
  test('doubles from the start to the cap, jitters by a fifth, and never passes the cap', () => {
    const lowest = { u32: () => 0, below: () => 0 };
    const highest = { u32: () => 0xffffffff, below: (bound: number) => bound - 1 };
    expect([0, 1, 2, 3, 4, 100].map((n) => backoffUs(100_000, 1_000_000, n, lowest))).toEqual([
      80_000, 160_000, 320_000, 640_000, 800_000, 800_000,
    ]);
    expect([0, 1, 5].map((n) => backoffUs(100_000, 1_000_000, n, highest))).toEqual([
      120_000, 240_000, 1_000_000,
    ]);
  });

  test('is constant, without a draw, when the cap is not above the start', () => {
    const never = {
      u32: () => 0,
      below: () => {
        throw new Error('drawn');
      },
    };
    expect(backoffUs(100_000, 50_000, 3, never)).toBe(50_000);
  });
});
