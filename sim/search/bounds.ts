import { hardwareProfile } from '../cluster/index.ts';
import type { Scenario } from '../scenario/index.ts';

export interface Bound {
  readonly name: string;
  /** Producer bytes a second over the whole cluster. */
  readonly bytesPerSecond: number;
}

/**
 * The lowest of the analytic bounds: with B brokers, replication factor r and g readers of everything, what
 * producers can bring in is at most S·B/r for disks of S bytes a second, Nin·B/r for links in, and Nout·B/(r - 1 +
 * g) for links out (AWS, "Best practices for right-sizing", equation 1, and its twin for ingress). No simulated
 * figure may be above it.
 */
export function lowestBound(scenario: Scenario): Bound {
  const { disk, brokerNic } = hardwareProfile(scenario.cluster.hardware);
  const topic = scenario.cluster.topics.find(({ name }) => name === scenario.traffic.producers[0]?.topic);
  const brokers = scenario.cluster.brokers;
  const r = topic?.replicationFactor ?? 1;
  const g = scenario.traffic.consumers.filter((consumer) => consumer.topic === topic?.name).length;
  const bounds: Bound[] = [
    { name: 'disk', bytesPerSecond: unlimited(disk.bytesPerSecond, (brokers * disk.bytesPerSecond) / r) },
    {
      name: 'network in',
      bytesPerSecond: unlimited(brokerNic.inBytesPerSecond, (brokers * brokerNic.inBytesPerSecond) / r),
    },
    {
      name: 'network out',
      bytesPerSecond: unlimited(
        r - 1 + g === 0 ? 0 : brokerNic.outBytesPerSecond,
        (brokers * brokerNic.outBytesPerSecond) / Math.max(1, r - 1 + g),
      ),
    },
  ];
  return bounds.reduce((lowest, bound) => (bound.bytesPerSecond < lowest.bytesPerSecond ? bound : lowest));
}

function unlimited(capacity: number, bound: number): number {
  return capacity === 0 ? Number.MAX_SAFE_INTEGER : Math.floor(bound);
}
