import fc from 'fast-check';
import type { ScenarioInput } from '../../scenarios/load/index.ts';
import type { Config } from '../../sim/scenario/index.ts';

type OperationInput = NonNullable<ScenarioInput['operations']>[number];
export type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;

interface Topic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** What operations can be about. */
interface Cluster {
  readonly brokers: number;
  readonly logDirs: number;
  readonly topics: readonly Topic[];
  readonly arePiped: boolean;
  /** Null: nobody has one. */
  readonly transactionalId: string | null;
}

export const index = fc.nat({ max: 11 });
const UNCLEAN: Config = { 'unclean.leader.election.enable': true };

/** One thing that an administrator does. Indices are taken modulo what there is. */
export const operation = fc.record({
  do: fc.constantFrom(
    'reassign',
    'cancel-reassignment',
    'elect-preferred',
    'elect-unclean',
    'alter-topic-config',
    'alter-broker-config',
    'create-partitions',
    'delete-records',
    'create-topic',
    'delete-topic',
    'move-log-dir',
    'update-feature',
    'fence-producers',
  ),
  at: fc.integer({ min: 1, max: 19 }),
  topic: index,
  partition: index,
  broker: index,
  count: fc.integer({ min: 1, max: 4 }),
  /** A change of min ISR may forget all who may lead: the uncleanest may then. */
  settings: fc.constantFrom<Config>(
    UNCLEAN,
    { ...UNCLEAN, 'min.insync.replicas': 1 },
    { ...UNCLEAN, 'min.insync.replicas': 2 },
  ),
  isThrottled: fc.boolean(),
  level: fc.nat({ max: 2 }),
});

/** What may fail: an earlier one may have taken away what it is about. */
export function operationsOf(
  drawn: readonly Of<typeof operation>[],
  { arePiped, brokers, logDirs, topics, transactionalId }: Cluster,
): OperationInput[] {
  const operations: OperationInput[] = [];
  const deleted = new Set<string>();
  const grown = new Map<string, number>();
  const isMoved = drawn.some((each) => each.do === 'reassign');
  const inOrder = drawn.toSorted((a, b) => a.at - b.at);
  for (const [i, each] of inOrder.entries()) {
    const { name, partitions, replicationFactor } = topics[each.topic % topics.length]!;
    if (deleted.has(name)) continue;
    const planned = { at: `${each.at}s`, mayFail: true };
    const place = { ...planned, topic: name, partition: each.partition % partitions };
    const broker = 1 + (each.broker % brokers);
    switch (each.do) {
      case 'reassign': {
        const count = Math.min(each.count, brokers);
        const replicas = Array.from({ length: count }, (_, k) => 1 + ((each.broker + k) % brokers));
        const throttle = each.isThrottled ? { throttle: 100_000 } : {};
        operations.push({ do: each.do, ...place, replicas, ...throttle });
        break;
      }
      case 'cancel-reassignment':
        operations.push({ do: each.do, ...place });
        break;
      case 'elect-preferred':
      case 'elect-unclean':
        operations.push({ do: each.do, ...planned });
        break;
      case 'alter-topic-config':
        operations.push({ do: each.do, ...planned, topic: name, set: each.settings });
        break;
      case 'alter-broker-config':
        // Coordinators' topics never have unclean leaders.
        operations.push({ do: each.do, ...planned, broker: null, set: UNCLEAN });
        break;
      case 'create-partitions': {
        const count = (grown.get(name) ?? partitions) + 1;
        grown.set(name, count);
        operations.push({ do: each.do, ...planned, topic: name, count });
        break;
      }
      case 'delete-records':
        operations.push({ do: each.do, ...place, before: each.count === 1 ? -1 : 10 * each.count });
        break;
      case 'create-topic': {
        const replicationFactor = Math.min(each.count, brokers);
        operations.push({ do: each.do, ...planned, topic: `new${i}`, partitions: 2, replicationFactor });
        break;
      }
      case 'delete-topic':
        // What has grown is made again with fewer partitions, and clients wait for those that are gone. A pipeline
        // sends positions of the old one for ever: `TxnOffsetCommitHandler` keeps its topic id and retries (KIP-1319).
        if (grown.has(name) || arePiped) break;
        deleted.add(name);
        operations.push({ do: each.do, ...planned, topic: name });
        break;
      case 'move-log-dir':
        // Of a replica that is there for certain: a tool would ask for another one for ever.
        if (logDirs > 1 && replicationFactor === brokers && !isMoved)
          operations.push({ do: each.do, ...place, broker, directory: `/data${1 + (each.count % logDirs)}` });
        break;
      case 'update-feature': {
        const { level } = each;
        operations.push({
          do: each.do,
          ...planned,
          feature: 'transaction.version',
          level,
          kind: 'unsafe-downgrade',
        });
        break;
      }
      case 'fence-producers': {
        if (transactionalId !== null) operations.push({ do: each.do, ...planned, transactionalId });
        break;
      }
    }
  }
  return operations;
}
