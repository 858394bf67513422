import { ANY_VERSION, backoffUs, type Reply } from '../../exchange/index.ts';
import { assert, MS, type Outbox, type Random, type Us } from '../../machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  errorName,
  isRetriable,
  type ProduceResponse,
  ZERO_UUID,
} from '../../wire/index.ts';
import type { ClientNetwork } from '../client-network.ts';
import type { LeaderHint } from '../metadata/cluster-metadata.ts';
import { isInvalidMetadata } from '../metadata/invalid-metadata.ts';
import { type ClientError, NEVER, type ProducerListener } from '../ports.ts';
import type { Tokens } from '../tokens.ts';
import type { Accumulator } from './accumulator.ts';
import { mayHaveAppended } from './produce-outcome.ts';
import { type BatchBytes, produceRequestBody } from './produce-request.ts';
import type { BatchFormat, ProducerBatch } from './producer-batch.ts';
import { acksOf, type ProducerConfig } from './producer-config.ts';
import { CLOSED_FORCEFULLY } from './producer-errors.ts';
import type { TransactionSession } from './transaction-session.ts';

type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

/** From the next version on a leader adds the partition to the transaction by itself (KIP-890). */
const LAST_PRODUCE_VERSION_OF_TV1 = 11;

/** Nothing holds records up. */
const FREE: Us = -1;

interface InFlightProduce {
  readonly batches: readonly ProducerBatch[];
  /** The ids that topics had when it was sent: a topic may be made anew in between. */
  readonly topicIds: ReadonlyMap<string, string>;
}

/**
 * Moves batches from the accumulator to brokers and settles them (`Sender`). A batch fails as 'unknown' once
 * any of its attempts may have put it into the log, whatever the last one said.
 */
export class Sender {
  readonly #config: ProducerConfig;
  readonly #network: ClientNetwork;
  readonly #accumulator: Accumulator;
  readonly #listener: ProducerListener;
  readonly #random: Random;
  readonly #format: BatchFormat;
  readonly #tokens: Tokens;
  /** Null: neither idempotent nor transactional. */
  readonly #session: TransactionSession | null;
  readonly #acks: number;
  readonly #keepsOrder: boolean;
  readonly #inFlight = new Map<number, InFlightProduce>();

