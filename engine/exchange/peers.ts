import { assert, type Endpoint } from '../machine/index.ts';
import { Channel } from './channel.ts';

/** Owners are small integers: they index a node's channels. */
const MAX_OWNERS = 64;

export interface Peer {
  endpoint: Endpoint;
  /** By owner. */
  readonly channels: (Channel | undefined)[];
}

/** The nodes that a process knows, and its channels to them. */
export class Peers {
  readonly #byId = new Map<number, Peer>();
  /** By slot: what a timer's argument means. Slots are not used again. */
  readonly #channels: Channel[] = [];

  /** Open connections stay; the next one goes to the new place, without backoff if it is a new place. */
  set(id: number, endpoint: Endpoint): void {
    const peer = this.#byId.get(id);
    if (peer === undefined) {
      this.#byId.set(id, { endpoint, channels: [] });
      return;
    }
    if (peer.endpoint.host === endpoint.host && peer.endpoint.port === endpoint.port) return;
    peer.endpoint = endpoint;
    for (const channel of peer.channels) {
      if (channel === undefined) continue;
      channel.nextAttemptAt = 0;
      channel.failures = 0;
    }
  }

  /** Forgets a node and hands out what was known of it. */
  take(id: number): Peer | undefined {
    const peer = this.#byId.get(id);
    this.#byId.delete(id);
    return peer;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  ids(): Iterable<number> {
    return this.#byId.keys();
  }

  endpointOf(id: number): Endpoint | undefined {
    return this.#byId.get(id)?.endpoint;
  }

  /** The channel if there is one already. */
  existing(node: number, owner: number): Channel | undefined {
    return this.#byId.get(node)?.channels[owner];
  }

  /** The channel, made if needed; undefined when the node is not known. */
  channelOf(node: number, owner: number): Channel | undefined {
    assert(owner >= 0 && owner < MAX_OWNERS, 'an owner is a small integer');
    const peer = this.#byId.get(node);
    if (peer === undefined) return undefined;
    const known = peer.channels[owner];
    if (known !== undefined) return known;
    const channel = new Channel(node, owner, this.#channels.length);
    this.#channels.push(channel);
    peer.channels[owner] = channel;
    return channel;
  }

  bySlot(slot: number): Channel {
    const channel = this.#channels[slot];
    assert(channel !== undefined, 'a channel timer names a channel');
    return channel;
  }

  /** Every channel ever made, oldest first. */
  channels(): readonly Channel[] {
    return this.#channels;
  }
}
