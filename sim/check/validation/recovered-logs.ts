import {
  type Log,
  LogDirectory,
  logConfigDefaults,
  logDirectoryConfigDefaults,
  topicOfLog,
} from '../../../engine/log/index.ts';
import {
  type Disk,
  type DiskError,
  isDiskError,
  type RandomSource,
  unheard,
} from '../../../engine/machine/index.ts';
import { type Compression, VerifiedBatches } from '../../../engine/records/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';
import { firstDifference } from './replicas-identical.ts';

export const RECOVERED_LOGS_IDENTICAL = {
  name: 'RecoveredLogsIdentical',
  property:
    'A broker that was killed now and recovered every log from its files would have the logs that it has in memory.',
} as const;

/** What a directory is opened with, as its broker opens it. */
export interface RecoveryPorts {
  readonly clusterId: string;
  /** All of a broker's (`log.dirs`). */
  readonly directories: readonly string[];
  readonly compression: Compression;
  /** A copy of a broker's disk as its process sees it: what a kill leaves. Recovery changes it. */
  readonly imageOf: (broker: string) => Disk;
}

const SHARED_BATCHES = 2 ** 16;

/** Files that would spare recovery its work: without them every segment is read from its first byte. */
const SHORTCUTS = ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint'] as const;

/** Opens a copy of every running broker's disk from scratch and compares each log with the live one. */
export function validateRecovery(at: number, views: ClusterViews, ports: RecoveryPorts): Violation[] {
  // Replicas share the batches that are undamaged: the second and third broker's need no second sum.
  const verified = new VerifiedBatches(SHARED_BATCHES);
  const violations: Violation[] = [];
  for (const { name, id, view } of views.brokers) {
    const live = [...(view?.replicas() ?? [])].flatMap(({ log }) => (log === null ? [] : [log]));
    if (live.length === 0) continue;
    const recovered = recover(id, live, ports, ports.imageOf(name), verified);
    for (const log of live) {
      const difference =
        typeof recovered === 'string' ? recovered : describeDifference(log, recovered.get(log.name));
      if (difference === null) continue;
      violations.push({
        check: RECOVERED_LOGS_IDENTICAL.name,
        at,
        message: `${log.name} on ${name}: ${difference}`,
        evidence: { log: log.name, node: name },
      });
    }
  }
  return violations;
}

function recover(
  nodeId: number,
  live: readonly Log[],
  ports: RecoveryPorts,
  disk: Disk,
  verified: VerifiedBatches,
): ReadonlyMap<string, Log> | string {
  const configs = new Map(live.map((log) => [topicOfLog(log.name), log.config]));
  const found = new Map<string, Log>();
  const failures: string[] = [];
  for (const path of ports.directories) {
    const opened = open(nodeId, path, configs, ports, disk, verified);
    if (isDiskError(opened)) failures.push(`${opened.code} ${opened.path}`);
    else for (const { name } of live) if (opened.get(name) !== undefined) found.set(name, opened.get(name)!);
  }
  if (failures.length === ports.directories.length)
    return `no directory can be opened: ${failures.join(', ')}`;
  return found;
}

function open(
  nodeId: number,
  path: string,
  configs: ReadonlyMap<string, Log['config']>,
  { clusterId, compression }: RecoveryPorts,
  disk: Disk,
  verified: VerifiedBatches,
): LogDirectory | DiskError {
  for (const shortcut of SHORTCUTS)
    if (disk.size(`${path}/${shortcut}`) >= 0) disk.remove(`${path}/${shortcut}`);
  return LogDirectory.open(
    0,
    {
      disk,
      path,
      random: NO_LUCK,
      wall: { nowMs: () => 0 },
      config: logDirectoryConfigDefaults,
      clusterId,
      nodeId,
      compression,
      verified,
      topicConfig: (topic) => configs.get(topic) ?? logConfigDefaults,
    },
    unheard(),
  );
}

/** How a log differs from what its files hold; null when it does not. */
function describeDifference(live: Log, recovered: Log | undefined): string | null {
  if (recovered === undefined) return 'recovery does not find it';
  // A log start that moved is in memory first, and in its checkpoint within a minute.
  if (recovered.logStartOffset > live.logStartOffset)
    return `it starts at ${live.logStartOffset}, recovered at ${recovered.logStartOffset}`;
  if (recovered.logEndOffset !== live.logEndOffset)
    return `it ends at ${live.logEndOffset}, recovered at ${recovered.logEndOffset}`;
  const recordOffset = firstDifference(live, recovered, live.logEndOffset);
  return recordOffset === null ? null : `the batch at offset ${recordOffset} is another one when recovered`;
}

/** Recovery draws nothing that is compared. */
const NO_LUCK: RandomSource = { stream: () => ({ u32: () => 0, below: () => 0 }) };
