import { type Log, type LogDirectory, partitionOfLog, topicOfLog } from '../log/index.ts';
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from '../wire/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { LogHome } from './log-home.ts';

type DescribedDirectory = DescribeLogDirsResponse['results'][number];
type DescribedTopic = DescribedDirectory['topics'][number];
type DescribedLog = DescribedTopic['partitions'][number];

/** The size of a volume and what is left of it; -1 each when nobody knows. */
export interface VolumeSpace {
  readonly totalBytes: number;
  readonly usableBytes: number;
}

const UNKNOWN_LAG = -1;

/** What lies in every log directory, in the order of the configuration (`ReplicaManager.describeLogDirs`). */
export function decideDescribeLogDirs(
  home: LogHome,
  request: DescribeLogDirsRequest,
  spaceOf: (path: string) => VolumeSpace,
): DescribeLogDirsResponse {
  const wanted = request.topics === null ? null : new Set<string>();
  for (const { topic, partitions } of request.topics ?? []) {
    for (const index of partitions) wanted?.add(`${topic}-${index}`);
  }
  const results = home.paths.map((path): DescribedDirectory => {
    const directory = home.online().find((online) => online.path === path);
    if (directory === undefined || directory.failure !== null) return offline(path);
    return {
      errorCode: ErrorCode.NONE,
      logDir: path,
      topics: describeTopics(home, directory, wanted),
      ...spaceOf(path),
      isCordoned: home.isCordoned(path),
    };
  });
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, results };
}

function describeTopics(
  home: LogHome,
  directory: LogDirectory,
  wanted: ReadonlySet<string> | null,
): DescribedTopic[] {
  const topics = new Map<string, DescribedLog[]>();
  const add = (log: Log, isFutureKey: boolean): void => {
    if (wanted !== null && !wanted.has(log.name)) return;
    const topic = topicOfLog(log.name);
    let logs = topics.get(topic);
    if (logs === undefined) topics.set(topic, (logs = []));
    const current = home.get(log.name);
    const lag = isFutureKey
      ? (current?.logEndOffset ?? Number.NaN) - log.logEndOffset
      : Math.max(log.highWatermark - log.logEndOffset, 0);
    logs.push({
      partitionIndex: partitionOfLog(log.name),
      partitionSize: log.sizeBytes,
      offsetLag: Number.isNaN(lag) ? UNKNOWN_LAG : lag,
      isFutureKey,
    });
  };
  for (const log of directory.logs()) add(log, false);
  for (const log of directory.futures()) add(log, true);
  return [...topics].map(([name, partitions]) => ({ name, partitions }));
}

function offline(logDir: string): DescribedDirectory {
  const errorCode = ErrorCode.KAFKA_STORAGE_ERROR;
  return { errorCode, logDir, topics: [], totalBytes: -1, usableBytes: -1, isCordoned: false };
}
