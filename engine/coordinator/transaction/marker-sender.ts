import type { Reply, Rpc } from '../../exchange/index.ts';
import { assert, MS, type Outbox, type Us } from '../../machine/index.ts';
import type { ClusterImage } from '../../metadata/index.ts';
import { ApiKey, type WriteTxnMarkersRequest, type WriteTxnMarkersResponse } from '../../wire/index.ts';
import { markerOutcome } from './marker-outcome.ts';
import { MarkerQueue, markerEntry, type QueuedMarker } from './marker-queue.ts';
import { PartitionSet, type TopicPartitions } from './partition-set.ts';
import type { PendingCompletion } from './pending-completion.ts';

/** What failed is tried again after this: its leader may be another one by then. */
const RETRY_BACKOFF: Us = 100 * MS;
const NOBODY = -1;

export interface MarkerSenderOptions {
  readonly rpc: Rpc;
  /** The `owner` of the requests. */
  readonly owner: number;
  readonly requestTimeoutMs: number;
  readonly image: () => ClusterImage;
  /** Arms the timer of retries. */
  readonly armRetry: (at: Us, out: Outbox) => void;
  /** All markers of a transaction are written: COMPLETE_* can be. */
  readonly complete: (now: Us, pending: PendingCompletion, out: Outbox) => void;
}

/**
 * Takes the outcome of transactions to the leaders of their partitions (`TransactionMarkerChannelManager`): one request
 * at a time to each broker, this one included, with whatever has gathered for it meanwhile.
 *
 * Invariants: a transaction is completed once, after every partition has acknowledged or is gone; what belongs to a
 * partition of the transaction log that this broker has lost is neither sent nor completed any more.
 *
 * Kafka asks again at once when a leader refuses; here that takes a tenth of a second.
 */
export class MarkerSender {
  readonly #options: MarkerSenderOptions;
  /** What waits for a broker, and what it has not answered yet. */
  readonly #queues = new Map<number, MarkerQueue>();
  readonly #inFlight = new Map<number, readonly QueuedMarker[]>();
  /** Waits for the retry: failed, or without a leader that is alive. */
  #retries: QueuedMarker[] = [];
  #unwritten: PendingCompletion[] = [];
  #isRetryArmed = false;
  /** By partition of the transaction log, by transactional id. */
  readonly #pending = new Map<number, Map<string, PendingCompletion>>();

  constructor(options: MarkerSenderOptions) {
    this.#options = options;
  }

  /** Transactions whose markers are not all written. */
  get pendingCount(): number {
    let count = 0;
    for (const pending of this.#pending.values()) count += pending.size;
    return count;
  }

  /** A transaction is decided (`addTxnMarkersToSend`). */
  add(now: Us, pending: PendingCompletion, out: Outbox): void {
    const { metadata, partition } = pending;
    let ofPartition = this.#pending.get(partition);
    if (ofPartition === undefined) {
      ofPartition = new Map();
      this.#pending.set(partition, ofPartition);
    }
    const before = ofPartition.get(metadata.transactionalId);
    if (before !== undefined) before.isCancelled = true;
    ofPartition.set(metadata.transactionalId, pending);
    this.#route(now, pending, metadata.fields.topicPartitions, out);
    this.#completeWhenDone(now, pending, out);
  }

  /** COMPLETE_* could not be written. It is tried again. */
  retryCompletion(now: Us, pending: PendingCompletion, out: Outbox): void {
    out.probe('transaction markers: completion is written again');
    this.#unwritten.push(pending);
    this.#armRetry(now, out);
  }

  /** This broker leads a partition of the transaction log no more, or anew (`removeMarkersForTxnTopicPartition`). */
  removePartition(partition: number): void {
    for (const pending of this.#pending.get(partition)?.values() ?? []) pending.isCancelled = true;
    this.#pending.delete(partition);
    for (const queue of this.#queues.values()) queue.dropCancelled();
    this.#retries = this.#retries.filter(({ pending }) => !pending.isCancelled);
    this.#unwritten = this.#unwritten.filter((pending) => pending.partition !== partition);
  }

  onRetryTimer(now: Us, out: Outbox): void {
    this.#isRetryArmed = false;
    const retries = this.#retries;
    const unwritten = this.#unwritten;
    this.#retries = [];
    this.#unwritten = [];
    for (const pending of unwritten) this.#options.complete(now, pending, out);
    for (const { partitions, pending } of retries) {
      if (pending.isCancelled) continue;
      this.#route(now, pending, partitions, out);
      this.#completeWhenDone(now, pending, out);
    }
  }

  /** `token` is the broker that was asked. */
  onReply(now: Us, token: number, reply: Reply, out: Outbox): void {
    const sent = this.#inFlight.get(token);
    assert(sent !== undefined, () => `no markers are under way to broker ${token}`);
    this.#inFlight.delete(token);
    if (reply.kind === 'response') this.#onAnswer(now, sent, reply.body as WriteTxnMarkersResponse, out);
    else for (const marker of sent) this.#retry(now, marker, out);
    this.#flush(now, token, out);
  }

  /** Finds the leaders of partitions (`addTxnMarkersToBrokerQueue`). */
  #route(now: Us, pending: PendingCompletion, partitions: PartitionSet, out: Outbox): void {
    const byLeader = new Map<number, TopicPartitions[]>();
    for (const { partitions: ofTopic, topic } of partitions.topics) {
      for (const partition of ofTopic) {
        const leader = this.#leaderOf(topic, partition);
        if (leader === null) {
          // Deleted meanwhile: nobody waits for its marker.
          out.probe('transaction markers: partition is gone');
          pending.metadata.removePartition(topic, partition);
          continue;
        }
        const one = { topic, partitions: [partition] };
        const some = byLeader.get(leader);
        if (some === undefined) byLeader.set(leader, [one]);
        else some.push(one);
      }
    }
    for (const [leader, some] of byLeader) {
      if (leader === NOBODY) {
        out.probe('transaction markers: leader is not there');
        this.#retry(now, { pending, partitions: PartitionSet.of(some) }, out);
      } else {
        this.#queueOf(leader).add(pending, some);
        this.#flush(now, leader, out);
      }
    }
  }

  /** NOBODY: there is none that is alive; null: the partition does not exist. */
  #leaderOf(topic: string, partition: number): number | null {
    const image = this.#options.image();
    const registration = image.topicsByName.get(topic)?.partitions[partition];
    if (registration === undefined) return null;
    const broker = image.broker(registration.leader);
    return broker === undefined || broker.fenced ? NOBODY : broker.id;
  }

  #queueOf(broker: number): MarkerQueue {
    let queue = this.#queues.get(broker);
    if (queue === undefined) {
      queue = new MarkerQueue();
      this.#queues.set(broker, queue);
    }
    return queue;
  }

