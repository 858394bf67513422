import type { Us } from '../machine/index.ts';
import { brokerConfigNumber, type ClusterImage, type ConfigNode, topicConfig } from '../metadata/index.ts';
import type { Partition } from './partition.ts';
import { ReplicationQuota } from './replication-quota.ts';

/** A leader is throttled in what it serves, a follower in what it takes (KIP-73). */
export type Side = 'leader' | 'follower';

/** The partitions of a topic that are throttled here, on one side. */
type Throttled = 'all' | ReadonlySet<number>;

/**
 * The bytes that replication may take from traffic (`ReplicationQuotaManager`, KIP-73): two rates, and for each topic
 * the replicas that they bind. Only a replica that is not in sync is ever held back, lest the throttle itself throw it
 * out of the ISR.
 */
export class Throttles {
  readonly #node: ConfigNode;
  readonly #quotas = {
    leader: new ReplicationQuota(Number.MAX_SAFE_INTEGER),
    follower: new ReplicationQuota(Number.MAX_SAFE_INTEGER),
  };
  #image: ClusterImage | null = null;
  #configVersion = -1;
  /** By topic, as far as asked since a configuration changed. */
  readonly #throttled = { leader: new Map<string, Throttled>(), follower: new Map<string, Throttled>() };

  constructor(node: ConfigNode) {
    this.#node = node;
  }

  /** Rates and lists take effect with the metadata that brings them. */
  apply(image: ClusterImage): void {
    // An image read from a snapshot is another one, and counts its changes anew.
    if (image === this.#image && image.configVersion === this.#configVersion) return;
    this.#image = image;
    this.#configVersion = image.configVersion;
    for (const side of ['leader', 'follower'] as const) {
      this.#throttled[side].clear();
      this.#quotas[side].update(brokerConfigNumber(image, `${side}.replication.throttled.rate`, this.#node));
    }
  }

  /** Whether a replica out of sync must wait now. */
  holdsBack(now: Us, side: Side, partition: Partition): boolean {
    return this.#quotas[side].isExceeded(now) && this.#binds(side, partition);
  }

  isExceeded(now: Us, side: Side): boolean {
    return this.#quotas[side].isExceeded(now);
  }

  /** Bytes of a partition went by; those of throttled ones count, in sync or not. */
  record(now: Us, side: Side, partition: Partition, bytes: number): void {
    if (bytes > 0 && this.#binds(side, partition)) this.#quotas[side].record(now, bytes);
  }

  #binds(side: Side, { topic, index }: Partition): boolean {
    let throttled = this.#throttled[side].get(topic);
    if (throttled === undefined) {
      throttled = this.#read(side, topic);
      this.#throttled[side].set(topic, throttled);
    }
    return throttled === 'all' || throttled.has(index);
  }

  /** `*`, or pairs of partition and broker: `0:1,0:2,3:1`. */
  #read(side: Side, topic: string): Throttled {
    if (this.#image === null) return new Set();
    const list = topicConfig(this.#image, topic, `${side}.replication.throttled.replicas`, this.#node).trim();
    if (list === '*') return 'all';
    const here = String(this.#node.nodeId);
    const pairs = list.split(',').map((pair) => pair.trim().split(':'));
    return new Set(pairs.filter(([, broker]) => broker === here).map(([partition]) => Number(partition)));
  }
}
