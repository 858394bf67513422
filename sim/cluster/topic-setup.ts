import {
  type AdminAction,
  type AdminDriver,
  type AdminListener,
  createTopics,
  NEVER,
} from '../../engine/client/index.ts';
import { type CreateTopicsResponse, ErrorCode } from '../../engine/wire/index.ts';
import type { TopicSpec } from '../scenario/index.ts';

/**
 * Partitions that one request creates: the controller decides on a request whole, and refuses one that would not fit
 * into a batch of the metadata log (`QuorumController.MAX_RECORDS_PER_USER_OP`, 10,000 records).
 */
const MAX_PARTITIONS_PER_REQUEST = 5_000;

/** The admin application that creates a scenario's topics before the traffic begins. */
export class TopicSetup implements AdminDriver, AdminListener {
  /** One request each; the admin client has one under way at a time. */
  readonly #requests: readonly (readonly TopicSpec[])[];
  readonly #mayExist: boolean;
  #asked = 0;
  #answered = 0;
  /** Why a topic could not be created; empty when all were. */
  readonly errors: string[] = [];

  /** `mayExist`: the cluster began on disks that were written before. */
  constructor(topics: readonly TopicSpec[], mayExist: boolean) {
    this.#mayExist = mayExist;
    this.#requests = inRequests(topics);
  }

  get done(): boolean {
    return this.#answered === this.#requests.length;
  }

  next(): AdminAction {
    const request = this.#requests[this.#asked];
    if (request === undefined) return { do: 'think', until: NEVER };
    this.#asked++;
    const topics = request.map(({ config, ...topic }) => ({
      ...topic,
      configs: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)])),
    }));
    return { do: 'call', id: this.#asked, call: createTopics(topics) };
  }

  onCall(): void {}

  onResult(...[, , , result]: Parameters<AdminListener['onResult']>): void {
    this.#answered++;
    if (result.kind === 'failed') {
      this.errors.push(result.error.message);
      return;
    }
    for (const { name, errorCode, errorMessage } of (result.body as CreateTopicsResponse).topics) {
      if (errorCode !== ErrorCode.NONE && !(this.#mayExist && errorCode === ErrorCode.TOPIC_ALREADY_EXISTS))
        this.errors.push(`${name}: error ${errorCode} ${errorMessage ?? ''}`);
    }
  }
}

/** A topic larger than a request goes alone, and the controller has the word on it. */
function inRequests(topics: readonly TopicSpec[]): TopicSpec[][] {
  const requests: TopicSpec[][] = [];
  let room = 0;
  for (const topic of topics) {
    if (topic.partitions > room || requests.length === 0) {
      requests.push([]);
      room = MAX_PARTITIONS_PER_REQUEST;
    }
    requests.at(-1)!.push(topic);
    room -= topic.partitions;
  }
  return requests;
}
