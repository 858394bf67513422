import {
  type GroupConfig,
  GroupCoordinator,
  groupConfigDefaults,
} from '../../../../engine/coordinator/index.ts';
import type { Request, Responder } from '../../../../engine/exchange/index.ts';
import { timerArgument, timerKind, type Us } from '../../../../engine/machine/index.ts';
import { type ClusterImage, MetadataDelta } from '../../../../engine/metadata/index.ts';
import { noCompression } from '../../../../engine/records/index.ts';
import { apiOf, conform, WireError } from '../../../../engine/wire/index.ts';
import { addTopic, imageWithBrokers } from '../../broker/images.ts';
import { RecordingOutbox } from '../../recording-outbox.ts';
import { MemoryCoordinatorLog } from '../memory-coordinator-log.ts';
import { makeSimpleRooms } from './simple-rooms.ts';

export const TOPIC_A = 'TopicTopicTopicTopicAQ';
const OFFSETS = 'OffsetsOffsetsOffsetsQ';

/** A group coordinator with one partition, over a log in memory; answers are kept as their receivers would see them. */
export class CoordinatorStage {
  now: Us = 0;
  readonly out = new RecordingOutbox();
  readonly log = new MemoryCoordinatorLog();
  readonly coordinator: GroupCoordinator;
  readonly image: ClusterImage;
  /** What the verifier says next. */
  verdict = 0;
  readonly #answers = new Map<number, object>();
  readonly #asked = new Map<number, { readonly apiKey: number; readonly apiVersion: number }>();
  #lastId = 0;

  constructor(config: Partial<GroupConfig> = {}) {
    this.image = imageWithBrokers(1);
    this.image.replay({ type: 'FeatureLevelRecord', name: 'group.version', featureLevel: 1 }, 1);
    addTopic(this.image, '__consumer_offsets', OFFSETS, 1);
    addTopic(this.image, 'a', TOPIC_A, 2);
    const responder: Responder = {
      respond: (id, body) => this.#onAnswer(id, body),
      settleSilently: () => {},
      disconnect: () => {},
    };
    this.coordinator = new GroupCoordinator({
      config: { ...groupConfigDefaults, ...config },
      log: this.log,
      compression: noCompression,
      verifier: { verify: (now, _partition, _origin, done, out) => done(now, this.verdict, null, out) },
      responder,
      makeRooms: makeSimpleRooms,
      wall: { nowMs: () => 1_700_000_000_000 + Math.floor(this.now / 1000) },
      random: { u32: () => 1, below: () => 0 },
      image: () => this.image,
    });
  }

  /** Elects and loads. */
  lead(leaderEpoch = 1): void {
    this.coordinator.onElected(this.now, 0, leaderEpoch, this.out);
    this.run(0);
  }

  run(byUs: Us): void {
    const until = this.now + byUs;
    for (;;) {
      const due = [...this.out.timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1])[0];
      if (due === undefined) break;
      const [timer, at] = due;
      this.out.timers.delete(timer);
      this.now = Math.max(this.now, at);
      this.coordinator.onTimer(this.now, timerKind(timer), timerArgument(timer), this.out);
    }
    this.now = until;
  }

  replicate(): void {
    const partition = this.log.partition(0);
    partition.highWatermark = partition.logEndOffset;
    this.coordinator.onHighWatermark(this.now, 0, this.out);
  }

  /** The request's number: `answer` has what came of it. */
  send(apiKey: number, apiVersion: number, body: object): number {
    this.#lastId += 1;
    const request: Request = { id: this.#lastId, apiKey, apiVersion, clientId: 'c', connection: 1, body };
    this.#asked.set(request.id, { apiKey, apiVersion });
    if (!this.coordinator.handle(this.now, request, this.out)) throw new Error(`API ${apiKey} is another's`);
    return request.id;
  }

  answer<Body>(id: number): Body | undefined {
    return this.#answers.get(id) as Body | undefined;
  }

  /** Asks, replicates and answers. */
  ask<Body>(apiKey: number, apiVersion: number, body: object): Body {
    const id = this.send(apiKey, apiVersion, body);
    this.replicate();
    const answer = this.answer<Body>(id);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }

  /** The topic goes. */
  deleteTopic(topicId: string): void {
    const delta = new MetadataDelta();
    this.image.replay({ type: 'RemoveTopicRecord', topicId }, 900, delta);
    this.coordinator.onMetadata(this.now, this.image, delta, this.out);
  }

  #onAnswer(id: number, body: object): void {
    const { apiKey, apiVersion } = this.#asked.get(id)!;
    if (this.#answers.has(id)) throw new Error(`request ${id} is answered twice`);
    const conformed = conform(apiOf(apiKey)!.response, apiVersion, body);
    if (conformed instanceof WireError) throw new Error(conformed.message);
    this.#answers.set(id, conformed);
  }
}
