import type { Result, SweepPoint } from '../result/index.ts';
import { durationUs } from '../scenario/index.ts';
import { lowestBound } from './bounds.ts';

/**
 * Above this a resource is said to bind; below, waiting does (requests in flight, linger, replication round trips).
 */
const BUSY_PER_MILLE = 700;

/** What one run of a sweep came to, once it was under way, and which resource held it back. */
export function measuredCell(configuration: SweepPoint['configuration'], result: Result): SweepPoint {
  const { scenario } = result;
  const { series, produceLatency, utilisation } = result.metrics;
  // The first fifth fills buffers and finds leaders; what is acknowledged after the traffic is not throughput.
  const traffic = Math.floor(durationUs(scenario.duration) / series.intervalUs);
  const from = Math.ceil(traffic / 5);
  const seconds = ((traffic - from) * series.intervalUs) / 1e6;
  const sum = (values: readonly number[]): number =>
    values.slice(from, traffic).reduce((total, value) => total + value, 0);
  const records = sum(series.acknowledged);
  const bytes = sum(series.acknowledgedBytes);
  const lag = (interval: number): number => series.highWatermarkLag[interval] ?? 0;
  const replicated = records === 0 ? 0 : 1 - Math.max(0, lag(traffic - 1) - lag(from - 1)) / records;
  const busiest = utilisation.reduce((most, row) => (row.perMille > most.perMille ? row : most));
  const bound = lowestBound(scenario);
  return {
    configuration,
    recordsPerSecond: Math.round(records / seconds),
    bytesPerSecond: Math.round(bytes / seconds),
    replicatedBytesPerSecond: Math.round((bytes * Math.max(0, replicated)) / seconds),
    latencyP50: produceLatency.p50,
    latencyP99: produceLatency.p99,
    binding: busiest.perMille >= BUSY_PER_MILLE ? busiest.resource : 'waiting',
    busyPerMille: busiest.perMille,
    boundBytesPerSecond: bound.bytesPerSecond,
    boundName: bound.name,
    verdict: result.verdict,
  };
}
