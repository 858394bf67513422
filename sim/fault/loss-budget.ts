import type { Fault, Scenario, TopicSpec } from '../scenario/index.ts';
import { FAULT_RULES } from './rules.ts';

interface Taken {
  readonly lossy: boolean;
  readonly fromUs: number;
  /** With the quiet time in which replicas catch up. */
  readonly toUs: number;
  /** Nodes that are away at once; a cut with a shape takes more than there are to spare. */
  readonly nodes: number;
}

/**
 * What replication promises to survive: while a node may come back without what it had, at most RF - min ISR nodes of
 * a replica set are away or such. A scenario that says that replicated records may be lost has no budget to keep.
 */
export class LossBudget {
  readonly isKept: boolean;
  readonly #spare: number;
  readonly #stabilityUs: number;
  readonly #taken: Taken[] = [];

  constructor(scenario: Scenario, stabilityUs: number) {
    this.isKept = !scenario.expect.mayLoseReplicated;
    this.#spare = Math.min(...scenario.cluster.topics.map((topic) => spareReplicas(topic, scenario)));
    this.#stabilityUs = stabilityUs;
  }

  /** Whether this fault fits beside those taken before; then it is taken. */
  take(fault: Fault, fromUs: number, untilUs: number): boolean {
    const { cost } = FAULT_RULES[fault.kind];
    if (cost === 'nothing' || !this.isKept) return true;
    const toUs = untilUs + this.#stabilityUs;
    const beside = this.#taken.filter((other) => other.fromUs < toUs && fromUs < other.toUs);
    const lossy = cost === 'lossy';
    const nodes = 'among' in fault ? Number.POSITIVE_INFINITY : 1;
    const all = beside.reduce((sum, other) => sum + other.nodes, nodes);
    if ((lossy || beside.some((other) => other.lossy)) && all > this.#spare) return false;
    this.#taken.push({ lossy, fromUs, toUs, nodes });
    return true;
  }
}

function spareReplicas({ config, replicationFactor }: TopicSpec, { cluster }: Scenario): number {
  const name = 'min.insync.replicas';
  const minIsr = Number(config[name] ?? cluster.brokerConfig[name] ?? cluster.controllerConfig[name] ?? 1);
  return replicationFactor - Math.min(minIsr, replicationFactor);
}
