import type { Totals } from '../check/index.ts';
import type { Operation, ProducerSpec, Scenario } from '../scenario/index.ts';
import type { Dataset } from '../workload/index.ts';
import { hasRetention, isEverCompacted } from './retention.ts';

/**
 * How many records of each key a topic has when all is done: of topics that only resuming producers write to, and of
 * those that pipelines copy them to. Topics that others write to, that are cleaned or cut by retention, or whose
 * records an operation deletes have no such number.
 */
export function expectedTotals(scenario: Scenario, datasets: ReadonlyMap<string, Dataset>): Totals[] {
  const { producers, pipelines } = scenario.traffic;
  const totals = new Map<string, Map<string, number>>();
  const origins = new Map<string, readonly string[]>();
  for (const { name } of scenario.cluster.topics) {
    const writers = producers.filter(({ topic }) => topic === name);
    const isCopied = pipelines.some(({ to }) => to === name);
    if (writers.length === 0 || isCopied || !writers.every(resumes) || isCut(scenario, name)) continue;
    const byKey = new Map<string, number>();
    for (const { workload } of writers) {
      if (workload.kind !== 'dataset') continue;
      const events = datasets.get(workload.dataset)?.events ?? [];
      for (const { key } of events.slice(0, workload.events)) byKey.set(key, (byKey.get(key) ?? 0) + 1);
    }
    totals.set(name, byKey);
  }
  for (const { name } of scenario.cluster.topics) {
    const sources = [...new Set(pipelines.filter(({ to }) => to === name).map(({ from }) => from))];
    const isWritten = producers.some(({ topic }) => topic === name);
    const isKnown =
      sources.every((source) => totals.has(source)) &&
      hasOneGroupEach(scenario, name) &&
      copiesCommitted(scenario, name);
    if (sources.length === 0 || isWritten || !isKnown || isCut(scenario, name)) continue;
    const byKey = new Map<string, number>();
    for (const source of sources)
      for (const [key, count] of totals.get(source)!) byKey.set(key, (byKey.get(key) ?? 0) + count);
    totals.set(name, byKey);
    origins.set(
      name,
      sources.flatMap((source) => [source, ...(origins.get(source) ?? [])]),
    );
  }
  return [...totals].map(([topic, byKey]) => ({ topic, from: origins.get(topic) ?? [], byKey }));
}

function resumes({ transactions }: ProducerSpec): boolean {
  return transactions?.resumes === true;
}

/** Two groups that copy the same topic give two copies of each record. */
function hasOneGroupEach({ traffic }: Scenario, to: string): boolean {
  const copiers = traffic.pipelines.filter((pipeline) => pipeline.to === to).map(({ from }) => from);
  return new Set(copiers).size === copiers.length;
}

/** Whoever reads what may yet be aborted copies what nobody has counted. */
function copiesCommitted({ traffic }: Scenario, to: string): boolean {
  return traffic.pipelines.every(
    (pipeline) => pipeline.to !== to || pipeline.consumerConfig['isolation.level'] !== 'read_uncommitted',
  );
}

function takesAway({ do: what }: Operation): boolean {
  return what === 'delete-records' || what === 'delete-topic';
}

/** Nothing but the writers decides what is in the topic only where nothing is ever taken out of it. */
export function isCut(scenario: Scenario, topic: string): boolean {
  return (
    isEverCompacted(scenario, topic) || hasRetention(scenario, topic) || scenario.operations.some(takesAway)
  );
}
