import { describe, expect, test } from 'vitest';
import { idempotenceProblem, producerConfig } from '../../../../engine/client/index.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  type InitProducerIdRequest,
  initProducerIdResponse,
  make,
  produceResponse,
} from '../../../../engine/wire/index.ts';
import { named } from './batch-names.ts';
import { BIG, type Produced, ProducerStage } from './producer-stage.ts';

type Config = ConstructorParameters<typeof ProducerStage>[0];

function booted(config: Config = {}): ProducerStage {
  const s = new ProducerStage({ 'enable.idempotence': true, 'linger.ms': 0, ...config });
  s.stage.topic('t', [1, 2, 3]);
  s.boot();
  return s;
}

function identify(s: ProducerStage, producerId: number, producerEpoch = 0): InitProducerIdRequest {
  const [received] = s.stage.take<InitProducerIdRequest>(ApiKey.InitProducerId);
  s.stage.answer(received!, make(initProducerIdResponse, { errorCode: 0, producerId, producerEpoch }));
  return received!.body;
}

/** A producer with id 7 and epoch 0. */
function identified(config: Config = {}): ProducerStage {
  const s = booted(config);
  identify(s, 7);
  return s;
}

/** Sends one record after the other, so that each is a batch of its own; the requests, unanswered. */
function flying(s: ProducerStage, count: number): Produced[] {
  const flight: Produced[] = [];
  for (let i = 0; i < count; i++) {
    s.sendNow({ partition: 0 });
    flight.push(...s.produced());
  }
  return flight;
}

function answer(
  s: ProducerStage,
  received: Produced,
  errorCode: number,
  logStartOffset = 0,
  baseOffset = 100,
): void {
  s.stage.answer(
    received,
    make(produceResponse, {
      responses: received.body.topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index }) => ({
          index,
          errorCode,
          baseOffset: errorCode === 0 ? baseOffset : -1,
          logStartOffset,
        })),
      })),
    }),
  );
}

describe('an id', () => {
  test('is asked for at once, of any broker, and nothing leaves before it is there', () => {
    const s = booted();
    s.sendNow({ partition: 0 });
    s.stage.advance(1 * SECOND);
    expect(s.produced()).toEqual([]);
    const body = identify(s, 7, 3);
    expect(body).toMatchObject({ transactionalId: null, transactionTimeoutMs: 0x7fffffff, producerId: -1 });
    expect(s.produced().map(named)).toEqual(['0:7/3/0+1']);
  });

  test('is asked for again, elsewhere if need be, until somebody answers', () => {
    const s = booted();
    s.sendNow({ partition: 0 });
    const [first] = s.stage.take(ApiKey.InitProducerId);
    s.stage.answer(
      first!,
      make(initProducerIdResponse, { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS }),
    );
    s.stage.advance(99 * MS);
    expect(s.stage.take(ApiKey.InitProducerId)).toEqual([]);
    s.stage.advance(1 * MS);
    const [second] = s.stage.take(ApiKey.InitProducerId);
    s.stage.drop(second!);
    s.stage.advance(200 * MS);
    identify(s, 8);
    expect(s.produced().map(named)).toEqual(['0:8/0/0+1']);
  });

  test('that a broker cannot give is the end of the producer', () => {
    const s = new ProducerStage({ 'enable.idempotence': true, 'linger.ms': 0 });
    s.stage.topic('t', [1, 2, 3]);
    s.stage.maxVersions.set(ApiKey.InitProducerId, -1);
    s.boot();
    s.sendNow({ partition: 0 });
    expect(s.events).toEqual([`fail t-0 (${ErrorCode.UNSUPPORTED_VERSION}): 1`]);
  });
});

