import {
  type CoordinatorLog,
  GroupCoordinator,
  GroupTimer,
  groupConfigDefaults,
  makeRooms,
  TransactionCoordinator,
  TransactionTimer,
  transactionConfigDefaults,
} from '../../../engine/coordinator/index.ts';
import type { Responder, Rpc } from '../../../engine/exchange/index.ts';
import { type Log, topicOfLog } from '../../../engine/log/index.ts';
import { isDiskError, timerArgument, timerKind } from '../../../engine/machine/index.ts';
import type { ClusterImage } from '../../../engine/metadata/index.ts';
import { noCompression } from '../../../engine/records/index.ts';
import { apiOf, conform, ErrorCode, WireError } from '../../../engine/wire/index.ts';
import { addTopic, imageWithBrokers } from '../../engine/broker/images.ts';
import { RecordingOutbox } from '../../engine/recording-outbox.ts';
import { WALL } from './loaded-logs.ts';

const OFFSETS = '__consumer_offsets';
const STATE = '__transaction_state';
const LEADER_EPOCH = 1_000;
const RANDOM = { u32: () => 1, below: () => 0 };

/** Both coordinators, loaded from the logs of a directory, to be asked. They cannot write. */
export class LoadedCoordinators {
  readonly #out = new RecordingOutbox();
  readonly #image: ClusterImage;
  readonly #groups: GroupCoordinator;
  readonly #transactions: TransactionCoordinator;
  #answer: object | null = null;

  constructor(logs: ReadonlyMap<string, Log>) {
    this.#image = imageOf(logs);
    const responder: Responder = {
      respond: (_id, body) => {
        this.#answer = body;
      },
      settleSilently: () => {},
      disconnect: () => {},
    };
    const ports = { responder, wall: WALL, random: RANDOM, image: () => this.#image };
    this.#groups = new GroupCoordinator({
      ...ports,
      config: groupConfigDefaults,
      log: new ReadOnlyLog(logs, OFFSETS),
      compression: noCompression,
      verifier: { verify: () => {} },
      makeRooms,
    });
    this.#transactions = new TransactionCoordinator({
      ...ports,
      brokerId: 1,
      brokerEpoch: () => 11,
      config: transactionConfigDefaults,
      requestTimeoutMs: 30_000,
      offsetsPartitions: 50,
      log: new ReadOnlyLog(logs, STATE),
      rpc: SILENCE,
      owners: { markers: 8, producerIds: 11 },
    });
    for (const partition of partitionsOf(logs, OFFSETS))
      this.#groups.onElected(0, partition, LEADER_EPOCH, this.#out);
    for (const partition of partitionsOf(logs, STATE))
      this.#transactions.onElected(0, partition, LEADER_EPOCH, this.#out);
    this.#load();
  }

  ask<Body>(apiKey: number, apiVersion: number, body: object): Body {
    this.#answer = null;
    const request = { id: 1, apiKey, apiVersion, clientId: null, connection: 1, body };
    const taken =
      this.#groups.handle(0, request, this.#out) || this.#transactions.handle(0, request, this.#out);
    if (!taken || this.#answer === null) throw new Error(`no answer of API ${apiKey}`);
    const conformed = conform(apiOf(apiKey)!.response, apiVersion, this.#answer);
    if (conformed instanceof WireError) throw conformed;
    return conformed as Body;
  }

  /** Loading goes on by timers; no other timer goes off. */
  #load(): void {
    for (;;) {
      const due = [...this.#out.timers.keys()].find((timer) => LOADING.includes(timerKind(timer)));
      if (due === undefined) break;
      this.#out.timers.delete(due);
      const [kind, partition] = [timerKind(due), timerArgument(due)];
      if (kind === GroupTimer.LOAD) this.#groups.onTimer(0, kind, partition, this.#out);
      else this.#transactions.onTimer(0, kind, partition, this.#out);
    }
    for (const fact of this.#out.facts)
      if (fact.fact === 'coordinator unloaded')
        throw new Error(`${fact.topic}-${fact.partition}: ${fact.why}`);
  }
}

const LOADING: readonly number[] = [GroupTimer.LOAD, TransactionTimer.LOAD];

/** Markers of transactions that are decided go nowhere. */
const SILENCE: Rpc = { send: () => false, hasConnection: () => false } as unknown as Rpc;

/** The partitions of a coordinators' topic, all of them led here and replicated. */
class ReadOnlyLog implements CoordinatorLog {
  readonly #logs: ReadonlyMap<string, Log>;
  readonly #topic: string;

  constructor(logs: ReadonlyMap<string, Log>, topic: string) {
    this.#logs = logs;
    this.#topic = topic;
  }

  append(): { errorCode: number; endOffset: number } {
    return { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, endOffset: -1 };
  }

  bounds(partition: number): { logStartOffset: number; highWatermark: number; logEndOffset: number } {
    const { logEndOffset, logStartOffset } = this.#of(partition);
    return { logStartOffset, highWatermark: logEndOffset, logEndOffset };
  }

  read(partition: number, fromOffset: number, maxBytes: number): readonly Uint8Array[] | null {
    const log = this.#of(partition);
    const read = log.read(fromOffset, maxBytes, log.logEndOffset, true);
    return read === 'out of range' || isDiskError(read) ? null : read.records;
  }

  maxBatchBytes(): number {
    return 1_048_588;
  }

  #of(partition: number): Log {
    return this.#logs.get(`${this.#topic}-${partition}`)!;
  }
}

function partitionsOf(logs: ReadonlyMap<string, Log>, topic: string): number[] {
  const found = [...logs.keys()].filter((name) => name.startsWith(`${topic}-`));
  return found.map((name) => Number(name.slice(topic.length + 1))).sort((a, b) => a - b);
}

/** Topics as the directories know them. */
function imageOf(logs: ReadonlyMap<string, Log>): ClusterImage {
  const image = imageWithBrokers(1);
  image.replay({ type: 'FeatureLevelRecord', name: 'group.version', featureLevel: 1 }, 1);
  for (const [name, { topicId }] of logs) {
    const topic = topicOfLog(name);
    if (image.topicsByName.has(topic) || topicId === null) continue;
    addTopic(image, topic, topicId, partitionsOf(logs, topic).length);
  }
  return image;
}
