import type { ReplicationContext } from './replication-context.ts';

/** Where to go instead (KIP-951): the tag in a produce or fetch answer. */
export interface LeaderHint {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** The leader as this broker knows it: from its replica if it hosts one, else from the metadata. */
export function currentLeader(context: ReplicationContext, topic: string, index: number): LeaderHint {
  const partition = context.hosted.find(topic, index);
  if (partition !== undefined && partition.role.kind !== 'offline') {
    return { leaderId: partition.leaderId(context.nodeId), leaderEpoch: partition.leaderEpoch };
  }
  const registration = context.image.topicsByName.get(topic)?.partitions[index];
  if (registration === undefined) return { leaderId: -1, leaderEpoch: -1 };
  return { leaderId: registration.leader, leaderEpoch: registration.leaderEpoch };
}

/** Adds the leader's address, once per leader, if clients can reach it. */
export function addEndpoint(context: ReplicationContext, leaderId: number, endpoints: NodeEndpoint[]): void {
  const broker = context.image.brokers.get(leaderId);
  if (broker === undefined || broker.fenced) return;
  for (const endpoint of endpoints) if (endpoint.nodeId === leaderId) return;
  endpoints.push({ nodeId: leaderId, host: broker.host, port: broker.port, rack: broker.rack });
}