describe('sequences', () => {
  test('are given when batches leave, per partition, up to five in flight', () => {
    const s = identified();
    expect(flying(s, 7).map(named)).toEqual([0, 1, 2, 3, 4].map((sequence) => `0:7/0/${sequence}+1`));
    s.sendNow({ partition: 1 });
    expect(s.produced().map(named)).toEqual(['1:7/0/0+1']);
  });

  test('stay with a batch over retries, byte for byte', () => {
    const s = identified();
    const [first] = flying(s, 1);
    answer(s, first!, ErrorCode.NOT_ENOUGH_REPLICAS);
    s.stage.advance(100 * MS);
    const [second] = s.produced();
    expect(second!.body).toEqual(first!.body);
  });

  test('keep their order when the first of several fails: what follows waits, and goes one by one', () => {
    const s = identified();
    const [a, b, c] = flying(s, 3);
    answer(s, a!, ErrorCode.NOT_ENOUGH_REPLICAS);
    answer(s, b!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    answer(s, c!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    s.sendNow({ partition: 0 });
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      s.stage.advance(300 * MS);
      const again = s.produced();
      // What is new may go with the last of them.
      expect(again.length).toBe(i < 2 ? 1 : i < 3 ? 2 : 0);
      again.forEach((each, j) => {
        seen.push(named(each));
        answer(s, each, ErrorCode.NONE, 0, 100 + i + j);
      });
    }
    expect(seen).toEqual(['0:7/0/0+1', '0:7/0/1+1', '0:7/0/2+1', '0:7/0/3+1']);
    expect(s.events).toEqual([
      'acked t-0 @100: 1',
      'acked t-0 @101: 2',
      'acked t-0 @102: 3',
      'acked t-0 @103: 4',
    ]);
  });

  test('of a batch that was split go on through its parts', () => {
    const s = identified({ 'linger.ms': 5, 'batch.size': 20_000 });
    s.sendNow({ partition: 0, value: BIG }, { partition: 0, value: BIG }, { partition: 0, value: BIG });
    s.stage.advance(5 * MS);
    const [whole] = s.produced();
    expect(named(whole!)).toBe('0:7/0/0+3');
    answer(s, whole!, ErrorCode.MESSAGE_TOO_LARGE);
    // Split to batch.size: it fits, and so once more, to the half.
    answer(s, s.produced()[0]!, ErrorCode.MESSAGE_TOO_LARGE);
    const parts: string[] = [];
    for (let i = 0; i < 3; i++) {
      for (const part of s.produced()) {
        parts.push(named(part));
        answer(s, part, ErrorCode.NONE);
      }
      s.stage.advance(5 * MS);
    }
    expect(parts).toEqual(['0:7/0/0+1', '0:7/0/1+1', '0:7/0/2+1']);
  });

  test('that a leader has already are acknowledged, at no offset', () => {
    const s = identified();
    const [only] = flying(s, 1);
    answer(s, only!, ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
    expect(s.events).toEqual(['acked t-0 @-1: 1']);
  });

  test('with one in flight a partition waits for its batch', () => {
    const s = identified({ 'max.in.flight.requests.per.connection': 1 });
    const [first] = flying(s, 3);
    expect(s.produced()).toEqual([]);
    answer(s, first!, ErrorCode.NONE);
    expect(s.produced().map(named)).toEqual(['0:7/0/1+2']);
  });
});

describe('a new epoch', () => {
  test('begins when the next batch in line is out of order: there is a gap in the log', () => {
    const s = identified();
    const [a, b] = flying(s, 2);
    answer(s, a!, ErrorCode.NONE);
    answer(s, b!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    s.stage.advance(100 * MS);
    expect(s.produced().map(named)).toEqual(['0:7/1/0+1']);
  });

  test('begins when the leader has forgotten the producer', () => {
    const s = identified();
    const [a] = flying(s, 1);
    answer(s, a!, ErrorCode.NONE);
    const [b, c] = flying(s, 2);
    answer(s, b!, ErrorCode.UNKNOWN_PRODUCER_ID, 500);
    answer(s, c!, ErrorCode.UNKNOWN_PRODUCER_ID, 500);
    s.stage.advance(200 * MS);
    const [again] = s.produced();
    expect(named(again!)).toBe('0:7/1/0+1');
    answer(s, again!, ErrorCode.NONE, 500);
    s.stage.advance(200 * MS);
    expect(s.produced().map(named)).toEqual(['0:7/1/1+1']);
  });

  test('waits for nothing when the leader does not know where its log starts: the batch is sent again as it is', () => {
    const s = identified();
    const [a] = flying(s, 1);
    answer(s, a!, ErrorCode.UNKNOWN_PRODUCER_ID, -1);
    s.stage.advance(100 * MS);
    expect(s.produced().map(named)).toEqual(['0:7/0/0+1']);
  });

  test('begins after a batch was refused for good, lest those behind it find a gap', () => {
    const s = identified();
    const [a, b] = flying(s, 2);
    answer(s, a!, ErrorCode.INVALID_RECORD);
    answer(s, b!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    s.stage.advance(100 * MS);
    expect(s.produced().map(named)).toEqual(['0:7/1/0+1']);
    expect(s.events).toEqual([`fail t-0 (${ErrorCode.INVALID_RECORD}): 1`]);
  });

  test('forgets what the last one had acknowledged: a gap in it is found as well', () => {
    const s = identified();
    for (let i = 0; i < 3; i++) answer(s, flying(s, 1)[0]!, ErrorCode.NONE, 0, i);
    answer(s, flying(s, 1)[0]!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    s.stage.advance(100 * MS);
    answer(s, s.produced()[0]!, ErrorCode.NONE, 0, 3);
    const [next] = flying(s, 1);
    expect(named(next!)).toBe('0:7/1/1+1');
    answer(s, next!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    s.stage.advance(100 * MS);
    expect(s.produced().map(named)).toEqual(['0:7/2/0+1']);
  });

  test('reaches a partition only when what it has in flight is through', () => {
    const s = identified();
    const [a] = flying(s, 1);
    s.sendNow({ partition: 1 });
    const [other] = s.produced();
    answer(s, a!, ErrorCode.INVALID_PRODUCER_EPOCH);
    s.sendNow({ partition: 1 });
    s.sendNow({ partition: 0 });
    expect(s.produced().map(named)).toEqual(['0:7/1/0+1']);
    answer(s, other!, ErrorCode.NONE);
    expect(s.produced().map(named)).toEqual(['1:7/1/0+1']);
  });

  test('of an id that has none left is another id', () => {
    const s = booted();
    identify(s, 7, 0x7fff);
    const [a] = flying(s, 1);
    answer(s, a!, ErrorCode.INVALID_RECORD);
    identify(s, 8);
    s.sendNow({ partition: 0 });
    expect(s.produced().map(named)).toEqual(['0:8/0/0+1']);
  });
});

describe('a batch that is given up', () => {
  const config: Config = { 'request.timeout.ms': 1_000, 'delivery.timeout.ms': 2_000 };

  test('holds new ones up until one behind it tells that there is a gap: then a new epoch begins', () => {
    const s = identified(config);
    const [a] = flying(s, 1);
    answer(s, a!, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    s.stage.advance(1_500 * MS);
    const again = s.produced().at(-1);
    const [b] = flying(s, 1);
    expect(named(b!)).toBe('0:7/0/1+1');
    s.stage.advance(500 * MS);
    expect(s.events).toEqual([`unknown t-0 (${ErrorCode.REQUEST_TIMED_OUT}): 1`]);
    expect(flying(s, 1)).toEqual([]);
    answer(s, again!, ErrorCode.NOT_ENOUGH_REPLICAS);
    answer(s, b!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    s.stage.advance(100 * MS);
    expect(s.produced().map(named)).toEqual(['0:7/1/0+1', '0:7/1/1+1']);
  });

  test('begins a new epoch when nothing is left that could tell whether it arrived', () => {
    const s = identified(config);
    const [a] = flying(s, 1);
    answer(s, a!, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    s.stage.advance(2_000 * MS);
    expect(s.events).toEqual([`unknown t-0 (${ErrorCode.REQUEST_TIMED_OUT}): 1`]);
    s.produced();
    expect(flying(s, 1).map(named)).toEqual(['0:7/1/0+1']);
  });

  test('is no matter when one behind it was acknowledged', () => {
    const s = identified(config);
    const [a, b] = flying(s, 2);
    answer(s, a!, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    answer(s, b!, ErrorCode.NONE, 0, 101);
    s.stage.answersMetadata = false;
    s.stage.move('t', 0, -1);
    s.stage.advance(2_000 * MS);
    expect(s.events.at(-1)).toBe(`unknown t-0 (${ErrorCode.REQUEST_TIMED_OUT}): 1`);
    s.produced();
    s.stage.answersMetadata = true;
    s.stage.move('t', 0, 1);
    s.stage.advance(1_000 * MS);
    s.sendNow({ partition: 0 });
    s.stage.advance(1_000 * MS);
    expect(s.produced().map(named)).toEqual(['0:7/0/2+1']);
  });
});

describe('the configuration', () => {
  test('of a producer that asks for idempotence must allow it', () => {
    const asked = { 'enable.idempotence': true };
    expect(idempotenceProblem({ ...asked, retries: 0 })).toMatch('retries');
    expect(idempotenceProblem({ ...asked, acks: '1' })).toMatch('acks');
    expect(idempotenceProblem({ ...asked, 'max.in.flight.requests.per.connection': 6 })).toMatch('at most 5');
    expect(idempotenceProblem({ ...asked, acks: '-1' })).toBe(null);
  });

  test('of a transactional producer implies idempotence, and may not undo it', () => {
    const config = producerConfig({ 'bootstrap.servers': ['b1:9092'], 'transactional.id': 'x' });
    expect(config['enable.idempotence']).toBe(true);
    const transactional = { 'transactional.id': 'x' };
    expect(idempotenceProblem({ ...transactional, acks: '1' })).toMatch('transactional.id');
    expect(idempotenceProblem({ ...transactional, retries: 0 })).toMatch('transactional.id');
    expect(idempotenceProblem({ ...transactional, 'enable.idempotence': false })).toMatch('transactional.id');
  });

  test('turns a default off without a word', () => {
    expect(producerConfig({ acks: '1' })['enable.idempotence']).toBe(false);
    expect(producerConfig({ retries: 0 })['enable.idempotence']).toBe(false);
    expect(idempotenceProblem({ acks: '0', 'max.in.flight.requests.per.connection': 1 })).toBe(null);
  });
});
