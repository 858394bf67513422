import type { Request } from '../exchange/index.ts';
import { canHaveFuture } from '../log/index.ts';
import { isDiskError, type Outbox, type Us } from '../machine/index.ts';
import {
  type AlterReplicaLogDirsRequest,
  type AlterReplicaLogDirsResponse,
  ErrorCode,
} from '../wire/index.ts';
import type { LogHome } from './log-home.ts';
import type { ReplicaMoves } from './replica-moves.ts';
import type { ReplicationContext } from './replication-context.ts';

type PartitionVerdict = AlterReplicaLogDirsResponse['results'][number]['partitions'][number];

/**
 * Begins moves between log directories (`ReplicaManager.alterReplicaLogDirs`). A replica that is not here yet is
 * remembered: it will be made where it was wanted, and its asker hears REPLICA_NOT_AVAILABLE.
 */
export function handleAlterReplicaLogDirs(
  context: ReplicationContext,
  home: LogHome,
  moves: ReplicaMoves,
  now: Us,
  request: Request<AlterReplicaLogDirsRequest>,
  out: Outbox,
): void {
  const byTopic = new Map<string, PartitionVerdict[]>();
  for (const { path, topics } of request.body.dirs) {
    for (const { name, partitions } of topics) {
      let verdicts = byTopic.get(name);
      if (verdicts === undefined) byTopic.set(name, (verdicts = []));
      for (const partitionIndex of partitions) {
        const errorCode = alter(context, home, moves, now, path, name, partitionIndex, out);
        verdicts.push({ partitionIndex, errorCode });
      }
    }
  }
  const results = [...byTopic].map(([topicName, partitions]) => ({ topicName, partitions }));
  context.responder.respond(request.id, { throttleTimeMs: 0, results }, out);
}

function alter(
  context: ReplicationContext,
  home: LogHome,
  moves: ReplicaMoves,
  now: Us,
  path: string,
  topic: string,
  index: number,
  out: Outbox,
): number {
  const name = `${topic}-${index}`;
  if (!canHaveFuture(name)) return ErrorCode.INVALID_TOPIC_EXCEPTION;
  if (!home.isOnline(path)) {
    return home.paths.includes(path) ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.LOG_DIR_NOT_FOUND;
  }
  if (home.isCordoned(path)) return ErrorCode.INVALID_REPLICA_ASSIGNMENT;
  const partition = context.hosted.find(topic, index);
  if (partition?.role.kind === 'offline') return ErrorCode.KAFKA_STORAGE_ERROR;
  if (partition !== undefined && partition.future !== null) {
    if (home.directoryOfFuture(name)?.path !== path) moves.cancel(now, partition, true, out);
  }
  home.prefer(name, path);
  if (partition === undefined) {
    const exists = context.image.topicsByName.get(topic)?.partitions[index] !== undefined;
    return exists ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }
  const { log } = partition;
  if (log === null) return ErrorCode.REPLICA_NOT_AVAILABLE;
  if (home.directoryOf(name)?.path === path || partition.future !== null) return ErrorCode.NONE;
  // With a directory offline a future log of this replica may lie there: two of them must not be.
  if (home.hasOffline) return ErrorCode.KAFKA_STORAGE_ERROR;
  const future = home.createFuture(name, partition.topicId, log.config, path, out);
  if (isDiskError(future)) {
    context.storageFailed(now, out);
    return ErrorCode.KAFKA_STORAGE_ERROR;
  }
  moves.begin(now, partition, out);
  return ErrorCode.NONE;
}
