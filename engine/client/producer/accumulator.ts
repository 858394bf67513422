import { assert, MS, type Outbox, type Random, type Us } from '../../machine/index.ts';
import type { ClusterMetadata } from '../metadata/cluster-metadata.ts';
import { NEVER, type OutgoingRecord } from '../ports.ts';
import type { Idempotence } from './idempotence.ts';
import { ProducerBatch } from './producer-batch.ts';
import type { ProducerConfig } from './producer-config.ts';
import { batchSizeUpperBound } from './record-size.ts';
import { type NodeLatency, type PartitionQueue, TopicQueue } from './topic-queue.ts';

export type AppendResult =
  /** It is in a batch that was there and is not full. */
  | 'appended'
  /** It made a batch, or filled one: there may be something to send. */
  | 'batch to look at'
  | 'no memory';

/** What `ready` found. One object, filled anew by each call. */
export interface ReadyCheck {
  /** Leaders with something to send, in the order found. */
  readonly nodes: number[];
  readonly unknownLeaderTopics: Set<string>;
  /** When lingering or backing off ends somewhere. */
  nextDue: Us;
}

/**
 * Records that wait to be sent, as batches by partition (`RecordAccumulator`). Its memory is bounded by
 * `buffer.memory`: a batch reserves its share when it is made and gives it back when it is done.
 */
export class Accumulator {
  readonly #config: ProducerConfig;
  readonly #metadata: ClusterMetadata;
  readonly #random: Random;
  /** Null: batches have no sequences. */
  readonly #idempotence: Idempotence | null;
  readonly #topics = new Map<string, TopicQueue>();
  readonly #drainIndex = new Map<number, number>();
  readonly #latencies = new Map<number, NodeLatency>();
  readonly #check: ReadyCheck = { nodes: [], unknownLeaderTopics: new Set(), nextDue: NEVER };
  #freeBytes: number;
  #incomplete = 0;
  /** No more appends will come: what is here is sent without lingering. */
  isClosed = false;
  /** A send waits for memory: batches leave early. */
  isExhausted = false;
  /** Somebody waits for all that is here: it leaves without lingering. */
  isFlushing = false;
  /** Where the last record went. */
  appendedPartition = -1;

