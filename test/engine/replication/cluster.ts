import { ACTIVE_CONTROLLER, type Reply, type Request } from '../../../engine/exchange/index.ts';
import { assert, MS, type Us } from '../../../engine/machine/index.ts';
import {
  brokerRegistrationChangeRecord,
  ClusterImage,
  ConfigResource,
  type MetadataRecord,
  type PartitionChanges,
  partitionChangeRecord,
} from '../../../engine/metadata/index.ts';
import type { ReplicationConfig } from '../../../engine/replication/index.ts';
import {
  type AlterPartitionRequest,
  type AlterPartitionResponse,
  ApiKey,
  type FetchRequest,
  type FetchResponse,
  fetchRequest,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  listOffsetsRequest,
  make,
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
  offsetForLeaderEpochRequest,
  type Partially,
  type ProduceRequest,
  type ProduceResponse,
  produceRequest,
} from '../../../engine/wire/index.ts';
import { TestBroker } from './broker.ts';
import { alterPartition } from './controller.ts';
import { batchOf, topicIdOf } from './values.ts';

export { batchOf, NO_EFFECTS, topicIdOf, valuesIn } from './values.ts';

/** A request between nodes, from its sending until its reply was taken in. */
export interface Call {
  readonly from: number;
  readonly to: number;
  readonly owner: number;
  readonly token: number;
  readonly apiKey: number;
  readonly body: object;
  readonly sentAt: Us;
  stage: 'request' | 'in process' | 'response';
  reply: Reply | null;
}

/** What became of a client's request. */
export interface Answer<Body> {
  body: Body | null;
  ended: 'not yet' | 'answered' | 'silently' | 'disconnected';
  /** What the answer waits for, 0 for nothing. */
  sync: number;
}

const VERSIONS: Readonly<Record<number, number>> = {
  [ApiKey.Produce]: 13,
  [ApiKey.Fetch]: 18,
  [ApiKey.ListOffsets]: 11,
  [ApiKey.OffsetForLeaderEpoch]: 4,
  [ApiKey.AlterPartition]: 3,
};

/**
 * Brokers' replication wired directly to each other: a request travels when `settle` delivers it, unless a test
 * holds it back; metadata reaches a broker when the test publishes it. The controller is the truth image and the
 * checks of AlterPartition that matter here.
 */
export class TestCluster {
  readonly brokers = new Map<number, TestBroker>();
  readonly calls: Call[] = [];
  readonly records: MetadataRecord[] = [];
  readonly truth = new ClusterImage();
  now: Us = 1_000_000;
  /** Calls for which this says true stay where they are. */
  holds: (call: Call) => boolean = () => false;
  /** Answers an AlterPartition in the controller's place; null lets the controller answer. */
  intercept: (request: AlterPartitionRequest) => AlterPartitionResponse | null = () => null;
  /** False: a change that the controller made stays unknown to brokers until published. */
  publishes = true;
  #requests = 0;
  readonly #clients = new Map<number, Answer<object>>();
  readonly #served = new Map<number, Call>();

  constructor(
    ids: readonly number[],
    config: Partial<ReplicationConfig> = {},
    racks: Readonly<Record<number, string>> = {},
  ) {
    for (const id of ids) {
      this.brokers.set(id, new TestBroker(this, id, config));
      this.register(id, racks[id] ?? null);
    }
  }

  broker(id: number): TestBroker {
    const broker = this.brokers.get(id);
    assert(broker !== undefined, () => `no broker ${id}`);
    return broker;
  }

  // Metadata.

  /** A new incarnation of a broker, unfenced. Its epoch is the offset of its record. */
  register(id: number, rack: string | null = null): void {
    const epoch = this.records.length + 100;
    this.write({
      type: 'RegisterBrokerRecord',
      brokerId: id,
      isMigratingZkBroker: false,
      incarnationId: topicIdOf(`incarnation${epoch}`),
      brokerEpoch: epoch,
      endPoints: [{ name: 'PLAINTEXT', host: `b${id}`, port: 9092, securityProtocol: 0 }],
      features: [],
      rack,
      fenced: false,
      inControlledShutdown: false,
      logDirs: [],
      cordonedLogDirs: null,
    });
    this.broker(id).brokerEpoch = epoch;
  }

  fence(id: number): void {
    this.#changeBroker(id, { fenced: 1 });
  }

  unfence(id: number): void {
    this.#changeBroker(id, { fenced: -1 });
  }

  shutDownControlled(id: number): void {
    this.#changeBroker(id, { inControlledShutdown: 1 });
  }