  #flush(now: Us, broker: number, out: Outbox): void {
    if (this.#inFlight.has(broker)) return;
    const markers = this.#queues.get(broker)?.drain() ?? [];
    if (markers.length === 0) return;
    this.#inFlight.set(broker, markers);
    const { owner, requestTimeoutMs, rpc } = this.#options;
    const body: WriteTxnMarkersRequest = { markers: markers.map(markerEntry) };
    rpc.request(now, broker, owner, broker, ApiKey.WriteTxnMarkers, body, requestTimeoutMs * MS, out);
  }

  #onAnswer(now: Us, sent: readonly QueuedMarker[], { markers }: WriteTxnMarkersResponse, out: Outbox): void {
    const byProducer = new Map(markers.map((marker) => [marker.producerId, marker]));
    for (const marker of sent) {
      const { pending } = marker;
      if (pending.isCancelled) continue;
      const answered = byProducer.get(pending.producerId);
      assert(answered !== undefined, () => `no answer about the markers of producer ${pending.producerId}`);
      this.#onAnswered(now, marker, answered.topics, out);
    }
  }

  #onAnswered(
    now: Us,
    { partitions, pending }: QueuedMarker,
    topics: WriteTxnMarkersResponse['markers'][number]['topics'],
    out: Outbox,
  ): void {
    let refused = PartitionSet.EMPTY;
    for (const { name, partitions: answered } of topics) {
      for (const { errorCode, partitionIndex } of answered) {
        if (!partitions.has(name, partitionIndex)) continue;
        switch (markerOutcome(errorCode)) {
          case 'written':
            pending.metadata.removePartition(name, partitionIndex);
            break;
          case 'retry':
            refused = refused.with([{ topic: name, partitions: [partitionIndex] }]);
            break;
          case 'fenced':
            // Another coordinator has taken over, or the producer is further on: what is here means nothing any more.
            out.probe('transaction markers: fenced');
            this.#cancel(pending);
            return;
        }
      }
    }
    if (refused.isEmpty) this.#completeWhenDone(now, pending, out);
    else this.#retry(now, { pending, partitions: refused }, out);
  }

  #cancel(pending: PendingCompletion): void {
    pending.isCancelled = true;
    this.#forget(pending);
  }

  #completeWhenDone(now: Us, pending: PendingCompletion, out: Outbox): void {
    if (pending.isCancelled || !pending.metadata.fields.topicPartitions.isEmpty) return;
    if (!this.#forget(pending)) return;
    this.#options.complete(now, pending, out);
  }

  /** False when it was forgotten before. */
  #forget(pending: PendingCompletion): boolean {
    const ofPartition = this.#pending.get(pending.partition);
    if (ofPartition?.get(pending.metadata.transactionalId) !== pending) return false;
    return ofPartition.delete(pending.metadata.transactionalId);
  }

  #retry(now: Us, marker: QueuedMarker, out: Outbox): void {
    if (marker.pending.isCancelled) return;
    this.#retries.push(marker);
    this.#armRetry(now, out);
  }

  #armRetry(now: Us, out: Outbox): void {
    if (this.#isRetryArmed) return;
    this.#isRetryArmed = true;
    this.#options.armRetry(now + RETRY_BACKOFF, out);
  }
}
