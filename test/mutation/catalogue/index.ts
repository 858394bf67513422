/**
 * Known bugs of Kafka's, put back into the engine: each proves that a check can fail. The ids are those of the bug
 * catalogue; R30 and up are guards whose removal the published specifications call data loss, RT the promises of the
 * coordinators' runtime.
 */
import type { Mutation } from '../mutation.ts';
import { clients } from './clients.ts';
import { compaction } from './compaction.ts';
import { compactionInTrials } from './compaction-in-trials.ts';
import { consumerGroups } from './consumer-groups.ts';
import { controller } from './controller.ts';
import { coordinatorRuntime } from './coordinator-runtime.ts';
import { groupChecks } from './group-checks.ts';
import { groups } from './groups.ts';
import { idempotence } from './idempotence.ts';
import { quorum } from './quorum.ts';
import { replication } from './replication.ts';
import { transactionChecks } from './transaction-checks.ts';
import { transactions } from './transactions.ts';

export const catalogue: readonly Mutation[] = [
  ...replication,
  ...controller,
  ...quorum,
  ...idempotence,
  ...transactions,
  ...transactionChecks,
  ...groups,
  ...consumerGroups,
  ...groupChecks,
  ...compaction,
  ...compactionInTrials,
  ...coordinatorRuntime,
  ...clients,
];
