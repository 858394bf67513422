import { resolve } from 'node:path';
import { loadPlacement, loadScenario } from '../../scenarios/load/index.ts';
import { brokersOf } from '../../sim/cluster/index.ts';
import {
  type DomainRisk,
  describeRisk,
  drawPlacement,
  type PlacedBroker,
  type PlacedPartition,
  repairPlacement,
  risksOf,
  type TopicToPlace,
} from '../../sim/placement/index.ts';
import type { Scenario } from '../../sim/scenario/index.ts';
import { colours as pc } from '../colours.ts';
import { EXIT } from '../exit-status.ts';
import { Output, writeWhole } from '../output.ts';
import { UsageError } from '../usage-error.ts';

export interface PlacementOptions {
  readonly scenario?: boolean;
  readonly seed: string;
  readonly plan?: string;
  readonly json?: boolean;
}

/** Lines of findings that are printed; a plan and `--json` have them all. */
const MAX_LINES = 20;

/**
 * Asserts that no loss of one domain takes more than RF - min ISR replicas of a partition, and writes the fewest moves
 * that make it so. Status 1 when it does not hold.
 */
export async function placement(source: string, options: PlacementOptions): Promise<number> {
  const { brokers, partitions } =
    options.scenario === true
      ? drawnPlacement(await loadScenario(source), options.seed)
      : await loadPlacement(source);
  const risks = risksOf(brokers, partitions);
  const repair = repairPlacement(brokers, partitions);
  const plan = { version: 1, partitions: repair.moved.map(planned) };
  const output = new Output(options.json === true);
  tell(output, brokers, partitions, risks);
  for (const { partition, reason } of repair.impossible.slice(0, MAX_LINES))
    output.say(`  ${pc.red('✗')} ${partition.topic}-${partition.partition} cannot be mended: ${reason}`);
  if (repair.moved.length > 0) output.say(`  ${repair.moved.length} partitions to move`);
  if (options.plan !== undefined && repair.moved.length > 0) {
    writeWhole(resolve(options.plan), `${JSON.stringify(plan, null, 2)}\n`);
    output.say(`  plan    ${options.plan} (kafka-reassign-partitions --reassignment-json-file)`);
  }
  output.document({ holds: risks.length === 0, risks, plan, impossible: repair.impossible });
  return risks.length === 0 ? EXIT.pass : EXIT.violation;
}

function tell(
  output: Output,
  brokers: readonly PlacedBroker[],
  partitions: readonly PlacedPartition[],
  risks: readonly DomainRisk[],
): void {
  if (risks.length === 0) {
    output.say(
      `${pc.green('✓')} ${partitions.length} partitions on ${brokers.length} brokers survive the loss of any one domain`,
    );
    return;
  }
  output.say(`${pc.red('✗')} ${risks.length} losses of one domain stop acks=all`);
  const factors = new Map(
    partitions.map((each) => [`${each.topic}-${each.partition}`, each.replicas.length]),
  );
  for (const risk of risks.slice(0, MAX_LINES))
    output.say(`  ${describeRisk(risk, factors.get(`${risk.topic}-${risk.partition}`)!)}`);
  if (risks.length > MAX_LINES) output.say(`  … and ${risks.length - MAX_LINES} more`);
}

/** What the controller of a scenario's cluster would place, with its racks as the only dimension. */
function drawnPlacement(
  scenario: Scenario,
  seed: string,
): { brokers: PlacedBroker[]; partitions: PlacedPartition[] } {
  const brokers = brokersOf(scenario).map(({ id, rack }) => ({ id, domains: { rack } }));
  const topics: TopicToPlace[] = scenario.cluster.topics.map((topic) => ({
    ...topic,
    minIsr: Number(
      topic.config['min.insync.replicas'] ?? scenario.cluster.brokerConfig['min.insync.replicas'] ?? 1,
    ),
  }));
  try {
    return { brokers, partitions: drawPlacement(brokers, 'rack', topics, seed) };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function planned({ topic, partition, replicas }: PlacedPartition): object {
  return { topic, partition, replicas };
}
