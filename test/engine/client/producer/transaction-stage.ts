import {
  type ClientError,
  type ConsumerGroupMetadata,
  type FailureOutcome,
  type OutgoingRecord,
  type ProducerConfig,
  producerConfig,
  type TransactionAction,
  type TransactionalDriver,
  TransactionalProducer,
  type TransactionListener,
  type TransactionResult,
} from '../../../../engine/client/index.ts';
import { type Machine, MS, type Us } from '../../../../engine/machine/index.ts';
import { noCompression } from '../../../../engine/records/index.ts';
import {
  ApiKey,
  findCoordinatorResponse,
  initProducerIdResponse,
  make,
  type ProduceRequest,
  produceResponse,
  utf8Encode,
} from '../../../../engine/wire/index.ts';
import { ClientStage, FixedRandoms, type Received } from '../client-stage.ts';

const NEVER_AGAIN = Number.MAX_SAFE_INTEGER;

export const GROUP: ConsumerGroupMetadata = {
  groupId: 'g',
  generationId: 3,
  memberId: 'm',
  groupInstanceId: null,
};

export function record(id: number, partition: number, topic = 't'): OutgoingRecord {
  return {
    id,
    topic,
    partition,
    key: null,
    value: utf8Encode(`v${id}`),
    timestamp: 1_700_000_000_000,
    headers: [],
  };
}

export function offsets(offset: number, partition = 0) {
  return {
    do: 'send offsets',
    offsets: [{ topic: 'in', partition, offset, leaderEpoch: 5, metadata: '' }],
    group: GROUP,
  } as const;
}

/** A transactional producer among scripted brokers. Its application does what `act` queued. */
export class TransactionStage implements TransactionalDriver, TransactionListener {
  readonly stage = new ClientStage();
  readonly events: string[] = [];
  readonly results: TransactionResult[] = [];
  readonly producer: TransactionalProducer;
  /** Asked for actions when the queue is empty. */
  script: ((now: Us, ended: TransactionResult | null) => TransactionAction | null) | null = null;
  #queue: TransactionAction[] = [];

  constructor(config: Partial<ProducerConfig> = {}) {
    this.producer = new TransactionalProducer({
      config: producerConfig({
        'bootstrap.servers': ['b1:9092'],
        'client.id': 'p',
        'transactional.id': 'x',
        'linger.ms': 0,
        ...config,
      }),
      driver: this,
      listener: this,
      randoms: new FixedRandoms(),
      wall: { nowMs: () => 1_700_000_000_000 },
      compression: noCompression,
    });
  }

  boot(): void {
    this.stage.boot(this.producer as Machine);
  }

  /** Takes a millisecond: so long does the application think while it has nothing to do. */
  act(...actions: readonly TransactionAction[]): void {
    this.#queue.push(...actions);
    this.stage.advance(1 * MS);
  }

  next(now: Us, ended: TransactionResult | null): TransactionAction {
    const action = this.#queue.shift() ?? this.script?.(now, ended);
    return action ?? { do: 'think', until: now + 1 * MS };
  }

  onSend(): void {}
  onAcked(_now: Us, topic: string, partition: number, _baseOffset: number, ids: readonly number[]): void {
    this.events.push(`acked ${topic}-${partition}: ${ids.join()}`);
  }
  onFailed(
    _now: Us,
    topic: string,
    partition: number,
    ids: readonly number[],
    error: ClientError,
    outcome: FailureOutcome,
  ): void {
    this.events.push(`${outcome} ${topic}-${partition} (${error.code}): ${ids.join()}`);
  }
  onCall(): void {}
  onBegin(_now: Us, transaction: number, producerId: number, producerEpoch: number): void {
    this.events.push(`began ${transaction} as ${producerId}/${producerEpoch}`);
  }
  onResult(_now: Us, result: TransactionResult): void {
    this.results.push(result);
    const why = result.outcome === 'ok' ? '' : ` (${result.error.code}, ${result.error.errorClass})`;
    this.events.push(`${result.call} ${result.transaction} ${result.outcome}${why}`);
  }

  take<Body extends object = object>(apiKey: number): Received<Body>[] {
    return this.stage.take<Body>(apiKey);
  }

  /** The only request of this API since the last call. */
  one<Body extends object = object>(apiKey: number): Received<Body> {
    const taken = this.stage.take<Body>(apiKey);
    if (taken.length !== 1) throw new Error(`${taken.length} requests of API ${apiKey}`);
    return taken[0]!;
  }

  /** Answers the look-up of a coordinator. What wanted it pauses: it counts as tried before. */
  coordinate(node: number, errorCode = 0): Received {
    const received = this.one(ApiKey.FindCoordinator);
    const found = { errorCode, nodeId: node, host: node < 0 ? '' : `b${node}`, port: 9092 };
    this.stage.answer(
      received,
      make(
        findCoordinatorResponse,
        received.request.apiVersion < 4 ? found : { coordinators: [{ ...found, key: 'x' }] },
      ),
    );
    this.stage.advance(100 * MS);
    return received;
  }

  /** Answers InitProducerId. */
  identify(producerId: number, producerEpoch: number): Received {
    const received = this.one(ApiKey.InitProducerId);
    this.stage.answer(received, make(initProducerIdResponse, { errorCode: 0, producerId, producerEpoch }));
    return received;
  }

  /** Answers every partition of a produce request alike. */
  produced(received: Received<ProduceRequest>, errorCode = 0): void {
    this.stage.answer(
      received,
      make(produceResponse, {
        responses: received.body.topicData.map(({ name, topicId, partitionData }) => ({
          name,
          topicId,
          partitionResponses: partitionData.map(({ index }) => ({
            index,
            errorCode,
            baseOffset: errorCode === 0 ? 100 : -1,
            logStartOffset: 0,
          })),
        })),
      }),
    );
  }
}

export const FOREVER = NEVER_AGAIN;

/** A producer that has a coordinator, broker 2, and is ready to begin, as 7/0. */
export function ready(
  version: 1 | 2,
  config: ConstructorParameters<typeof TransactionStage>[0] = {},
): TransactionStage {
  const s = new TransactionStage(config);
  s.stage.topic('t', [1, 2, 3]);
  s.stage.topic('in', [1, 2, 3]);
  if (version === 2) s.stage.features = { epoch: 1, levels: { 'transaction.version': 2 } };
  s.boot();
  s.act({ do: 'init' });
  s.coordinate(2);
  s.identify(7, 0);
  s.events.length = 0;
  return s;
}
