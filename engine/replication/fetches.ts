import type { Request, RequestId } from '../exchange/index.ts';
import { assert, type Outbox, type Random, timerId, type Us } from '../machine/index.ts';
import { ErrorCode, type FetchRequest } from '../wire/index.ts';
import type { FetchEntry } from './fetch-entry.ts';
import { FetchGroup } from './fetch-group.ts';
import { type FetchParams, fetchParams } from './fetch-params.ts';
import { type EntryRead, readEntry, visibleEnd } from './fetch-read.ts';
import { emptyFetchResponse, fetchResponse } from './fetch-response.ts';
import { NO_SESSION, nextSessionEpoch, SessionEpoch } from './fetch-session.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { decideComplete, type ParkedFetch } from './parked-fetch.ts';
import { News, type Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';
import { ReplicationTimer } from './timer.ts';

/** Fetch v13 names topics by id. */
const TOPIC_ID_VERSION = 13;
/** Parked at the same time; one per connection, so reaching it means that settled fetches leak. */
const MAX_PARKED = 100_000;

/**
 * Serves fetches of consumers and followers (`KafkaApis.handleFetchRequest`, `ReplicaManager.fetchMessages`,
 * `FetchManager`, `DelayedFetch`).
 *
 * A fetch flows: session -> read what has news -> answer, or park until enough came or `max.wait` is over -> read
 * again
 * -> answer. Invariant: a parked fetch is woken by news of a partition it watches, and by nothing else but its timer.
 */
export class Fetches {
  readonly #context: ReplicationContext;
  readonly #sessions: FetchSessions;
  readonly #parked = new Map<RequestId, ParkedFetch>();
  #awake: ParkedFetch[] = [];

  constructor(context: ReplicationContext, random: Random) {
    this.#context = context;
    this.#sessions = new FetchSessions(context.config['max.incremental.fetch.session.cache.slots'], random);
  }

  get parkedCount(): number {
    return this.#parked.size;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  handle(now: Us, request: Request<FetchRequest>, out: Outbox): void {
    const body = request.body;
    const params = fetchParams(request.apiVersion, body, this.#context.config['fetch.max.bytes']);
    const isFull = body.sessionEpoch === SessionEpoch.Initial || body.sessionEpoch === SessionEpoch.Final;
    const fetch = isFull
      ? this.#fullFetch(now, request, params, out)
      : this.#incrementalFetch(now, request, params, out);
    if (fetch === null) return;

    const { group } = fetch;
    // From here on whatever is quiet in this group counts as fetched now.
    group.lastFetchAt = now;
    group.readsLogEnd = params.isolation === 'log end';
    if (group.replicaEpoch !== params.replicaEpoch) {
      group.markAllDirty();
      group.replicaEpoch = params.replicaEpoch;
    }
    const reads = this.#read(fetch, true, now, out);
    if (mustAnswer(params, group, reads) || decideComplete(this.#context, fetch, now)) {
      this.#answer(fetch, reads, now, out);
    } else {
      this.#park(fetch, now, out);
    }
  }

  /** A partition has news: whoever watches it must look again, and who waits for it may be answered. */
  onNews(partition: Partition, news: number): void {
    for (const entry of partition.watchers) {
      const { group } = entry;
      if (news === News.End && !group.readsLogEnd) continue;
      group.markDirty(entry);
      const parked = group.parked;
      if (parked === null || parked.awake) continue;
      // The high watermark alone is no news to a follower that waits: it learns it with its next records.
      if (group.readsLogEnd && (news & (News.End | News.Role)) === 0) continue;
      parked.awake = true;
      this.#awake.push(parked);
    }
  }

  /** Looks again at the parked fetches that got news. */
  settle(now: Us, out: Outbox): void {
    if (this.#awake.length === 0) return;
    const awake = this.#awake;
    this.#awake = [];
    for (const fetch of awake) {
      fetch.awake = false;
      if (fetch.group.parked === fetch && decideComplete(this.#context, fetch, now))
        this.#complete(fetch, now, out);
    }
  }

  onExpired(now: Us, requestId: RequestId, out: Outbox): void {
    const fetch = this.#parked.get(requestId);
    if (fetch !== undefined) this.#complete(fetch, now, out);
  }

  /** A broker registered anew, was fenced, or came back: what its sessions take for settled must be judged again. */
  onBrokerChanged(brokerId: number): void {
    for (const session of this.#sessions.values()) {
      if (session.replicaId === brokerId) session.group.markAllDirty();
    }
  }

  #fullFetch(now: Us, request: Request<FetchRequest>, params: FetchParams, out: Outbox): ParkedFetch {
    const { body } = request;
    if (body.sessionId !== NO_SESSION) this.#closeSession(now, body.sessionId, out);
    const group = new FetchGroup(params.version >= TOPIC_ID_VERSION);
    group.request(body.topics, this.#nameOf);
    return {
      requestId: request.id,
      params,
      group,
      session: null,
      sessionEpoch: 0,
      opensSession: body.sessionEpoch !== SessionEpoch.Final,
      awake: false,
    };
  }

  #incrementalFetch(
    now: Us,
    request: Request<FetchRequest>,
    params: FetchParams,
    out: Outbox,
  ): ParkedFetch | null {
    const { body } = request;
    const session = this.#sessions.get(body.sessionId);
    const error = rejectSession(session, body.sessionEpoch, params.version >= TOPIC_ID_VERSION);
    if (session === undefined || error !== ErrorCode.NONE) {
      out.probe('fetch session request refused');
      this.#context.responder.respond(request.id, emptyFetchResponse(error, NO_SESSION), out);
      return null;
    }
    const { group } = session;
    session.epoch = nextSessionEpoch(session.epoch);
    // Its predecessor still waits, on a connection that is probably gone: it finds that the epoch has moved.
    if (group.parked !== null) this.#complete(group.parked, now, out);
    group.request(body.topics, this.#nameOf);
    group.forget(body.forgottenTopicsData);
    if (group.size === 0) {
      out.probe('fetch session emptied');
      this.#sessions.remove(session.id);
      this.#context.responder.respond(request.id, emptyFetchResponse(ErrorCode.NONE, NO_SESSION), out);
      return null;
    }
    this.#sessions.touch(now, session);
    return {
      requestId: request.id,
      params,
      group,
      session,
      sessionEpoch: session.epoch,
      opensSession: false,
      awake: false,
    };
  }

  #closeSession(now: Us, id: number, out: Outbox): void {
    const session = this.#sessions.remove(id);
    if (session === undefined) return;
    if (session.group.parked !== null) this.#complete(session.group.parked, now, out);
    session.group.close();
  }

  readonly #nameOf = (topicId: string): string | null =>
    this.#context.image.topicsById.get(topicId)?.name ?? null;

  #read(fetch: ParkedFetch, countsAsFetch: boolean, now: Us, out: Outbox): EntryRead[] {
    const { params, group } = fetch;
    const reads: EntryRead[] = [];
    let limitBytes = params.maxBytes;
    // The first batch found goes out however large it is, or a reader would be stuck before it (KIP-74).
    let minOneBatch = true;
    for (const entry of group.dirtyInOrder()) {
      const read = readEntry(this.#context, params, entry, limitBytes, minOneBatch, countsAsFetch, now, out);
      if (read.bytes > 0) minOneBatch = false;
      limitBytes = Math.max(0, limitBytes - read.bytes);
      reads.push(read);
    }
    return reads;
  }

  #park(fetch: ParkedFetch, now: Us, out: Outbox): void {
    assert(this.#parked.size < MAX_PARKED, 'parked fetches are bounded');
    this.#parked.set(fetch.requestId, fetch);
    fetch.group.parked = fetch;
    out.arm(timerId(ReplicationTimer.FetchExpired, fetch.requestId), now + fetch.params.maxWaitUs);
  }

  #complete(fetch: ParkedFetch, now: Us, out: Outbox): void {
    this.#parked.delete(fetch.requestId);
    if (fetch.group.parked === fetch) fetch.group.parked = null;
    out.disarm(timerId(ReplicationTimer.FetchExpired, fetch.requestId));
    this.#answer(fetch, this.#read(fetch, false, now, out), now, out);
  }

  #answer(fetch: ParkedFetch, reads: readonly EntryRead[], now: Us, out: Outbox): void {
    const { params, group, session } = fetch;
    const { responder } = this.#context;
    if (session !== null && session.epoch !== fetch.sessionEpoch) {
      out.probe('fetch session moved on while its request waited');
      const body = emptyFetchResponse(ErrorCode.INVALID_FETCH_SESSION_EPOCH, session.id);
      responder.respond(fetch.requestId, body, out);
      return;
    }
    const told = session === null ? reads : reads.filter(hasNews);
    for (const read of reads) this.#remember(params, read, session !== null);
    let sessionId = session === null ? NO_SESSION : session.id;
    if (fetch.opensSession) sessionId = this.#sessions.open(now, params.replicaId, group, out);
    const body = fetchResponse(this.#context, params, group.usesTopicIds, sessionId, unknownLast(told));
    const isCached = sessionId !== NO_SESSION && this.#sessions.get(sessionId) !== undefined;
    if (isCached) group.sweepQuiet();
    else group.close();
    responder.respond(fetch.requestId, body, out);
  }

  /** Notes what the reader now knows, and whether there is nothing to look at until something changes. */
  #remember(params: FetchParams, read: EntryRead, rotates: boolean): void {
    const { entry, data } = read;
    entry.toldHighWatermark = data.errorCode === ErrorCode.NONE ? data.highWatermark : -1;
    entry.toldLogStartOffset = data.logStartOffset;
    entry.isQuiet = this.#isQuiet(params, read);
    if (entry.isQuiet && entry.replica !== null) entry.replica.settle(entry.group);
    if (rotates && read.bytes > 0) entry.group.rotate(entry);
  }

  #isQuiet(params: FetchParams, read: EntryRead): boolean {
    const { entry, data } = read;
    if (data.errorCode !== ErrorCode.NONE || read.bytes > 0 || data.divergingEpoch.epoch !== -1) return false;
    // Where a consumer of another rack had better read depends on the followers' progress: look each time.
    if (!params.isFollower && params.rackId !== '' && this.#context.config['replica.selector.class'] !== '')
      return false;
    const log = entry.watched?.log ?? null;
    if (log === null || visibleEnd(log, params.isolation) > entry.fetchOffset) return false;
    if (!params.isFollower) return true;
    // Whoever is not in the ISR may become fit for it by the mere passage of metadata: judge each of its fetches.
    return entry.watched?.isr.includes(params.replicaId) ?? false;
  }
}

function rejectSession(
  session: { readonly epoch: number; readonly group: FetchGroup } | undefined,
  epoch: number,
  usesTopicIds: boolean,
): number {
  if (session === undefined) return ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
  if (session.epoch !== epoch) return ErrorCode.INVALID_FETCH_SESSION_EPOCH;
  if (session.group.usesTopicIds !== usesTopicIds) return ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
  return ErrorCode.NONE;
}

/** Reasons not to wait (`ReplicaManager.fetchMessages`). */
function mustAnswer(params: FetchParams, group: FetchGroup, reads: readonly EntryRead[]): boolean {
  if (params.maxWaitUs <= 0) return true;
  let bytes = 0;
  let unknown = 0;
  for (const { entry, data, bytes: read } of reads) {
    bytes += read;
    if (entry.isUnknown) unknown += 1;
    else if (data.errorCode !== ErrorCode.NONE) return true;
    if (data.divergingEpoch.epoch !== -1 || data.preferredReadReplica !== -1) return true;
  }
  return bytes >= params.minBytes || unknown === group.size;
}

/** What an incremental answer must carry (`CachedPartition.maybeUpdateResponseData`). */
function hasNews({ entry, data, bytes }: EntryRead): boolean {
  return (
    bytes > 0 ||
    data.errorCode !== ErrorCode.NONE ||
    data.highWatermark !== entry.toldHighWatermark ||
    data.logStartOffset !== entry.toldLogStartOffset ||
    data.preferredReadReplica !== -1 ||
    data.divergingEpoch.epoch !== -1
  );
}

/** Kafka appends the partitions that it did not know after those that it read. */
function unknownLast(reads: readonly EntryRead[]): readonly EntryRead[] {
  if (!reads.some(isUnknown)) return reads;
  return [...reads.filter((read) => !isUnknown(read)), ...reads.filter(isUnknown)];
}

function isUnknown(read: { readonly entry: FetchEntry }): boolean {
  return read.entry.isUnknown;
}
