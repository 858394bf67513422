import { z } from 'zod';
import type { Scenario } from '../../sim/scenario/index.ts';
import { MAX_PRODUCERS } from '../../sim/workload/index.ts';
import { faultSchema, randomFaultsSchema } from './fault-schema.ts';
import { config, duration, name } from './fields.ts';
import { operation } from './operation-schema.ts';

/**
 * What may be written in a scenario file. Strict everywhere: a misspelt field is an error, never ignored. Defaults are
 * filled in here, once, so that a result carries the scenario whole.
 */
/** Processes of one client. */
const MAX_MEMBERS = 200;

const count = (max: number) => z.int().min(1).max(max);

const workload = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('synthetic'),
    rate: z.number().min(0).max(10_000_000),
    arrivals: z.enum(['poisson', 'uniform']).default('poisson'),
    valueBytes: z.int().min(0).max(1_000_000).default(100),
    keys: z.int().min(0).max(1_000_000).default(0),
    skew: z.enum(['none', 'zipf']).default('none'),
    tombstonePercent: z.int().min(0).max(100).default(0),
  }),
  z.strictObject({
    kind: z.literal('dataset'),
    dataset: z.enum(['us-flights']),
    events: z.int().min(1).max(20_000),
    rate: z.number().min(1).max(1_000_000),
  }),
]);

const rack = z.string().nullable().default(null);
const members = count(MAX_MEMBERS).default(1);
const workPerRecord = duration.default('0us');
const abortPercent = z.int().min(0).max(100).default(0);

const transactions = z
  .strictObject({
    records: z.int().min(1).max(100_000).default(10),
    abortPercent,
    resumes: z.boolean().default(false),
  })
  .nullable()
  .default(null);

export const scenarioSchema = z.strictObject({
  name,
  title: z.string().default(''),
  why: z.string().default(''),
  lookFor: z.string().default(''),
  cluster: z.strictObject({
    brokers: count(100),
    controllers: count(9).default(3),
    quorum: z.enum(['static', 'dynamic']).default('static'),
    spareControllers: z.int().min(0).max(9).default(0),
    racks: count(26).default(1),
    topics: z
      .array(
        z.strictObject({
          name,
          partitions: count(10_000),
          replicationFactor: count(100),
          config,
        }),
      )
      .min(1),
    brokerConfig: config,
    controllerConfig: config,
    hardware: z.string().default('free'),
    logDirs: count(16).default(1),
    diskCapacityBytes: z.int().min(0).default(0),
    network: z
      .strictObject({
        sameRack: duration.default('100us'),
        crossRack: duration.default('500us'),
        crossRegion: duration.default('40ms'),
        regions: count(26).default(1),
        jitter: duration.default('50us'),
        lossPer10k: z.int().min(0).max(9_000).default(0),
      })
      .prefault({}),
  }),
  traffic: z.strictObject({
    producers: z
      .array(z.strictObject({ name, topic: z.string(), rack, config, workload, transactions }))
      .max(MAX_PRODUCERS),
    consumers: z
      .array(
        z.strictObject({
          name,
          topic: z.string(),
          pattern: z.string().min(1).max(1_000).nullable().default(null),
          partitions: z.array(z.int().min(0)).nullable().default(null),
          rack,
          config,
          members,
          commit: z.enum(['auto', 'sync', 'async', 'none']).default('auto'),
          workPerRecord,
        }),
      )
      .default([]),
    pipelines: z
      .array(
        z.strictObject({
          name,
          from: z.string(),
          to: z.string(),
          rack,
          members,
          consumerConfig: config,
          producerConfig: config,
          workPerRecord,
          abortPercent,
        }),
      )
      .default([]),
  }),
  faults: z.array(faultSchema).default([]),
  randomFaults: randomFaultsSchema.nullable().default(null),
  operations: z.array(operation).max(1_000).default([]),
  duration,
  settle: duration.default('2m'),
  expect: z
    .strictObject({
      mayLoseAcknowledged: z.boolean().default(false),
      mayLoseReplicated: z.boolean().default(false),
      allowed: z.array(z.string()).default([]),
      probes: z.array(z.string()).default([]),
      consumersReadAll: z.boolean().default(true),
    })
    .prefault({}),
});

/** What an author writes: the contract with its defaults left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** The schema and the contract in `sim/` are one thing: this line stops the build when they part. */
export const scenarioContract: z.ZodType<Scenario> = scenarioSchema;