  createTopic(
    topic: string,
    replicas: readonly number[],
    options: {
      isr?: readonly number[];
      minIsr?: number;
      leader?: number;
      partitions?: number;
      topicId?: string;
    } = {},
  ): void {
    const topicId = options.topicId ?? topicIdOf(topic);
    this.write({ type: 'TopicRecord', name: topic, topicId });
    if (options.minIsr !== undefined) this.configure(topic, 'min.insync.replicas', String(options.minIsr));
    for (let index = 0; index < (options.partitions ?? 1); index += 1) {
      this.write({
        type: 'PartitionRecord',
        partitionId: index,
        topicId,
        replicas,
        isr: (options.isr ?? replicas).toSorted((a, b) => a - b),
        removingReplicas: [],
        addingReplicas: [],
        leader: options.leader ?? replicas[0] ?? -1,
        leaderRecoveryState: 0,
        leaderEpoch: 0,
        partitionEpoch: 0,
        directories: replicas.map(() => 'AAAAAAAAAAAAAAAAAAAAAQ'),
        eligibleLeaderReplicas: null,
        lastKnownElr: null,
      });
    }
    this.publish();
  }

  configure(topic: string, name: string, value: string): void {
    const resourceType = ConfigResource.TOPIC;
    this.write({ type: 'ConfigRecord', resourceType, resourceName: topic, name, value });
  }

  change(topic: string, changes: PartitionChanges, index = 0): void {
    this.write(partitionChangeRecord(topicIdOf(topic), index, changes));
  }

  /** Makes a broker leader, in a new epoch even if it leads already. */
  elect(topic: string, leader: number, isr: readonly number[]): void {
    this.change(topic, { leader, isr: isr.toSorted((a, b) => a - b) });
  }

  write(record: MetadataRecord): void {
    this.truth.replay(record, this.records.length);
    this.records.push(record);
  }

  /** Lets brokers (all that live, unless named) read the metadata log to its end. */
  publish(...ids: readonly number[]): void {
    for (const [id, broker] of this.brokers) {
      if (broker.isUp && (ids.length === 0 || ids.includes(id))) broker.readMetadata(this.records);
    }
    this.settle();
  }

  // Clients.

  produce(
    id: number,
    topic: string,
    values: readonly string[],
    acks = -1,
    timeoutMs = 30_000,
  ): Answer<ProduceResponse> {
    return this.produceBatch(id, topic, batchOf(...values), acks, timeoutMs);
  }

  produceBatch(
    id: number,
    topic: string,
    batch: Uint8Array,
    acks: number,
    timeoutMs = 30_000,
    index = 0,
  ): Answer<ProduceResponse> {
    const topicData = [{ topicId: topicIdOf(topic), partitionData: [{ index, records: [batch] }] }];
    return this.produceBody(id, { acks, timeoutMs, topicData });
  }

  produceBody(id: number, partial: Partially<ProduceRequest>, version = 13): Answer<ProduceResponse> {
    return this.client(id, ApiKey.Produce, make(produceRequest, partial), version);
  }

  fetch(id: number, partial: Partially<FetchRequest>, version = 18): Answer<FetchResponse> {
    return this.client(id, ApiKey.Fetch, make(fetchRequest, partial), version);
  }

