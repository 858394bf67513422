import { resolve } from 'node:path';
import { z } from 'zod';
import type { PlacedBroker, PlacedPartition } from '../../sim/placement/index.ts';
import { readDocument } from './load.ts';
import { parseDocument } from './parse.ts';
import { type Problem, ScenarioError } from './problem.ts';

const id = z.int().min(0).max(2_147_483_647);

/** Brokers in their domains, and an assignment as `kafka-reassign-partitions` writes and reads it. */
const placementSchema = z.strictObject({
  version: z.literal(1).default(1),
  brokers: z
    .array(z.strictObject({ id, domains: z.record(z.string().min(1), z.string().min(1)) }))
    .min(1)
    .max(1_000),
  /** `min.insync.replicas`, by topic; 1 where none is said, as Kafka has it. */
  minIsr: z.record(z.string(), z.int().min(1)).default({}),
  partitions: z
    .array(
      z.strictObject({
        topic: z.string().min(1),
        partition: z.int().min(0),
        replicas: z.array(id).min(1).max(100),
        log_dirs: z.array(z.string()).optional(),
      }),
    )
    .min(1)
    .max(1_000_000),
});

export interface PlacementFile {
  readonly brokers: readonly PlacedBroker[];
  readonly partitions: readonly PlacedPartition[];
}

/** Reads a placement; any mistake is a ScenarioError. */
export async function loadPlacement(file: string): Promise<PlacementFile> {
  const document = await readDocument(resolve(file), file);
  const { brokers, minIsr, partitions } = parseDocument(placementSchema, file, document);
  const problems: Problem[] = [];
  const ids = new Set<number>();
  brokers.forEach((broker, i) => {
    if (ids.has(broker.id))
      problems.push({ path: `brokers.${i}.id`, message: `found ${broker.id} a second time` });
    ids.add(broker.id);
  });
  const seen = new Set<string>();
  partitions.forEach(({ topic, partition, replicas }, i) => {
    const name = `${topic}-${partition}`;
    if (seen.has(name))
      problems.push({ path: `partitions.${i}`, message: `${name} stands here a second time` });
    seen.add(name);
    replicas.forEach((replica, at) => {
      const path = `partitions.${i}.replicas.${at}`;
      if (!ids.has(replica))
        problems.push({ path, message: `no broker ${replica} among "brokers"; add it with its domains` });
      else if (replicas.indexOf(replica) !== at)
        problems.push({ path, message: `found ${replica} a second time` });
    });
  });
  const topics = new Set(partitions.map(({ topic }) => topic));
  for (const topic of Object.keys(minIsr)) {
    if (!topics.has(topic))
      problems.push({ path: `minIsr.${topic}`, message: 'no partition of this topic is listed' });
  }
  if (problems.length > 0) throw new ScenarioError(file, problems);
  return { brokers, partitions: partitions.map((each) => ({ ...each, minIsr: minIsr[each.topic] ?? 1 })) };
}