  constructor(
    config: ProducerConfig,
    network: ClientNetwork,
    accumulator: Accumulator,
    listener: ProducerListener,
    random: Random,
    format: BatchFormat,
    tokens: Tokens,
    session: TransactionSession | null,
  ) {
    this.#config = config;
    this.#network = network;
    this.#accumulator = accumulator;
    this.#listener = listener;
    this.#random = random;
    this.#format = format;
    this.#tokens = tokens;
    this.#session = session;
    this.#acks = acksOf(config);
    this.#keepsOrder = config['max.in.flight.requests.per.connection'] === 1;
  }

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  /** Sends what can leave now, fails what is late; answers when to look again. */
  run(now: Us, out: Outbox): Us {
    let nextDue = NEVER;
    this.#expire(now, out);
    for (;;) {
      this.#network.maintain(now, out);
      nextDue = this.#session === null ? FREE : this.#holdUntil(now, this.#session, out);
      if (nextDue !== FREE) break;
      const check = this.#accumulator.ready(now);
      this.#askForLeaders(now, check.unknownLeaderTopics);
      nextDue = check.nextDue;
      let isAnySent = false;
      for (const node of check.nodes) {
        const isReady = this.#network.ready(now, node, out);
        this.#accumulator.onNodeReady(now, node, isReady);
        if (isReady) isAnySent = this.#sendTo(now, node, out) || isAnySent;
        else nextDue = Math.min(nextDue, this.#network.retryAt(now, node));
      }
      if (!isAnySent) break;
    }
    // Leaders that are not known were asked for only now.
    this.#network.maintain(now, out);
    // A node can be due at once and not ready: then an input will tell, or metadata comes first.
    if (nextDue <= now) nextDue = NEVER;
    return Math.min(
      nextDue,
      this.#accumulator.nextExpiry(),
      this.#nextInFlightExpiry(),
      this.#network.nextDue,
    );
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): void {
    if (this.#session?.queue.owns(token)) {
      this.#session.queue.onReply(reply);
      return;
    }
    const request = this.#inFlight.get(token);
    assert(request !== undefined, 'a reply names a request in flight');
    this.#inFlight.delete(token);
    for (const batch of request.batches) {
      batch.isInFlight = false;
      if (batch.isDone) this.#accumulator.release(batch);
      if (this.#keepsOrder) this.#accumulator.unmute(batch);
    }
    if (reply.kind === 'failed') {
      const code =
        reply.reason === 'unsupported version' ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.NETWORK_EXCEPTION;
      for (const batch of request.batches) this.#onError(now, batch, code, reply.reason, -1, out);
      return;
    }
    this.#onResponse(now, request, reply.body as ProduceResponse, out);
  }

  /** Everything that is not done fails, and what is under way may still arrive (`abortIncompleteBatches`). */
  abortAll(now: Us, error: ClientError): void {
    for (const batch of this.#accumulator.takeAll()) this.#drop(now, batch, error);
    for (const { batches } of this.#inFlight.values()) {
      for (const batch of batches) {
        if (batch.isDone) continue;
        batch.maybeAppended = true;
        this.#drop(now, batch, error);
      }
    }
  }

  // ---------------------------------------------------------------- sequences and transactions

  /** What comes before records (`Sender.runOnce`). Unless it answers FREE none leave; it says when to look again. */
  #holdUntil(now: Us, session: TransactionSession, out: Outbox): Us {
    const { state, queue } = session;
    session.idempotence.resolveSequences();
    if (state.isFatal) {
      this.abortAll(now, state.lastError ?? CLOSED_FORCEFULLY);
      return NEVER;
    }
    const denied = session.giveUpUnauthorised();
    if (denied !== null) {
      this.abortAll(now, denied);
      return now + session.backoffUs;
    }
    session.prepare();
    if (queue.isInFlight) return NEVER;
    const reason = session.dropReason();
    if (reason !== null) {
      for (const batch of this.#accumulator.takeUndrained()) this.#drop(now, batch, reason);
    }
    return session.run(now, this.#accumulator.incompleteCount > 0, out) ? queue.nextDue : FREE;
  }

  /** Its fate is the producer's, which knows already. */
  #drop(now: Us, batch: ProducerBatch, error: ClientError): void {
    this.#accumulator.onDone(batch);
    const outcome = batch.maybeAppended ? 'unknown' : 'fail';
    this.#listener.onFailed(now, batch.topic, batch.partition, batch.ids, error, outcome);
  }

  // ---------------------------------------------------------------- sending

  #sendTo(now: Us, node: number, out: Outbox): boolean {
    const drained = this.#accumulator.drain(now, node);
    const closed: BatchBytes[] = [];
    for (const batch of drained) {
      const bytes = batch.close(this.#format);
      if (!(bytes instanceof Uint8Array)) {
        this.#fail(now, batch, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, bytes.message, true);
        continue;
      }
      out.work.batches += 1;
      out.work.bytesChecksummed += bytes.length;
      if (this.#format.codec !== 0) out.work.bytesCompressed += bytes.length;
      closed.push({ batch, bytes });
    }
    if (closed.length === 0) return false;
    const { metadata } = this.#network;
    const body = produceRequestBody(
      closed,
      this.#network.version(node, ApiKey.Produce, this.#versionCap()),
      this.#acks,
      this.#config['request.timeout.ms'],
      (topic) => metadata.idOf(topic),
      this.#session?.transactionalId ?? null,
    );
    if (this.#acks === 0) this.#post(now, node, body, closed, out);
    else this.#request(now, node, body, closed, out);
    return true;
  }

  #request(now: Us, node: number, body: object, closed: readonly BatchBytes[], out: Outbox): void {
    const token = this.#tokens.next();
    const topicIds = new Map<string, string>();
    for (const { batch } of closed) {
      batch.isInFlight = true;
      topicIds.set(batch.topic, this.#network.metadata.idOf(batch.topic));
      if (this.#keepsOrder) this.#accumulator.mute(batch);
    }
    this.#inFlight.set(token, { batches: closed.map(({ batch }) => batch), topicIds });
    this.#network.send(now, node, token, ApiKey.Produce, body, out, this.#versionCap());
  }

  #versionCap(): number {
    const session = this.#session;
    const isV1 = session?.isTransactional === true && !session.isTransactionV2;
    return isV1 ? LAST_PRODUCE_VERSION_OF_TV1 : ANY_VERSION;
  }

  /** acks=0: what has left is done, at an offset that nobody knows. */
  #post(now: Us, node: number, body: object, closed: readonly BatchBytes[], out: Outbox): void {
    const isSent = this.#network.post(now, node, ApiKey.Produce, body, out);
    for (const { batch } of closed) {
      if (isSent) this.#acknowledge(now, batch, -1);
      else this.#fail(now, batch, ErrorCode.UNSUPPORTED_VERSION, 'the broker has no Produce in common', true);
    }
  }

  #askForLeaders(now: Us, topics: ReadonlySet<string>): void {
    if (topics.size === 0) return;
    for (const topic of topics) this.#network.addTopic(topic, now);
    this.#network.requestUpdate();
  }

  // ---------------------------------------------------------------- settling

  #onResponse(now: Us, request: InFlightProduce, response: ProduceResponse, out: Outbox): void {
    const hints: LeaderHint[] = [];
    let cursor = 0;
    for (const { name, topicId, partitionResponses } of response.responses) {
      for (const partition of partitionResponses) {
        // Brokers answer in the order of the request, as a rule.
        let index = cursor;
        if (!isAbout(request, cursor, name, topicId, partition.index)) {
          index = request.batches.findIndex((_, i) => isAbout(request, i, name, topicId, partition.index));
        }
        const batch = request.batches[index];
        assert(batch !== undefined, 'a produce response tells of what was sent');
        cursor = index + 1;
        this.#onPartition(now, batch, partition, hints, out);
      }
    }
    const brokers = response.nodeEndpoints.map(({ nodeId, host, port, rack }) => ({
      id: nodeId,
      host,
      port,
      rack,
    }));
    this.#network.onLeaderHints(hints, brokers, out);
  }

  #onPartition(
    now: Us,
    batch: ProducerBatch,
    response: PartitionResponse,
    hints: LeaderHint[],
    out: Outbox,
  ): void {
    const { errorCode } = response;
    if (errorCode === ErrorCode.NONE) {
      this.#complete(now, batch, response.baseOffset);
      return;
    }
    if (errorCode === ErrorCode.MESSAGE_TOO_LARGE && batch.recordCount > 1 && !batch.isDone) {
      out.probe('batch split');
      const { 'batch.size': batchSize } = this.#config;
      const target = batch.isSplit ? Math.ceil(batch.sizeInBytes / 2) : batchSize;
      this.#accumulator.replace(batch, batch.split(this.#format, target));
      return;
    }
    if (errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER || errorCode === ErrorCode.FENCED_LEADER_EPOCH) {
      const { leaderId, leaderEpoch } = response.currentLeader;
      const { topic, partition } = batch;
      hints.push({ topic, partition, leader: leaderId, leaderEpoch });
    }
    const message = response.errorMessage ?? errorName(errorCode);
    this.#onError(now, batch, errorCode, message, response.logStartOffset, out);
  }

  #onError(
    now: Us,
    batch: ProducerBatch,
    errorCode: number,
    message: string,
    logStartOffset: number,
    out: Outbox,
  ): void {
    if (isInvalidMetadata(errorCode)) this.#network.requestUpdate();
    if (errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER && this.#session !== null) {
      // The leader has it, and has forgotten where.
      out.probe('duplicate sequence acknowledged');
      this.#complete(now, batch, -1);
      return;
    }
    if (batch.isDone) return;
    if (mayHaveAppended(errorCode, this.#acks)) batch.maybeAppended = true;
    if (!this.#canRetry(now, batch, errorCode, logStartOffset)) {
      this.#fail(now, batch, errorCode, message, batch.attempts < this.#config.retries);
      return;
    }
    out.probe('produce retried');
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': max } = this.#config;
    this.#accumulator.reenqueue(now, batch, backoffUs(first * MS, max * MS, batch.attempts, this.#random));
  }

  #canRetry(now: Us, batch: ProducerBatch, errorCode: number, logStartOffset: number): boolean {
    if (now - batch.createdAt >= this.#config['delivery.timeout.ms'] * MS) return false;
    if (batch.attempts >= this.#config.retries) return false;
    if (this.#session === null) return isRetriable(errorCode);
    return this.#session.idempotence.canRetry(batch, errorCode, logStartOffset);
  }

  /** An answer that comes too late for the application still tells where sequences stand. */
  #complete(now: Us, batch: ProducerBatch, baseOffset: number): void {
    this.#session?.idempotence.onCompleted(batch, baseOffset);
    if (!batch.isDone) this.#acknowledge(now, batch, baseOffset);
  }

  #acknowledge(now: Us, batch: ProducerBatch, baseOffset: number): void {
    this.#accumulator.onDone(batch);
    this.#listener.onAcked(now, batch.topic, batch.partition, baseOffset, batch.ids);
  }

  /** `isAnswered`: by a broker's word, not for want of time or attempts. */
  #fail(now: Us, batch: ProducerBatch, code: number, message: string, isAnswered: boolean): void {
    const error = { code, message };
    this.#drop(now, batch, error);
    this.#session?.idempotence.onFailed(batch, error, isAnswered);
  }

  // ---------------------------------------------------------------- delivery.timeout.ms

  #expire(now: Us, out: Outbox): void {
    const timeoutUs = this.#config['delivery.timeout.ms'] * MS;
    for (const batch of this.#accumulator.takeExpired(now)) this.#failExpired(now, batch, out);
    for (const { batches } of this.#inFlight.values()) {
      for (const batch of batches) {
        if (batch.isDone || now - batch.createdAt < timeoutUs) continue;
        batch.maybeAppended = true;
        this.#failExpired(now, batch, out);
      }
    }
  }

  #failExpired(now: Us, batch: ProducerBatch, out: Outbox): void {
    out.probe('batch expired');
    this.#fail(now, batch, ErrorCode.REQUEST_TIMED_OUT, 'delivery.timeout.ms has passed', false);
    if (this.#session !== null && batch.isRetried) this.#session.idempotence.markUnresolved(batch);
  }

  #nextInFlightExpiry(): Us {
    let at = NEVER;
    const timeoutUs = this.#config['delivery.timeout.ms'] * MS;
    for (const { batches } of this.#inFlight.values()) {
      for (const batch of batches) {
        if (!batch.isDone && batch.createdAt + timeoutUs < at) at = batch.createdAt + timeoutUs;
      }
    }
    return at;
  }
}

function isAbout(
  request: InFlightProduce,
  index: number,
  name: string,
  topicId: string,
  partition: number,
): boolean {
  const batch = request.batches[index];
  if (batch === undefined || batch.partition !== partition) return false;
  return topicId === ZERO_UUID ? batch.topic === name : request.topicIds.get(batch.topic) === topicId;
}
