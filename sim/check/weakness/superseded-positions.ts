import type { Frame } from '../../../engine/machine/index.ts';
import { CONSUMER_OFFSETS, coordinatorPartition } from '../../../engine/metadata/index.ts';
import { ApiKey, ErrorCode, type OffsetFetchResponse } from '../../../engine/wire/index.ts';

/** A run that tells more has shown what it can. */
const MAX_KEPT = 10_000;

/** A committed offset that was told by a coordinator after another one had taken its place. */
export interface SupersededPosition {
  readonly at: number;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  /** Who told it, and by which term. */
  readonly teller: string;
  readonly leaderEpoch: number;
  readonly successor: string;
  /** When the successor had loaded the group. */
  readonly since: number;
}

interface Term {
  readonly at: number;
  readonly node: string;
  readonly leaderEpoch: number;
}

/** Watches the terms of group coordinators and what they tell of committed offsets; keeps what was told too late. */
export class SupersededPositions {
  readonly told: SupersededPosition[] = [];
  /** By partition of `__consumer_offsets`: who loaded it, in the order of their epochs. */
  readonly #terms = new Map<number, Term[]>();
  #partitions = 0;

  onPartition(log: string): void {
    if (!log.startsWith(`${CONSUMER_OFFSETS}-`)) return;
    this.#partitions = Math.max(this.#partitions, 1 + Number(log.slice(CONSUMER_OFFSETS.length + 1)));
  }

  onLoaded(at: number, node: string, topic: string, partition: number, leaderEpoch: number): void {
    if (topic !== CONSUMER_OFFSETS) return;
    const terms = this.#terms.get(partition) ?? [];
    this.#terms.set(partition, terms);
    terms.push({ at, node, leaderEpoch });
  }

  onSent(at: number, node: string, frame: Frame): void {
    if (frame.apiKey !== ApiKey.OffsetFetch || frame.kind !== 'response') return;
    for (const { errorCode, groupId, topics } of (frame.body as OffsetFetchResponse).groups) {
      if (errorCode !== ErrorCode.NONE || this.#partitions === 0) continue;
      const terms = this.#terms.get(coordinatorPartition(groupId, this.#partitions)) ?? [];
      const own = terms.findLast((term) => term.node === node);
      const successor = terms.find((term) => term.leaderEpoch > (own?.leaderEpoch ?? Infinity));
      if (own === undefined || successor === undefined) continue;
      for (const { name, partitions } of topics)
        for (const { committedOffset, partitionIndex } of partitions)
          this.#keep({
            at,
            group: groupId,
            topic: name,
            partition: partitionIndex,
            position: committedOffset,
            teller: node,
            leaderEpoch: own.leaderEpoch,
            successor: successor.node,
            since: successor.at,
          });
    }
  }

  #keep(position: SupersededPosition): void {
    if (this.told.length < MAX_KEPT) this.told.push(position);
  }
}
