import type { ClusterMetadata } from '../../metadata/cluster-metadata.ts';

/**
 * What an assignment was, or would be, made of: for each topic the partitions, and the racks of each partition's
 * replicas when the member itself stands in one (`MetadataSnapshot`).
 */
export interface TopicsSnapshot {
  readonly version: number;
  readonly topics: ReadonlyMap<string, readonly PartitionRacks[]>;
}

interface PartitionRacks {
  readonly online: ReadonlyMap<number, string>;
  /** Replicas whose rack is not known because they are down. */
  readonly offline: ReadonlySet<number>;
}

export function snapshotOf(
  metadata: ClusterMetadata,
  topics: Iterable<string>,
  hasRack: boolean,
  version: number,
): TopicsSnapshot {
  const partitions = new Map<string, readonly PartitionRacks[]>();
  for (const name of topics) {
    const topic = metadata.topic(name);
    if (topic === undefined || topic.partitions.length === 0) continue;
    partitions.set(
      name,
      topic.partitions.map(({ replicas }) => racksOf(metadata, hasRack ? replicas : [])),
    );
  }
  return { version, topics: partitions };
}

export function isSameSnapshot(a: TopicsSnapshot, b: TopicsSnapshot): boolean {
  if (a.version === b.version) return true;
  if (a.topics.size !== b.topics.size) return false;
  for (const [topic, partitions] of a.topics) {
    const others = b.topics.get(topic);
    if (others === undefined || others.length !== partitions.length) return false;
    for (let i = 0; i < partitions.length; i++) {
      if (!isCovered(partitions[i]!, others[i]!) || !isCovered(others[i]!, partitions[i]!)) return false;
    }
  }
  return true;
}

function racksOf(metadata: ClusterMetadata, replicas: readonly number[]): PartitionRacks {
  const online = new Map<number, string>();
  const offline = new Set<number>();
  for (const replica of replicas) {
    const broker = metadata.broker(replica);
    if (broker === undefined) offline.add(replica);
    else if (broker.rack !== null) online.set(replica, broker.rack);
  }
  return { online, offline };
}

/** A replica that is down stands where it stood. */
function isCovered(a: PartitionRacks, b: PartitionRacks): boolean {
  const racks = new Set(b.online.values());
  for (const [replica, rack] of a.online) {
    if (!racks.has(rack) && !b.offline.has(replica)) return false;
  }
  return true;
}
