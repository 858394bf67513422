import type { Random } from '../machine/index.ts';
import type { UsableBroker } from './broker-heartbeats.ts';

/** A circle of brokers. Each partition starts one place further, so that consecutive partitions differ. */
class BrokerRing {
  readonly #brokers: number[];
  #offset = 0;
  #taken = 0;
  #epoch = 0;

  constructor(brokers: readonly number[], random: Random) {
    this.#brokers = brokers.toSorted((a, b) => a - b);
    if (this.#brokers.length > 0) this.#offset = random.below(this.#brokers.length);
  }

  /** The next broker that this partition has not been given yet, or -1. */
  next(epoch: number): number {
    const size = this.#brokers.length;
    if (size === 0) return -1;
    if (this.#epoch !== epoch) {
      this.#epoch = epoch;
      this.#taken = 0;
      this.#offset = (this.#offset + 1) % size;
    }
    if (this.#taken >= size) return -1;
    const broker = this.#brokers[(this.#taken + this.#offset) % size] ?? -1;
    this.#taken += 1;
    return broker;
  }

  shuffle(random: Random): void {
    shuffleInPlace(this.#brokers, random);
  }
}

interface Rack {
  readonly unfenced: BrokerRing;
  readonly fenced: BrokerRing;
}

/** Replicas of each partition in turn, or what is wrong with the wish. */
export type Placement = readonly (readonly number[])[] | { readonly error: string };

/**
 * Places replicas (`StripedReplicaPlacer`): over racks first, over the brokers of a rack next, unfenced brokers before
 * fenced ones; the first replica, which will lead, on an unfenced broker. Starting points are drawn, and everything is
 * shuffled after as many partitions as there are unfenced brokers, so that patterns do not repeat.
 *
 *     racks a: 1 2   b: 3 4   c: 5        partition 0: 1 3 5
 *                                         partition 1: 4 5 2
 *                                         partition 2: 5 1 3
 */
export function placeReplicas(
  brokers: readonly UsableBroker[],
  partitions: number,
  replicationFactor: number,
  random: Random,
): Placement {
  const unfenced = brokers.filter((broker) => !broker.fenced).length;
  if (replicationFactor <= 0) {
    return { error: `Invalid replication factor ${replicationFactor}: it must be positive.` };
  }
  if (unfenced === 0) {
    return { error: 'All brokers are currently fenced, or have all their log directories cordoned.' };
  }
  if (replicationFactor > brokers.length) {
    return {
      error:
        `The target replication factor of ${replicationFactor} cannot be reached because only ` +
        `${brokers.length} broker(s) are registered or some have all their log directories cordoned.`,
    };
  }
  const racks = new RackRing(brokers, unfenced, random);
  const placement: (readonly number[])[] = [];
  for (let partition = 0; partition < partitions; partition += 1)
    placement.push(racks.place(replicationFactor));
  return placement;
}

class RackRing {
  readonly #random: Random;
  readonly #racks: Rack[];
  readonly #unfenced: number;
  #epoch = 0;
  #offset: number;

  constructor(brokers: readonly UsableBroker[], unfenced: number, random: Random) {
    this.#random = random;
    this.#unfenced = unfenced;
    this.#racks = groupByRack(brokers).map((members) => ({
      fenced: new BrokerRing(
        members.filter((broker) => broker.fenced).map((broker) => broker.id),
        random,
      ),
      unfenced: new BrokerRing(
        members.filter((broker) => !broker.fenced).map((broker) => broker.id),
        random,
      ),
    }));
    this.#offset = random.below(this.#racks.length);
  }

  /** The caller has checked that there are brokers enough and an unfenced one: both loops end. */
  place(replicationFactor: number): readonly number[] {
    if (this.#epoch === this.#unfenced && this.#unfenced > 1) {
      shuffleInPlace(this.#racks, this.#random);
      for (const rack of this.#racks) {
        rack.fenced.shuffle(this.#random);
        rack.unfenced.shuffle(this.#random);
      }
      this.#epoch = 0;
    }
    if (this.#offset === this.#racks.length) this.#offset = 0;
    const replicas: number[] = [];
    let leaderRack = this.#offset;
    while (replicas.length === 0) {
      const leader = this.#racks[leaderRack]?.unfenced.next(this.#epoch) ?? -1;
      if (leader >= 0) replicas.push(leader);
      else leaderRack = (leaderRack + 1) % this.#racks.length;
    }
    let at = this.#offset;
    while (replicas.length < replicationFactor) {
      // The leader's rack has had its turn in the first round, and only in that.
      if (at === leaderRack) leaderRack = -1;
      else {
        const broker = this.#nextIn(at);
        if (broker >= 0) replicas.push(broker);
      }
      at = (at + 1) % this.#racks.length;
    }
    this.#epoch += 1;
    this.#offset += 1;
    return replicas;
  }

  #nextIn(at: number): number {
    const rack = this.#racks[at];
    if (rack === undefined) return -1;
    const broker = rack.unfenced.next(this.#epoch);
    return broker >= 0 ? broker : rack.fenced.next(this.#epoch);
  }
}

/** Brokers by rack, racks in order of their names, those without a rack together and first. */
function groupByRack(brokers: readonly UsableBroker[]): UsableBroker[][] {
  const racks = new Map<string | null, UsableBroker[]>();
  for (const broker of brokers) {
    const members = racks.get(broker.rack);
    if (members === undefined) racks.set(broker.rack, [broker]);
    else members.push(broker);
  }
  const names = [...racks.keys()].sort((a, b) => {
    if (a === null || b === null) return a === null ? -1 : 1;
    return a < b ? -1 : 1;
  });
  return names.map((name) => racks.get(name) ?? []);
}

function shuffleInPlace<T>(items: T[], random: Random): void {
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    const item = items[at] as T;
    items[at] = items[other] as T;
    items[other] = item;
  }
}
