import type { LoseDirectory } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { brokerOf } from './luck.ts';
import { onEachDown } from './on-each.ts';

const OPERATIONS = ['read', 'write', 'sync'] as const;

/**
 * The disk under a log directory is gone; an empty one takes its place when it heals. A broker with other directories
 * serves on from them (JBOD, KIP-858); one without ends itself, and comes back with nothing. It is stopped for the
 * exchange: Kafka looks for directories at its start only.
 */
export const loseDirectory: FaultRule<LoseDirectory> = {
  cost: 'lossy',
  draw: (draw) => ({ kind: 'lose-directory', target: brokerOf(draw), directory: '/data' }),
  inject: ({ target, directory }, world) =>
    onEachDown(world, target, (host) => {
      const { disk } = host;
      const ids = OPERATIONS.flatMap((operation) =>
        [directory, `${directory}/*`].map((path) =>
          disk.inject({ kind: 'error', operation, path, code: 'EIO' }),
        ),
      );
      return () => {
        for (const id of ids) disk.heal(id);
        host.kill();
        disk.wipeDirectory(directory);
        host.start();
      };
    }),
};
