import { type Log, topicOfLog } from '../../engine/log/index.ts';
import { type Disk, type Fact, isDiskError } from '../../engine/machine/index.ts';
import { RecordsError, splitBatches } from '../../engine/records/index.ts';
import type { BrokerServer } from '../../engine/server/index.ts';
import {
  type Cleaners,
  type ClusterShadow,
  COMPACTION_KEEPS_LAST,
  type CompactedReplica,
  flawsOf,
  OriginalLog,
  RemovedRecords,
} from '../check/index.ts';
import type { Host } from '../host/index.ts';
import type { Violation } from '../result/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { idOfRecord } from '../workload/index.ts';
import type { Cluster } from './cluster.ts';
import { COMPRESSION } from './compression.ts';
import { hasRetention, isEverCompacted } from './retention.ts';

/** What one log shows; the rest would be echoes. */
const MAX_FLAWS = 20;
/** From when a cleaning goes by to when it has replaced a segment: longer on a disk that is in trouble. */
const CLEANING_US = 5_000_000;
const CLEANING_IN_TROUBLE_US = 60_000_000;
/** A compacted topic of the brokers' own is rolled, and cleaned, only if its segments are made small. */
const INTERNAL: Readonly<Record<string, string>> = {
  __consumer_offsets: 'offsets.topic.segment.bytes',
  __transaction_state: 'transaction.state.log.segment.bytes',
};

/** A log of a compacted topic, and what its cleaners did. */
interface Watched {
  readonly original: OriginalLog;
  /** Nodes whose log has been a copy of a cleaned one, or was cut. */
  readonly copies: Set<string>;
  /** Some cleaner knew of all records below. */
  cleanedTo: number;
  /** When everything below `to` had been cleaned for the first time anywhere; both rise. */
  readonly firsts: { readonly to: number; readonly at: number }[];
  deleteRetentionUs: number;
  flaws: number;
}

/**
 * Knows what was appended to compacted topics, and judges what cleaners leave of it: whenever one has replaced
 * segments, and every replica at the end (`CompactionKeepsLast`). Reads images of the disks: nobody notices.
 */
export class CompactionWatch {
  readonly violations: Violation[] = [];
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #shadow: ClusterShadow;
  readonly #logs = new Map<string, Watched>();
  readonly #isWatched = new Map<string, boolean>();
  readonly #slackUs: number;

