import { z } from 'zod';

/** What pages and replays read of a saved result; the scenario in it is judged as any scenario is. */
const finding = z.object({ check: z.string(), at: z.number(), message: z.string() });
const numbers = z.array(z.number());
const counts = z.object({ ok: z.number(), fail: z.number(), unknown: z.number() });
const quantiles = z.object({
  count: z.number(),
  mean: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  p999: z.number(),
  max: z.number(),
});
const series = z.object({
  intervalUs: z.int().min(1),
  produced: numbers,
  acknowledged: numbers,
  consumed: numbers,
  acknowledgedBytes: numbers,
  latencyP50: numbers,
  latencyP99: numbers,
  endToEndP50: numbers,
  endToEndP99: numbers,
  isrTotal: numbers,
  isrMin: numbers,
  underReplicated: numbers,
  leaderless: numbers,
  highWatermarkLag: numbers,
  consumerLag: numbers,
});
const span = z.object({ node: z.string(), from: z.number(), to: z.number(), state: z.string() });
const transaction = z.object({
  client: z.string(),
  transactionalId: z.string(),
  producerId: z.number(),
  producerEpoch: z.number(),
  from: z.number(),
  to: z.number(),
  records: z.number(),
  outcome: z.enum(['ok', 'fail', 'unknown']),
});
const group = z.object({
  group: z.string(),
  memberships: z.array(
    z.object({
      client: z.string(),
      memberId: z.string(),
      generationId: z.number(),
      from: z.number(),
      to: z.number(),
    }),
  ),
  ownership: z.array(z.object({ client: z.string(), log: z.string(), from: z.number(), to: z.number() })),
  rebalances: z.array(
    z.object({
      at: z.number(),
      client: z.string(),
      kind: z.enum(['assigned', 'revoked', 'lost']),
      partitions: z.array(z.string()),
      generationId: z.number(),
    }),
  ),
  commits: counts,
  unownedUs: z.number(),
  // Results saved before these were known have none.
  changes: z
    .array(
      z.object({
        at: z.number(),
        node: z.string(),
        kind: z.enum(['classic', 'consumer']),
        state: z.string(),
        epoch: z.number(),
        members: z.number(),
        reason: z.string(),
      }),
    )
    .default([]),
  lagRead: numbers.default([]),
  lagCommitted: numbers.default([]),
  unavailableUs: z.number().default(0),
  longestUnavailableUs: z.number().default(0),
});
const mark = z.object({ at: z.number(), node: z.string(), kind: z.string() });
const injected = z.object({
  fault: z.looseObject({ kind: z.string() }),
  targets: z.array(z.string()),
  from: z.number(),
  to: z.number(),
});

const administered = z.object({
  operation: z.looseObject({ do: z.string() }),
  from: z.number(),
  to: z.number(),
  outcome: z.enum(['done', 'failed', 'cancelled', 'pending']),
  error: z.string().nullable(),
  attempts: z.number(),
});

export const resultSchema = z.object({
  format: z.literal(1),
  scenario: z.unknown(),
  seed: z.string().min(1),
  codec: z.enum(['objects', 'bytes']),
  verdict: z.enum(['pass', 'violation', 'stuck']),
  violations: z.array(finding),
  allowed: z.array(finding),
  // Results saved before they were told apart have none.
  weaknesses: z.array(finding.extend({ weakness: z.string(), issue: z.string() })).default([]),
  pending: z.array(z.string()),
  traceHash: z.string(),
  simulatedUs: z.number(),
  trafficFromUs: z.number(),
  events: z.number(),
  probes: z.record(z.string(), z.number()),
  faults: z.array(injected),
  operations: z.record(z.string(), counts),
  // Results saved before there were any have none.
  adminOperations: z.array(administered).default([]),
  metrics: z.object({
    series,
    produceLatency: quantiles,
    endToEnd: quantiles,
    utilisation: z.array(z.object({ node: z.string(), resource: z.string(), perMille: z.number() })),
    bytesOnWire: z.number(),
  }),
  transactions: z.array(transaction).default([]),
  groups: z.array(group).default([]),
  lanes: z.array(span),
  marks: z.array(mark),
  host: z.object({ wallMs: z.number(), node: z.string(), maxRssBytes: z.number() }),
});
