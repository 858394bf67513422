import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import { noCompression } from '../../../engine/records/index.ts';
import { ControllerServer } from '../../../engine/server/controller-server.ts';
import { randomSource, type TinyNode, TinyWorld } from './tiny-world.ts';

const CLUSTER = 'ClusterClusterClusterQ';
const voters = [101, 102, 103].map((id) => ({ id, host: `c${id}`, port: 9093 }));

function controller(world: TinyWorld, id: number): TinyNode {
  const node = world.node(`c${id}`);
  node.start(
    () =>
      new ControllerServer({
        nodeId: id,
        clusterId: CLUSTER,
        endpoint: { host: `c${id}`, port: 9093 },
        voters,
        disk: node.disk,
        random: randomSource(`c${id}/${node.incarnation}`),
        wall: { nowMs: () => 1_700_000_000_000 + Math.floor(world.now / 1000) },
        compression: noCompression,
        config: {},
        directory: '/metadata',
      }),
  );
  return node;
}

const viewOf = (node: TinyNode) => (node.machine as ControllerServer | null)?.view() ?? null;

function activeOf(nodes: readonly TinyNode[]): TinyNode | undefined {
  return nodes.find((node) => viewOf(node)?.isActive === true);
}

describe('a quorum of controllers', () => {
  for (const codec of ['objects', 'bytes'] as const) {
    test(`elects one, which becomes active; all register in the log (${codec})`, () => {
      const world = new TinyWorld(codec);
      const nodes = voters.map(({ id }) => controller(world, id));
      expect(world.runUntil(() => activeOf(nodes) !== undefined, 10 * SECOND)).toBe(true);
      const registered = () => nodes.every((node) => viewOf(node)!.image.controllers.size === 3);
      expect(world.runUntil(registered, 10 * SECOND)).toBe(true);
      expect(nodes.filter((node) => viewOf(node)!.isActive)).toHaveLength(1);
      expect(viewOf(nodes[0]!)!.image.featureLevel('metadata.version')).toBe(33);
    });
  }

  test('elects another when the active one is killed, and takes it back as a follower', () => {
    const world = new TinyWorld();
    const nodes = voters.map(({ id }) => controller(world, id));
    world.runUntil(() => activeOf(nodes) !== undefined, 10 * SECOND);
    const first = activeOf(nodes)!;
    world.runFor(SECOND);
    first.kill();
    expect(world.runUntil(() => activeOf(nodes) !== undefined, 10 * SECOND)).toBe(true);
    expect(activeOf(nodes)).not.toBe(first);
    controller(world, Number(first.host.slice(1)));
    const caughtUp = () => {
      const offset = viewOf(first)!.metadataOffset;
      return offset >= 0 && offset === viewOf(activeOf(nodes)!)!.metadataOffset;
    };
    expect(world.runUntil(caughtUp, 10 * SECOND)).toBe(true);
  });

  test('hands over at once when the active one is shut down', () => {
    const world = new TinyWorld();
    const nodes = voters.map(({ id }) => controller(world, id));
    world.runUntil(() => activeOf(nodes) !== undefined, 10 * SECOND);
    world.runFor(SECOND);
    const first = activeOf(nodes)!;
    first.shutdown();
    expect(world.runUntil(() => first.exited !== null, 5 * SECOND)).toBe(true);
    expect(first.exited).toEqual({ reason: 'clean', message: 'shut down' });
    const others = nodes.filter((node) => node !== first);
    expect(world.runUntil(() => activeOf(others) !== undefined, SECOND)).toBe(true);
  });
});