  /** A consumer's fetch of one partition at once. */
  consume(id: number, topic: string, fetchOffset: number, rackId = '', isolationLevel = 0): FetchResponse {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }];
    const topics = [{ topicId: topicIdOf(topic), partitions }];
    const answer = this.fetch(id, { maxWaitMs: 0, minBytes: 1, topics, rackId, isolationLevel });
    assert(answer.body !== null, 'a fetch that does not wait is answered');
    return answer.body;
  }

  listOffsets(id: number, partial: Partially<ListOffsetsRequest>, version = 11): ListOffsetsResponse {
    const answer = this.client<ListOffsetsResponse>(
      id,
      ApiKey.ListOffsets,
      make(listOffsetsRequest, partial),
      version,
    );
    assert(answer.body !== null, 'offsets are listed at once');
    return answer.body;
  }

  offsetForLeaderEpoch(
    id: number,
    partial: Partially<OffsetForLeaderEpochRequest>,
  ): OffsetForLeaderEpochResponse {
    const body = make(offsetForLeaderEpochRequest, partial);
    const answer = this.client<OffsetForLeaderEpochResponse>(id, ApiKey.OffsetForLeaderEpoch, body, 4);
    assert(answer.body !== null, 'epochs are looked up at once');
    return answer.body;
  }

  client<Body extends object>(id: number, apiKey: number, body: object, version: number): Answer<Body> {
    const answer: Answer<Body> = { body: null, ended: 'not yet', sync: 0 };
    this.#requests += 1;
    const request: Request = {
      id: this.#requests,
      apiKey,
      apiVersion: version,
      clientId: 'test',
      connection: 1,
      body,
    };
    this.#clients.set(request.id, answer as Answer<object>);
    this.broker(id).handle(request);
    return answer;
  }

  // The ports of the brokers.

  send(call: Call): void {
    this.calls.push(call);
  }

  ended(requestId: number, body: object | null, how: Answer<object>['ended'], sync = 0): void {
    const answer = this.#clients.get(requestId);
    if (answer !== undefined) {
      answer.body = body;
      answer.ended = how;
      answer.sync = sync;
      return;
    }
    const call = this.#served.get(requestId);
    assert(call !== undefined && call.stage === 'in process', () => `request ${requestId} is answered once`);
    this.#served.delete(requestId);
    call.stage = 'response';
    call.reply =
      body === null
        ? { kind: 'failed', reason: 'disconnected' }
        : { kind: 'response', apiVersion: VERSIONS[call.apiKey] ?? 0, body };
  }

  // Time and delivery.

  /** Delivers what may be delivered until nothing moves at this time. */
  settle(): void {
    for (let round = 0; round < 10_000; round += 1) {
      const call = this.calls.find((each) => each.stage !== 'in process' && !this.holds(each));
      if (call === undefined) return;
      this.deliver(call);
    }
    throw new Error('the cluster does not come to rest');
  }

  deliver(call: Call): void {
    if (call.stage === 'request') {
      call.stage = 'in process';
      if (call.to === ACTIVE_CONTROLLER) this.#control(call);
      else this.#serve(call);
      return;
    }
    assert(call.stage === 'response' && call.reply !== null, 'a call in process has no reply');
    this.calls.splice(this.calls.indexOf(call), 1);
    const asker = this.brokers.get(call.from);
    if (asker?.isUp) asker.onReply(call.owner, call.token, call.reply);
  }

  /** Breaks every call from, to or within these brokers; the askers that live see a disconnection. */
  disconnect(id: number): void {
    for (const call of [...this.calls]) {
      if (call.from === id) this.calls.splice(this.calls.indexOf(call), 1);
      else if (call.to === id) {
        call.stage = 'response';
        call.reply = { kind: 'failed', reason: 'disconnected' };
      }
    }
    for (const [requestId, call] of [...this.#served]) if (call.to === id) this.#served.delete(requestId);
  }

  /** Lets time pass; timers fire in order, and calls are delivered in between. */
  run(ms: number): void {
    const until = this.now + ms * MS;
    this.settle();
    for (;;) {
      let next: { broker: TestBroker; timer: number; at: Us } | null = null;
      for (const broker of this.brokers.values()) {
        const due = broker.nextTimer();
        if (due !== null && due.at <= until && (next === null || due.at < next.at)) next = { broker, ...due };
      }
      if (next === null) break;
      this.now = Math.max(this.now, next.at);
      next.broker.fire(next.timer);
      this.settle();
    }
    this.now = until;
  }

  #serve(call: Call): void {
    const broker = this.brokers.get(call.to);
    if (broker === undefined || !broker.isUp) {
      call.stage = 'response';
      call.reply = { kind: 'failed', reason: 'disconnected' };
      return;
    }
    this.#requests += 1;
    const id = this.#requests;
    this.#served.set(id, call);
    const apiVersion = VERSIONS[call.apiKey] ?? 0;
    broker.handle({
      id,
      apiKey: call.apiKey,
      apiVersion,
      clientId: `b${call.from}`,
      connection: 2,
      body: call.body,
    });
  }

  #control(call: Call): void {
    assert(call.apiKey === ApiKey.AlterPartition, 'brokers ask the controller for ISR changes only');
    const body = call.body as AlterPartitionRequest;
    const answer = this.intercept(body) ?? alterPartition(this, body);
    call.stage = 'response';
    call.reply = { kind: 'response', apiVersion: 3, body: answer };
  }

  #changeBroker(id: number, changes: Parameters<typeof brokerRegistrationChangeRecord>[2]): void {
    const epoch = this.truth.broker(id)?.epoch ?? -1;
    this.write(brokerRegistrationChangeRecord(id, epoch, changes));
  }
}
