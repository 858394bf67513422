import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import { TinyCluster } from './tiny-cluster.ts';

describe('how a process ends', () => {
  test('a broker whose only log directory fails ends at once, and another leads', () => {
    const cluster = new TinyCluster();
    expect(cluster.started()).toBe(true);
    cluster.createTopic('t', 1, 3);
    expect(cluster.until(() => cluster.registration('t', 0)?.isr.length === 3)).toBe(true);
    const leader = cluster.leaderOf('t', 0);
    const node = cluster.broker(leader);
    node.disk.isBroken = true;
    cluster.produce(leader, 't', 0, ['a']);
    expect(cluster.until(() => node.exited !== null, SECOND)).toBe(true);
    expect(node.exited!.reason).toBe('failed');
    expect(node.exited!.message).toMatch(/EIO/);
    expect(cluster.until(() => ![-1, leader].includes(cluster.leaderOf('t', 0)))).toBe(true);
  });

  test('a controller whose metadata log fails ends at once, and another leads', () => {
    const cluster = new TinyCluster();
    expect(cluster.started()).toBe(true);
    const active = cluster.activeController()!.nodeId;
    const node = cluster.world.node(`c${active}`);
    node.disk.isBroken = true;
    expect(cluster.until(() => node.exited !== null, 5 * SECOND)).toBe(true);
    expect(node.exited!.reason).toBe('failed');
    expect(cluster.until(() => cluster.activeController() !== null, 10 * SECOND)).toBe(true);
  });

  test('without any controller a shutdown goes on without leave after five minutes', () => {
    const cluster = new TinyCluster();
    expect(cluster.started()).toBe(true);
    for (const node of cluster.controllers) node.kill();
    const node = cluster.broker(1);
    node.shutdown();
    cluster.world.runFor(290 * SECOND);
    expect(node.exited).toBeNull();
    cluster.world.runFor(15 * SECOND);
    expect(node.exited).toEqual({ reason: 'clean', message: 'shut down' });
  });

  test('without controlled shutdown a broker goes at once, cleanly', () => {
    const cluster = new TinyCluster({ config: { 'controlled.shutdown.enable': false } });
    expect(cluster.started()).toBe(true);
    const node = cluster.broker(1);
    node.shutdown();
    expect(cluster.until(() => node.exited !== null, SECOND / 10)).toBe(true);
    expect(node.exited!.reason).toBe('clean');
    expect(node.disk.size('/data/.kafka_cleanshutdown')).toBeGreaterThan(0);
  });

  test('a broker that never finds its cluster gives up after a minute', () => {
    const cluster = new TinyCluster();
    for (const node of cluster.controllers) node.kill();
    const node = cluster.broker(1);
    expect(cluster.until(() => node.exited !== null, 61 * SECOND)).toBe(true);
    expect(node.exited!.reason).toBe('failed');
    expect(node.exited!.message).toMatch(/register/);
  });

  test('a broker that is stopped while it starts ends at once', () => {
    const cluster = new TinyCluster();
    const node = cluster.broker(1);
    node.shutdown();
    expect(cluster.until(() => node.exited !== null, SECOND)).toBe(true);
    expect(node.exited!.reason).toBe('clean');
  });

  test('a directory of another cluster is refused', () => {
    const cluster = new TinyCluster();
    expect(cluster.started()).toBe(true);
    const node = cluster.world.node('c101');
    node.kill();
    const other = new TinyCluster();
    const stranger = other.world.node('c102');
    stranger.kill();
    for (const [path, chunks] of node.disk.files) stranger.disk.files.set(path, chunks);
    other.startController(102);
    expect(stranger.exited!.reason).toBe('failed');
    expect(stranger.exited!.message).toMatch(/node 101/);
  });
});
