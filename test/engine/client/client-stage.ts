import { expect } from 'vitest';
import {
  type Endpoint,
  type Frame,
  type Input,
  type Machine,
  type Outbox,
  type RandomSource,
  type RequestFrame,
  SECOND,
  type Us,
} from '../../../engine/machine/index.ts';
import {
  ApiKey,
  type ApiVersionsRequest,
  apis,
  apiVersionsResponse,
  decodeRequest,
  ErrorCode,
  encodeFrame,
  type MetadataRequest,
  type MetadataResponse,
  make,
  metadataResponse,
} from '../../../engine/wire/index.ts';
import { ConnectionsOutbox, middle } from '../exchange/connections-outbox.ts';

export interface PartitionState {
  leader: number;
  leaderEpoch: number;
}

export interface TopicState {
  id: string;
  partitions: PartitionState[];
}

/** A request that a scripted broker has received and not answered. */
export interface Received<Body = object> {
  readonly at: Us;
  readonly broker: number;
  readonly connection: number;
  readonly request: RequestFrame;
  readonly body: Body;
}

/** Draws that a test can read: every stream is in the middle unless it is set. */
export class FixedRandoms implements RandomSource {
  readonly draws = new Map<string, () => number>();
  stream(name: string) {
    return {
      u32: () => this.draws.get(name)?.() ?? 0,
      below: (bound: number) => Math.min(bound - 1, this.draws.get(name)?.() ?? middle.below(bound)),
    };
  }
}

/** The id of topic `n` of the script. */
export function topicId(n: number): string {
  return `${n + 1}${'A'.repeat(21)}`;
}

/** Timers that go off one after the other without time going on. */
const MAX_INPUTS_AT_ONCE = 10_000;

/**
 * One client machine against brokers that a test scripts: connections open and versions and metadata are
 * answered by themselves; every other request is kept for the test. Time moves only by `advance`.
 */
export class ClientStage {
  readonly out = new ConnectionsOutbox();
  readonly topics = new Map<string, TopicState>();
  brokers: number[] = [1, 2, 3];
  /** By broker; none stands in a rack unless it is set. */
  readonly racks = new Map<number, string>();
  /** Answered to Metadata and to ApiVersions as the verdict on the whole request. */
  metadataError: number = ErrorCode.NONE;
  versionsError: (request: ApiVersionsRequest) => number = () => ErrorCode.NONE;
  /** By API key: caps what the brokers say they support. */
  readonly maxVersions = new Map<number, number>();
  /** What brokers tell in their handshake: finalized levels, as of an epoch; -1: nothing. */
  features: { epoch: number; levels: Readonly<Record<string, number>> } = { epoch: -1, levels: {} };
  /** Brokers that refuse connections. */
  readonly down = new Set<number>();
  /** Brokers that do not answer who wants to connect. */
  readonly silent = new Set<number>();
  /** Set to hold metadata requests back. */
  answersMetadata = true;
  now: Us = 1 * SECOND;
  metadataRequests: Received<MetadataRequest>[] = [];
  controllerId = 1;
  #received: Received[] = [];
  #machine!: Machine;
  readonly #brokerOf = new Map<number, number>();
  #seenConnections = 0;
  #isSettling = false;
  /** Unanswered requests by connection, oldest first. */
  readonly #open = new Map<number, { request: RequestFrame; body: object | null }[]>();
  readonly #arrived: { connection: number; frame: Frame }[] = [];

  boot(machine: Machine): void {
    this.#machine = machine;
    this.input({ kind: 'boot' });
  }

  topic(name: string, leaders: readonly number[]): TopicState {
    const state = {
      id: topicId(this.topics.size),
      partitions: leaders.map((leader) => ({ leader, leaderEpoch: 5 })),
    };
    this.topics.set(name, state);
    return state;
  }

  /** A new leader, in the next epoch. */
  move(topic: string, partition: number, leader: number): void {
    const state = this.topics.get(topic)!.partitions[partition]!;
    state.leader = leader;
    state.leaderEpoch++;
  }

  input(input: Input): void {
    this.#machine.step(this.now, input, this.out as Outbox);
    this.#settle();
  }

  advance(us: Us): void {
    const until = this.now + us;
    let inputs = 0;
    this.out.advance(until, (now, input) => {
      inputs = now > this.now ? 0 : inputs + 1;
      if (inputs > MAX_INPUTS_AT_ONCE)
        throw new Error('a timer that is always due keeps the clock from moving');
      // After a pause of the process timers are late, and time does not go back.
      this.now = Math.max(this.now, now);
      this.input(input);
    });
    this.now = until;
  }

