import { decodeMetaProperties, encodeMetaProperties } from '../log/index.ts';
import { type Disk, DiskError } from '../machine/index.ts';
import { MAX_KRAFT_VERSION, MIN_KRAFT_VERSION, VoterSet, writeBootstrapSnapshot } from '../raft/index.ts';
import { randomUuid, type Uuid } from '../wire/index.ts';
import type { ControllerServerOptions } from './server-options.ts';

const META_PROPERTIES = 'meta.properties';

/**
 * The id of a controller's log directory, by its `meta.properties`; an empty directory is formatted first, as
 * `kafka-storage format` does before a first start. A string says why the directory cannot be used.
 */
export function directoryIdOf(options: ControllerServerOptions): Uuid | { readonly unusable: string } {
  const { disk, directory, clusterId, nodeId, wall, random } = options;
  const path = `${directory}/${META_PROPERTIES}`;
  const size = disk.size(path);
  if (size >= 0) {
    const content = disk.read(path, 0, size);
    const properties = content instanceof DiskError ? null : decodeMetaProperties(content);
    if (properties === null) return { unusable: `${path} cannot be read` };
    if (properties.clusterId !== clusterId || properties.nodeId !== nodeId) {
      return { unusable: `${path} is of node ${properties.nodeId} in cluster ${properties.clusterId}` };
    }
    const failed = formatQuorum(options);
    return failed === null ? properties.directoryId : unusable(failed);
  }
  const directoryId = options.format?.directoryId ?? randomUuid(random.stream('directory id'));
  const content = encodeMetaProperties({ clusterId, nodeId, directoryId }, wall.nowMs());
  const failed = makeLogDirectory(disk, directory) ?? formatQuorum(options) ?? disk.write(path, content);
  if (failed !== null) return unusable(failed);
  // The format is done before the process starts, so nobody waits for these: the tickets come back as nobody's.
  disk.sync(path);
  disk.syncDirectory(directory);
  return directoryId;
}

/** The first voters of a dynamic quorum find themselves and each other on their disks. */
function formatQuorum({ disk, directory, wall, format }: ControllerServerOptions): DiskError | null {
  if (format === undefined || format.initialControllers.length === 0) return null;
  const voters = format.initialControllers.map((controller) => ({
    ...controller,
    minVersion: MIN_KRAFT_VERSION,
    maxVersion: MAX_KRAFT_VERSION,
  }));
  return writeBootstrapSnapshot(disk, directory, new VoterSet(voters), wall.nowMs());
}

function unusable({ path, code }: DiskError): { readonly unusable: string } {
  return { unusable: `${path}: ${code}` };
}

/**
 * Makes the directory that everything durable will stand in, and asks for its own name to be durable too: without
 * that a power loss soon after the first start takes the whole directory, votes and committed records with it.
 */
export function makeLogDirectory(disk: Disk, directory: string): DiskError | null {
  const failed = disk.makeDirectory(directory);
  if (failed === null) disk.syncDirectory(directory.slice(0, directory.lastIndexOf('/')) || '/');
  return failed;
}
