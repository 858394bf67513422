import type { BrokerView, ControllerView } from '../../engine/server/index.ts';
import type { ProcessView } from '../check/index.ts';
import type { ClusterSample } from '../metrics/index.ts';
import type { HistoryRecorder } from './history-recorder.ts';

/**
 * What the cluster looks like now: partitions by the controller's word, offsets by their leaders' logs. Leaders' high
 * watermarks are put into `highWatermarks`.
 */
export function sampleCluster(
  brokers: readonly ProcessView<BrokerView>[],
  active: ControllerView | null,
  recorder: HistoryRecorder,
  highWatermarks: Map<string, number>,
): ClusterSample {
  let isrTotal = 0;
  let isrMin = Number.MAX_SAFE_INTEGER;
  let underReplicated = 0;
  let leaderless = 0;
  const image = active?.image ?? latestImage(brokers);
  for (const topic of image?.topicsByName.values() ?? []) {
    for (const { isr, replicas, leader } of topic.partitions) {
      isrTotal += isr.length;
      isrMin = Math.min(isrMin, isr.length);
      if (isr.length < replicas.length) underReplicated++;
      if (leader === -1) leaderless++;
    }
  }
  let highWatermarkLag = 0;
  const hasReaders = recorder.positions.size > 0 || recorder.groups.size > 0;
  for (const { view } of brokers) {
    for (const replica of view?.replicas() ?? []) {
      const { log } = replica;
      if (replica.role.kind !== 'leader' || log === null) continue;
      const { highWatermark } = log;
      highWatermarkLag += log.logEndOffset - highWatermark;
      if (hasReaders)
        highWatermarks.set(replica.name, Math.max(highWatermarks.get(replica.name) ?? 0, highWatermark));
    }
  }
  let consumerLag = 0;
  for (const [key, position] of recorder.positions) {
    const highWatermark = highWatermarks.get(key.slice(key.indexOf(' ') + 1));
    if (highWatermark !== undefined) consumerLag += Math.max(0, highWatermark - position);
  }
  return {
    isrTotal,
    isrMin: isrMin === Number.MAX_SAFE_INTEGER ? 0 : isrMin,
    underReplicated,
    leaderless,
    highWatermarkLag,
    consumerLag,
  };
}

/** Between two controllers: what the broker that knows most has. */
function latestImage(brokers: readonly ProcessView<BrokerView>[]): BrokerView['image'] | null {
  let latest: BrokerView | null = null;
  for (const { view } of brokers) {
    if (view !== null && (latest === null || view.metadataOffset > latest.metadataOffset)) latest = view;
  }
  return latest?.image ?? null;
}
