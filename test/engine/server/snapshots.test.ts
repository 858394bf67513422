import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import { TinyCluster } from './tiny-cluster.ts';

const config = {
  'metadata.log.max.record.bytes.between.snapshots': 4_000,
  'metadata.max.retention.bytes': 5_000,
  'metadata.log.segment.bytes': 4_096,
};

describe('snapshots of the metadata', () => {
  for (const codec of ['objects', 'bytes'] as const) {
    test(`a broker with an empty disk starts from one (${codec})`, () => {
      const cluster = new TinyCluster({ config, codec });
      expect(cluster.started()).toBe(true);
      for (let i = 0; i < 12; i++) {
        expect(cluster.createTopic(`t${i}`, 4, 3)).toMatchObject({ errorCode: 0 });
      }
      cluster.world.runFor(130 * SECOND);
      const active = cluster.world.node(`c${cluster.activeController()!.nodeId}`);
      const files = active.disk.list('/metadata/__cluster_metadata-0');
      expect(files.some((name) => name.endsWith('.checkpoint'))).toBe(true);
      expect(files).not.toContain('00000000000000000000.log');

      const node = cluster.broker(2);
      node.kill();
      node.disk.files.clear();
      cluster.startBroker(2);
      expect(cluster.until(() => cluster.brokerView(2)?.state === 'RUNNING')).toBe(true);
      expect(cluster.brokerView(2)!.image.topicNames()).toHaveLength(12);
      const whole = () =>
        cluster
          .activeController()!
          .image.topicNames()
          .every((name) => cluster.registration(name, 0)!.isr.length === 3);
      expect(cluster.until(whole, 60 * SECOND)).toBe(true);
    });
  }

  test('all processes restart from their own snapshots to the same image', () => {
    const cluster = new TinyCluster({ config });
    expect(cluster.started()).toBe(true);
    for (let i = 0; i < 12; i++) cluster.createTopic(`t${i}`, 4, 3);
    cluster.world.runFor(130 * SECOND);
    for (const node of [...cluster.controllers, ...cluster.brokers]) node.kill();
    for (const id of [101, 102, 103]) cluster.startController(id);
    for (const id of [1, 2, 3]) cluster.startBroker(id);
    expect(cluster.started()).toBe(true);
    cluster.world.runFor(SECOND);
    const wanted = cluster.activeController()!.image.toRecords();
    expect(wanted.length).toBeGreaterThan(60);
    for (const id of [1, 2, 3]) expect(cluster.brokerView(id)!.image.toRecords()).toEqual(wanted);
  });
});
