import type { Utilisation } from '../result/index.ts';
import type { Cluster } from './cluster.ts';

/** How busy each resource of each server was over `spanUs`, per mille. Resources without a limit are never busy. */
export function utilisationOf(cluster: Cluster, spanUs: number): Utilisation[] {
  const { threads, brokerNic, disk } = cluster.hardware;
  const rows: Utilisation[] = [];
  for (const { name } of cluster.brokers) {
    const host = cluster.host(name);
    const share = (amount: number, capacity: number): number =>
      capacity === 0 ? 0 : Math.min(1_000, Math.round((amount * 1_000) / capacity));
    const carried = (bytesPerSecond: number): number => (bytesPerSecond * spanUs) / 1_000_000;
    rows.push(
      { node: name, resource: 'request threads', perMille: share(host.busyUs, threads * spanUs) },
      { node: name, resource: 'disk', perMille: share(host.bytesWritten, carried(disk.bytesPerSecond)) },
      {
        node: name,
        resource: 'network out',
        perMille: share(host.network.bytesSent, carried(brokerNic.outBytesPerSecond)),
      },
      {
        node: name,
        resource: 'network in',
        perMille: share(host.network.bytesReceived, carried(brokerNic.inBytesPerSecond)),
      },
    );
  }
  return rows;
}
