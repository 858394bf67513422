import { z } from 'zod';
import { config, duration, name } from './fields.ts';

const planned = { at: duration, mayFail: z.boolean().default(false) };
const index = z.int().min(0);
const node = z.int().min(1);
const onPartition = { ...planned, topic: z.string(), partition: index };
const replicas = z.array(node).min(1);
const keys = z.array(z.string()).default([]);
const election = {
  ...planned,
  topic: z.string().nullable().default(null),
  partition: index.nullable().default(null),
};
const voter = { ...planned, controller: node };
/** What an administrator may be asked to do. */
export const operation = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('reassign'),
    ...onPartition,
    replicas,
    throttle: z.int().min(1).optional(),
  }),
  z.strictObject({ do: z.literal('cancel-reassignment'), ...onPartition }),
  z.strictObject({ do: z.literal('elect-preferred'), ...election }),
  z.strictObject({ do: z.literal('elect-unclean'), ...election }),
  z.strictObject({
    do: z.literal('alter-topic-config'),
    ...planned,
    topic: z.string(),
    set: config,
    delete: keys,
  }),
  z.strictObject({
    do: z.literal('alter-broker-config'),
    ...planned,
    broker: node.nullable(),
    set: config,
    delete: keys,
  }),
  z.strictObject({
    do: z.literal('create-partitions'),
    ...planned,
    topic: z.string(),
    count: z.int().min(1).max(10_000),
    assignments: z.array(replicas).min(1).nullable().default(null),
  }),
  z.strictObject({ do: z.literal('delete-records'), ...onPartition, before: z.int().min(-1).default(-1) }),
  z.strictObject({
    do: z.literal('create-topic'),
    ...planned,
    topic: name,
    partitions: z.int().min(1).max(10_000),
    replicationFactor: z.int().min(1).max(100),
    config,
  }),
  z.strictObject({ do: z.literal('delete-topic'), ...planned, topic: z.string() }),
  z.strictObject({
    do: z.literal('move-log-dir'),
    ...onPartition,
    broker: node,
    directory: z.string().min(1),
  }),
  z.strictObject({ do: z.literal('add-voter'), ...voter }),
  z.strictObject({ do: z.literal('remove-voter'), ...voter }),
  z.strictObject({ do: z.literal('unregister-broker'), ...planned, broker: node }),
  z.strictObject({
    do: z.literal('update-feature'),
    ...planned,
    feature: z.string(),
    level: z.int().min(0).max(32_767),
    kind: z.enum(['upgrade', 'safe-downgrade', 'unsafe-downgrade']).default('upgrade'),
  }),
  z.strictObject({
    do: z.literal('fence-producers'),
    ...planned,
    transactionalId: z.string().min(1),
    times: z.int().min(1).max(100_000).default(1),
  }),
]);