  constructor(
    config: ProducerConfig,
    metadata: ClusterMetadata,
    random: Random,
    idempotence: Idempotence | null,
  ) {
    this.#config = config;
    this.#metadata = metadata;
    this.#random = random;
    this.#idempotence = idempotence;
    this.#freeBytes = config['buffer.memory'];
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Batches that are neither acknowledged nor failed. */
  get incompleteCount(): number {
    return this.#incomplete;
  }

  /** Partition -1 lets the sticky partitioner choose. The topic's partitions are known. */
  append(now: Us, record: OutgoingRecord, partition: number, timestamp: number, out: Outbox): AppendResult {
    const topic = this.#topicOf(record.topic);
    const isSticky = partition < 0;
    const chosen = isSticky ? topic.partitioner.current(topic) : partition;
    this.appendedPartition = chosen;
    const queue = topic.queueOf(chosen);
    let batch = queue.batches.at(-1);
    let bytes = batch === undefined ? -1 : batch.tryAppend(record, timestamp);
    const isNew = bytes < 0;
    if (isNew) {
      batch = this.#newBatch(now, record, queue);
      if (batch === undefined) return 'no memory';
      batch.tryAppend(record, timestamp);
      bytes = batch.sizeInBytes;
      queue.batches.push(batch);
    }
    out.work.records += 1;
    out.work.bytesCopied += bytes;
    const isFull = batch!.isFull;
    if (isSticky) topic.partitioner.onAppended(bytes, isFull, topic);
    return isNew || isFull || queue.batches.length > 1 ? 'batch to look at' : 'appended';
  }

  /** Which leaders have something to send now, and when to look again. */
  ready(now: Us): ReadyCheck {
    const check = this.#check;
    check.nodes.length = 0;
    check.unknownLeaderTopics.clear();
    check.nextDue = NEVER;
    for (const topic of this.#topics.values()) this.#checkTopic(now, topic, check);
    return check;
  }

  /** Takes batches for a node, at most one a partition, starting where the last drain ended. */
  drain(now: Us, node: number): ProducerBatch[] {
    const led = this.#metadata.partitionsLedBy(node);
    const drained: ProducerBatch[] = [];
    let size = 0;
    let index = (this.#drainIndex.get(node) ?? 0) % Math.max(led.length, 1);
    for (let i = 0; i < led.length; i++) {
      const { topic, partition } = led[index]!;
      this.#drainIndex.set(node, index);
      index = (index + 1) % led.length;
      const queue = this.#topics.get(topic)?.existing(partition);
      const first = queue?.batches[0];
      if (queue === undefined || first === undefined || queue.isMuted) continue;
      if (first.isBackingOff(now, this.#leaderEpoch(topic, partition))) continue;
      if (size + first.sizeInBytes > this.#config['max.request.size'] && drained.length > 0) break;
      // As in Kafka the node's other partitions wait with it.
      if (this.#idempotence !== null && !this.#idempotence.mayDrain(first)) break;
      queue.batches.shift();
      this.#idempotence?.onDrained(first);
      queue.usualBytes = first.sizeInBytes;
      size += first.sizeInBytes;
      drained.push(first);
    }
    return drained;
  }

  /** Takes batches that were not delivered in time, oldest first per partition. */
  takeExpired(now: Us): readonly ProducerBatch[] {
    const expired: ProducerBatch[] = [];
    const timeoutUs = this.#config['delivery.timeout.ms'] * MS;
    for (const topic of this.#topics.values()) {
      for (const { batches } of topic.queues) {
        while (batches.length > 0 && now - batches[0]!.createdAt >= timeoutUs) expired.push(batches.shift()!);
      }
    }
    return expired;
  }

  /** The earliest time at which a waiting batch expires. */
  nextExpiry(): Us {
    let at = NEVER;
    const timeoutUs = this.#config['delivery.timeout.ms'] * MS;
    for (const topic of this.#topics.values()) {
      for (const { batches } of topic.queues) {
        const first = batches[0];
        if (first !== undefined && first.createdAt + timeoutUs < at) at = first.createdAt + timeoutUs;
      }
    }
    return at;
  }

  /** Takes batches that have not left yet, and so have no sequence: none of them is in the log. */
  takeUndrained(): readonly ProducerBatch[] {
    const taken: ProducerBatch[] = [];
    for (const topic of this.#topics.values()) {
      for (const { batches } of topic.queues) {
        let kept = 0;
        for (const batch of batches) {
          if (batch.hasSequence) batches[kept++] = batch;
          else taken.push(batch);
        }
        batches.length = kept;
      }
    }
    return taken;
  }

  /** Takes every batch that waits, whether it has left before or not. */
  takeAll(): readonly ProducerBatch[] {
    const taken: ProducerBatch[] = [];
    for (const topic of this.#topics.values()) {
      for (const { batches } of topic.queues) taken.push(...batches.splice(0));
    }
    return taken;
  }

  /**
   * Puts a batch back: in front, as Kafka does without idempotence (with several in flight a retry may reorder), or in
   * the order of sequences.
   */
  reenqueue(now: Us, batch: ProducerBatch, backoff: Us): void {
    batch.reenqueue(now, backoff);
    const { batches } = this.#queueOf(batch);
    if (this.#idempotence === null) batches.unshift(batch);
    else insertInSequence(batches, batch);
  }

  /** Puts the parts of a batch that was too large in its place. */
  replace(whole: ProducerBatch, parts: readonly ProducerBatch[]): void {
    const { batches } = this.#queueOf(whole);
    if (this.#idempotence === null) batches.unshift(...parts);
    else {
      this.#idempotence.untrack(whole);
      for (const part of parts) {
        this.#idempotence.track(part);
        insertInSequence(batches, part);
      }
    }
    this.#incomplete += parts.length;
    this.onDone(whole);
  }

  /** A batch is acknowledged or failed; its memory comes back unless it is still in flight. */
  onDone(batch: ProducerBatch): void {
    assert(!batch.isDone, 'a batch is done once');
    batch.isDone = true;
    this.#incomplete--;
    if (!batch.isInFlight) this.release(batch);
  }

  release(batch: ProducerBatch): void {
    this.#freeBytes += batch.reservedBytes;
    assert(this.#freeBytes <= this.#config['buffer.memory'], 'memory comes back once');
  }

  mute(batch: ProducerBatch): void {
    this.#queueOf(batch).isMuted = true;
  }

  unmute(batch: ProducerBatch): void {
    this.#queueOf(batch).isMuted = false;
  }

  /** A node had something to send; `drained` says whether it took it. */
  onNodeReady(now: Us, node: number, drained: boolean): void {
    if (this.#config['partitioner.availability.timeout.ms'] <= 0) return;
    const known = this.#latencies.get(node);
    if (known === undefined) this.#latencies.set(node, { readyAt: now, drainedAt: now });
    else {
      known.readyAt = now;
      if (drained) known.drainedAt = now;
    }
  }

  #newBatch(now: Us, record: OutgoingRecord, queue: PartitionQueue): ProducerBatch | undefined {
    const bytes = Math.max(this.#config['batch.size'], batchSizeUpperBound(record));
    if (bytes > this.#freeBytes) return undefined;
    this.#freeBytes -= bytes;
    this.#incomplete++;
    return new ProducerBatch(record.topic, queue.partition, now, bytes, bytes, queue.usualBytes);
  }

  #checkTopic(now: Us, topic: TopicQueue, check: ReadyCheck): void {
    const lengths: number[] = [];
    const partitions: number[] = [];
    const isAdaptive =
      this.#config['partitioner.adaptive.partitioning.enable'] && topic.queues.length >= topic.partitionCount;
    for (const queue of topic.queues) {
      const leader = this.#metadata.leaderOf(topic.topic, queue.partition);
      const first = queue.batches[0];
      if (leader < 0) {
        if (first !== undefined) check.unknownLeaderTopics.add(topic.topic);
        continue;
      }
      if (isAdaptive && (first === undefined || !this.#isSlow(leader))) {
        partitions.push(queue.partition);
        lengths.push(queue.batches.length);
      }
      if (first !== undefined) this.#checkQueue(now, topic.topic, queue, first, leader, check);
    }
    topic.partitioner.onQueueLengths(partitions, lengths, isAdaptive ? topic.queues.length : 0, topic);
  }

  #checkQueue(
    now: Us,
    topic: string,
    queue: PartitionQueue,
    first: ProducerBatch,
    leader: number,
    check: ReadyCheck,
  ): void {
    if (queue.isMuted || check.nodes.includes(leader)) return;
    if (first.isBackingOff(now, this.#leaderEpoch(topic, queue.partition))) {
      if (first.retryAt < check.nextDue) check.nextDue = first.retryAt;
      return;
    }
    const lingersUntil = first.waitingSince + this.#config['linger.ms'] * MS;
    const isSendable =
      now >= lingersUntil ||
      queue.batches.length > 1 ||
      first.isFull ||
      this.isExhausted ||
      this.isClosed ||
      this.isFlushing ||
      this.#idempotence?.isCompleting === true;
    if (isSendable) check.nodes.push(leader);
    else if (lingersUntil < check.nextDue) check.nextDue = lingersUntil;
  }

  /** KIP-794: a broker that takes nothing for a while gets no new records without a key. */
  #isSlow(node: number): boolean {
    const timeoutUs = this.#config['partitioner.availability.timeout.ms'] * MS;
    const latency = this.#latencies.get(node);
    return timeoutUs > 0 && latency !== undefined && latency.readyAt - latency.drainedAt > timeoutUs;
  }

  #leaderEpoch(topic: string, partition: number): number {
    return this.#metadata.partition(topic, partition)?.leaderEpoch ?? -1;
  }

  #queueOf(batch: ProducerBatch): PartitionQueue {
    return this.#topicOf(batch.topic).queueOf(batch.partition);
  }

  #topicOf(name: string): TopicQueue {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const rack = this.#config['partitioner.rack.aware'] ? this.#config['client.rack'] : '';
    const topic = new TopicQueue(name, this.#config['batch.size'], this.#metadata, rack, this.#random);
    this.#topics.set(name, topic);
    return topic;
  }
}

/** Before the first that comes later, or has not left yet (`insertInSequenceOrder`). */
function insertInSequence(batches: ProducerBatch[], batch: ProducerBatch): void {
  let at = 0;
  while (at < batches.length && batches[at]!.hasSequence && batches[at]!.baseSequence < batch.baseSequence)
    at++;
  batches.splice(at, 0, batch);
}
