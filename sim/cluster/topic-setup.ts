import {
  type AdminAction,
  type AdminDriver,
  type AdminListener,
  createTopics,
  NEVER,
} from '../../engine/client/index.ts';
import type { CreateTopicsResponse } from '../../engine/wire/index.ts';
import type { TopicSpec } from '../scenario/index.ts';

/** The admin application that creates a scenario's topics before the traffic begins. */
export class TopicSetup implements AdminDriver, AdminListener {
  readonly #topics: readonly TopicSpec[];
  #asked = false;
  done = false;
  /** Why a topic could not be created; empty when all were. */
  readonly errors: string[] = [];

  constructor(topics: readonly TopicSpec[]) {
    this.#topics = topics;
  }

  next(): AdminAction {
    if (this.#asked) return { do: 'think', until: NEVER };
    this.#asked = true;
    const topics = this.#topics.map(({ config, ...topic }) => ({
      ...topic,
      configs: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)])),
    }));
    return { do: 'call', id: 1, call: createTopics(topics) };
  }

  onCall(): void {}

  onResult(...[, , , result]: Parameters<AdminListener['onResult']>): void {
    this.done = true;
    if (result.kind === 'failed') {
      this.errors.push(result.error.message);
      return;
    }
    for (const { name, errorCode, errorMessage } of (result.body as CreateTopicsResponse).topics) {
      if (errorCode !== 0) this.errors.push(`${name}: error ${errorCode} ${errorMessage ?? ''}`);
    }
  }
}
