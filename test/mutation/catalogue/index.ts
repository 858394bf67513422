/**
 * Known bugs of Kafka's, put back into the engine: each proves that a check can fail. The ids are those of the bug
 * catalogue; R30 and up are guards whose removal the published specifications call data loss.
 */
import type { Mutation } from '../mutation.ts';
import { controller } from './controller.ts';
import { quorum } from './quorum.ts';
import { replication } from './replication.ts';

export const catalogue: readonly Mutation[] = [...replication, ...controller, ...quorum];