  /** Requests of an API received since the last call, oldest first. */
  take<Body extends object = object>(apiKey: number): Received<Body>[] {
    const taken = this.#received.filter(({ request }) => request.apiKey === apiKey);
    this.#received = this.#received.filter(({ request }) => request.apiKey !== apiKey);
    return taken as Received<Body>[];
  }

  /** Answers a request; the answer leaves when those to earlier requests of its connection have. */
  answer(received: Received, body: object): void {
    const { connection } = received;
    const open = this.#open.get(connection) ?? [];
    const entry = open.find(({ request }) => request === received.request);
    if (entry === undefined) return;
    entry.body = body;
    while (open[0]?.body) {
      const { request, body: first } = open.shift()!;
      const { apiKey, apiVersion, correlationId } = request;
      const frame = { kind: 'response', apiKey, apiVersion, correlationId, body: first! } as const;
      this.input({ kind: 'frame', connection, frame });
    }
  }

  /** The broker of this request drops the connection. */
  drop({ connection }: Received): void {
    this.#open.delete(connection);
    this.input({ kind: 'closed', connection, reason: 'reset' });
  }

  metadata(topics: MetadataRequest['topics']): MetadataResponse {
    const asked = topics ?? [...this.topics.keys()].map((name) => ({ name, topicId: '' }));
    const names = asked.flatMap(({ name, topicId: id }) => name ?? this.nameOf(id) ?? []);
    return make(metadataResponse, {
      errorCode: this.metadataError,
      brokers: this.brokers.map((nodeId) => ({
        nodeId,
        host: `b${nodeId}`,
        port: 9092,
        rack: this.racks.get(nodeId) ?? null,
      })),
      clusterId: 'cluster',
      controllerId: this.controllerId,
      topics: names.map((name) => {
        const topic = this.topics.get(name);
        if (topic === undefined) return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name };
        return {
          errorCode: ErrorCode.NONE,
          name,
          topicId: topic.id,
          partitions: topic.partitions.map(({ leader, leaderEpoch }, partitionIndex) => ({
            errorCode: leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
            partitionIndex,
            leaderId: leader,
            leaderEpoch,
            replicaNodes: [1, 2, 3],
            isrNodes: [1, 2, 3],
          })),
        };
      }),
    });
  }

  nameOf(id: string): string | undefined {
    return [...this.topics].find(([, topic]) => topic.id === id)?.[0];
  }

  answerMetadata(received: Received<MetadataRequest>): void {
    this.answer(received, this.metadata(received.body.topics));
  }

  /** Answers what answers itself, in the order in which it was sent. */
  #settle(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    for (;;) {
      this.#arrived.push(...this.out.takeSent());
      const opened = this.out.connected[this.#seenConnections];
      const first = this.#arrived[0];
      if (opened !== undefined) {
        this.#seenConnections++;
        this.#connect(opened.connection, brokerAt(opened.endpoint));
      } else if (first !== undefined) {
        this.#arrived.shift();
        this.#receive(first.connection, first.frame as RequestFrame);
      } else break;
    }
    this.#isSettling = false;
  }

  #connect(connection: number, broker: number): void {
    this.#brokerOf.set(connection, broker);
    if (this.silent.has(broker)) return;
    if (this.down.has(broker)) this.input({ kind: 'closed', connection, reason: 'refused' });
    else this.input({ kind: 'connected', connection });
  }

  #receive(connection: number, request: RequestFrame): void {
    const broker = this.#brokerOf.get(connection)!;
    // What a client sends must be what the wire gives to a broker in that version, or codecs would differ.
    expect(decodeRequest(encodeFrame(request))).toEqual(request);
    const received = { at: this.now, broker, connection, request, body: request.body };
    const open = this.#open.get(connection) ?? [];
    open.push({ request, body: null });
    this.#open.set(connection, open);
    if (request.apiKey === ApiKey.ApiVersions)
      this.answer(received, this.#versions(request.body as ApiVersionsRequest));
    else if (request.apiKey === ApiKey.Metadata) {
      this.metadataRequests.push(received as Received<MetadataRequest>);
      if (this.answersMetadata) this.answerMetadata(received as Received<MetadataRequest>);
    } else this.#received.push(received);
  }

  #versions(request: ApiVersionsRequest): object {
    return make(apiVersionsResponse, {
      errorCode: this.versionsError(request),
      apiKeys: apis.map(({ key, minVersion, maxVersion }) => ({
        apiKey: key,
        minVersion,
        maxVersion: Math.min(maxVersion, this.maxVersions.get(key) ?? maxVersion),
      })),
      finalizedFeaturesEpoch: this.features.epoch,
      finalizedFeatures: Object.entries(this.features.levels).map(([name, level]) => ({
        name,
        maxVersionLevel: level,
        minVersionLevel: level,
      })),
    });
  }
}

function brokerAt({ host }: Endpoint): number {
  return Number(host.slice(1));
}
