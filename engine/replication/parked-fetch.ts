import type { RequestId } from '../exchange/index.ts';
import type { Us } from '../machine/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { FetchEntry } from './fetch-entry.ts';
import type { FetchGroup } from './fetch-group.ts';
import type { FetchParams } from './fetch-params.ts';
import { decideDivergence, isHeldBack, locate, visibleEnd } from './fetch-read.ts';
import type { FetchSession } from './fetch-session.ts';
import type { ReplicationContext } from './replication-context.ts';

/** A fetch under way, from its arrival to its answer. */
export interface ParkedFetch {
  readonly requestId: RequestId;
  readonly params: FetchParams;
  readonly group: FetchGroup;
  /** The session that it continues; null for a full fetch. */
  readonly session: FetchSession | null;
  /** The epoch that the session has while this request is its latest. */
  readonly sessionEpoch: number;
  /** A full fetch that asks for a session. */
  readonly opensSession: boolean;
  /** Waits in the list of fetches to look at again. */
  awake: boolean;
}

/**
 * Whether a parked fetch shall be answered now (`DelayedFetch.tryComplete`): enough bytes, or something that the
 * reader must hear at once (lost leadership, fencing, a deleted partition, a failed directory, truncation,
 * divergence). Only entries with news are looked at; the others cannot have changed the verdict.
 */
export function decideComplete(context: ReplicationContext, fetch: ParkedFetch, now: Us): boolean {
  const { params, group } = fetch;
  let bytes = 0;
  for (const entry of group.dirtyInOrder()) {
    const available = waitingBytes(context, params, entry, params.minBytes - bytes, now);
    if (available === 'answer now') return true;
    bytes += available;
  }
  return bytes >= params.minBytes;
}

function waitingBytes(
  context: ReplicationContext,
  params: FetchParams,
  entry: FetchEntry,
  needed: number,
  now: Us,
): number | 'answer now' {
  if (entry.isUnknown) return 0;
  const partition = locate(context, entry);
  if (typeof partition === 'number') return 'answer now';
  if (partition.rejectRead(entry.currentLeaderEpoch, params.leaderOnly) !== ErrorCode.NONE)
    return 'answer now';
  const log = partition.openLog();
  const end = visibleEnd(log, params.isolation);
  // The log was cut below where the reader stands: it must hear so.
  if (entry.fetchOffset > end) return 'answer now';
  if (entry.lastFetchedEpoch !== -1 && decideDivergence(log, entry) !== null) return 'answer now';
  if (entry.fetchOffset === end || entry.maxBytes <= 0) return 0;
  if (isHeldBack(context, partition, params, now)) return 0;
  return needed <= 1 ? 1 : Math.min(log.bytesBetween(entry.fetchOffset, end), entry.maxBytes);
}