  constructor(scenario: Scenario, cluster: Cluster, shadow: ClusterShadow) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#shadow = shadow;
    this.#slackUs = slackOf(scenario);
  }

  onFact(at: number, host: Host, fact: Fact): void {
    switch (fact.fact) {
      case 'log appended': {
        const watched = this.#watched(fact.log);
        if (watched === null) return;
        const { baseOffset, batch, leaderEpoch } = fact;
        const isOriginal = watched.original.note(leaderEpoch, baseOffset, batch);
        if (!isOriginal || this.#follows(host.name, fact.log)) watched.copies.add(host.name);
        return;
      }
      case 'high watermark advanced':
        // The shadow forgets what every replica has deleted: what is replicated is taken over before.
        this.#watched(fact.log)?.original.advance(this.#shadow.replicatedLog(fact.log));
        return;
      case 'log truncated':
        this.#watched(fact.log)?.copies.add(host.name);
        return;
      case 'log compacted':
        this.#onCompacted(at, host, fact);
        return;
      default:
        return;
    }
  }

  /** Every replica as it is at the end. */
  validate(at: number): readonly Violation[] {
    for (const { name } of this.#cluster.brokers) {
      const host = this.#cluster.host(name);
      const image = host.disk.image();
      for (const log of logsOf(host)) {
        const watched = this.#watched(log.name);
        if (watched !== null) this.#judge(at, name, log, watched, image, null);
      }
    }
    return this.violations;
  }

  /** Values that may have been taken: clients are not expected to be shown them. */
  removed(at: number): RemovedRecords {
    const removed = new RemovedRecords();
    for (const [name, watched] of this.#logs) {
      watched.original.advance(this.#shadow.replicatedLog(name));
      removed.add(watched.original, this.#cleaners(at, watched), this.#startOf(name));
    }
    for (const log of this.#shadow.replicated.keys())
      if (hasRetention(this.#scenario, topicOfLog(log))) removed.cut(log, this.#startOf(log));
    return removed;
  }

  #startOf(log: string): number {
    const starts = this.#shadow.replicasOf(log).map(({ logStartOffset }) => logStartOffset);
    return Math.max(0, ...starts);
  }

  #onCompacted(at: number, host: Host, fact: Extract<Fact, { fact: 'log compacted' }>): void {
    const watched = this.#watched(fact.log);
    const log = logsOf(host).find(({ name }) => name === fact.log);
    if (watched === null || log === undefined) return;
    watched.cleanedTo = Math.max(watched.cleanedTo, fact.cleanedTo);
    watched.deleteRetentionUs = log.config['delete.retention.ms'] * 1_000;
    if (fact.to > (watched.firsts.at(-1)?.to ?? 0)) watched.firsts.push({ to: fact.to, at });
    this.#judge(at, host.name, log, watched, host.disk.image(), fact);
  }

  #judge(
    at: number,
    node: string,
    log: Log,
    watched: Watched,
    disk: Disk,
    cleaned: CompactedReplica['cleaned'],
  ): void {
    if (watched.flaws >= MAX_FLAWS) return;
    const { original } = watched;
    original.advance(this.#shadow.replicatedLog(log.name));
    const { highWatermark, logStartOffset } = log;
    const isCopy = watched.copies.has(node);
    const replica = { highWatermark, logStartOffset, batches: batchesOf(log, disk), cleaned, isCopy };
    for (const { recordOffset, what } of flawsOf(
      original,
      replica,
      this.#cleaners(at, watched),
      COMPRESSION,
    )) {
      if (++watched.flaws > MAX_FLAWS) return;
      const when = cleaned === null ? 'at the end' : `after ${cleaned.from} to ${cleaned.to} were cleaned`;
      this.violations.push({
        check: COMPACTION_KEEPS_LAST.name,
        at,
        message: `${log.name} on ${node}, ${when}, offset ${recordOffset}: ${what}`,
        evidence: { log: log.name, node, recordOffset, cleanedTo: watched.cleanedTo },
      });
    }
  }

  #cleaners(at: number, { cleanedTo, deleteRetentionUs, firsts }: Watched): Cleaners {
    return {
      cleanedTo,
      mayTombstoneGo: (recordOffset) => {
        const first = firsts.find(({ to }) => to > recordOffset);
        return first !== undefined && at - first.at + this.#slackUs >= deleteRetentionUs;
      },
    };
  }

  /** It has a hole behind which it goes on: what was there had been taken from whom it copies. */
  #follows(node: string, log: string): boolean {
    const { entries } = this.#shadow.replica(node, log);
    const last = entries.length - 1;
    if (last < 0) return false;
    const before = last === 0 ? 0 : entries.lastOffset(last - 1) + 1;
    return entries.baseOffset(last) > before;
  }

  #watched(log: string): Watched | null {
    const known = this.#logs.get(log);
    if (known !== undefined) return known;
    if (!this.#isWatchedTopic(topicOfLog(log))) return null;
    const original = new OriginalLog(log, COMPRESSION, idOfRecord);
    const watched: Watched = {
      original,
      copies: new Set(),
      cleanedTo: 0,
      firsts: [],
      deleteRetentionUs: 0,
      flaws: 0,
    };
    this.#logs.set(log, watched);
    return watched;
  }

  #isWatchedTopic(topic: string): boolean {
    let isWatched = this.#isWatched.get(topic);
    if (isWatched === undefined)
      this.#isWatched.set(topic, (isWatched = mayBeCompacted(topic, this.#scenario)));
    return isWatched;
  }
}

/** A topic that is made again under its old name begins at offset 0 again: what was appended is another history. */
function mayBeCompacted(topic: string, scenario: Scenario): boolean {
  const { cluster, operations } = scenario;
  const internal = INTERNAL[topic];
  if (internal !== undefined) return internal in cluster.brokerConfig;
  if (operations.some((each) => each.do === 'delete-topic' && each.topic === topic)) return false;
  return isEverCompacted(scenario, topic);
}

/** A tombstone's time is counted by clocks that a fault sets: then it is over at any time. */
function slackOf({ faults, randomFaults }: Scenario): number {
  const kinds = [...faults.map(({ kind }) => kind), ...(randomFaults?.kinds ?? [])];
  if (kinds.some((kind) => kind.startsWith('clock'))) return Number.POSITIVE_INFINITY;
  return kinds.some((kind) => kind.startsWith('disk') || kind === 'pause')
    ? CLEANING_IN_TROUBLE_US
    : CLEANING_US;
}

function logsOf(host: Host): Log[] {
  const view = (host.machine as BrokerServer | null)?.view() ?? null;
  return [...(view?.replicas() ?? [])].flatMap(({ log }) => (log === null ? [] : [log]));
}

/** The log's batches as the image has them. */
function batchesOf(log: Log, disk: Disk): Uint8Array[] {
  const batches: Uint8Array[] = [];
  for (const { path, size } of log.local.segments) {
    const bytes = disk.read(path, 0, size);
    if (isDiskError(bytes)) continue;
    const split = splitBatches([bytes]);
    if (!(split instanceof RecordsError)) batches.push(...split);
  }
  return batches;
}
