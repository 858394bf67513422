import type { Host } from '../host/index.ts';
import type { FaultWorld } from './fault-rule.ts';

/**
 * A disk works again. Kafka looks at a directory that failed when its broker starts, and a broker with others has lived
 * on without it: whoever mends the disk starts it again.
 */
export function mendDisk(host: Host, id: number, { scenario }: FaultWorld): void {
  host.disk.heal(id);
  if (scenario.cluster.logDirs > 1) host.kill();
  host.start();
}
