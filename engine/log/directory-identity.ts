import { assert, DiskError, type Random } from '../machine/index.ts';
import { randomUuid, type Uuid } from '../wire/index.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { META_PROPERTIES } from './log-file-name.ts';
import type { LogStorage } from './log-storage.ts';
import { decodeMetaProperties, encodeMetaProperties } from './meta-properties.ts';

/** Reads the id of a log directory from its meta.properties, or writes them for one that was never formatted. */
export function identifyDirectory(
  storage: LogStorage,
  path: string,
  clusterId: string,
  nodeId: number,
  random: Random,
): Uuid | DiskError {
  const file = new CheckpointFile(storage, path, META_PROPERTIES);
  const content = file.read();
  if (content instanceof DiskError) return content;
  const properties = content === null ? null : decodeMetaProperties(content);
  if (properties === null) {
    const directoryId = randomUuid(random);
    file.write(encodeMetaProperties({ clusterId, nodeId, directoryId }, storage.wall.nowMs()));
    return storage.failure ?? directoryId;
  }
  assert(
    properties.clusterId === clusterId && properties.nodeId === nodeId,
    () => `${path} belongs to node ${properties.nodeId} of cluster ${properties.clusterId}`,
  );
  return properties.directoryId;
}
