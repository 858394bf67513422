import type { Us } from '../../machine/index.ts';
import type { PendingResult } from './pending-result.ts';

/** Whom a request is for; null: any broker. */
export type CoordinatorType = 'transaction' | 'group';

/** Kafka's key types of FindCoordinator. */
export const COORDINATOR_KEY_TYPE: Readonly<Record<CoordinatorType, number>> = { group: 0, transaction: 1 };

/**
 * What leaves first. A coordinator must be known before anything, an id before partitions; the end of a transaction
 * comes after all that belongs to it, but for a new epoch that is asked for as a part of ending it.
 */
export const RequestPriority = {
  findCoordinator: 0,
  initProducerId: 1,
  addPartitionsOrOffsets: 2,
  endTxn: 3,
  epochBump: 4,
} as const;

/** A request of the producer's own, one of which is on its way at a time (`TxnRequestHandler`). */
export interface CoordinatorRequest {
  readonly apiKey: number;
  readonly versionCap: number;
  readonly priority: number;
  readonly coordinator: CoordinatorType | null;
  /** By what that coordinator is found. */
  readonly coordinatorKey: string;
  readonly result: PendingResult;
  /** How long to wait before it leaves again. */
  readonly backoffUs: Us;
  isRetry: boolean;
  body(apiVersion: number): object;
  onResponse(body: object): void;
  /** It left, and nobody will tell what became of it. It is sent again. */
  onLost?(): void;
}
