import { type GroupRecord, groupRecordCodec } from '../../../engine/coordinator/index.ts';
import { partitionOfLog, topicOfLog } from '../../../engine/log/index.ts';
import { assert, type Fact } from '../../../engine/machine/index.ts';
import { CONSUMER_OFFSETS } from '../../../engine/metadata/index.ts';
import {
  ControlType,
  decodeControlRecord,
  isRecordsError,
  noCompression,
  parseBatch,
  readRecords,
} from '../../../engine/records/index.ts';
import { GroupShadow } from './group-shadow.ts';
import { GroupTail, type StoredBatch } from './group-tail.ts';
import { OffsetsShadow } from './offsets-shadow.ts';

/** As whom positions were committed, by the coordinator that took the commit. */
export type CommitClaim = Extract<Fact, { fact: 'offset commit accepted' }>;

/** One batch of a partition of `__consumer_offsets`: one decision of its coordinator, from the day it is replicated. */
export interface GroupBatch {
  readonly log: string;
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** -1: not within a transaction. */
  readonly producerId: number;
  /** With their offsets. Empty of a control batch. */
  readonly records: readonly { readonly recordOffset: number; readonly record: GroupRecord }[];
  /** Groups of which it says something besides positions, as they are with it. One that is deleted is there, empty. */
  readonly groups: readonly GroupShadow[];
  /** Null unless it is somebody's commit. */
  readonly claim: CommitClaim | null;
}

/** One partition of `__consumer_offsets`. */
class GroupLog {
  readonly name: string;
  /** Exclusive: what is replicated and applied. */
  end = 0;
  /** What was replicated is gone: nothing more can be said of its groups. */
  isLost = false;
  readonly tails = new Map<string, GroupTail>();
  readonly groups = new Map<string, GroupShadow>();
  readonly offsets = new OffsetsShadow();
  readonly claims = new Map<string, { readonly baseOffset: number; readonly claim: CommitClaim }>();

  constructor(name: string) {
    this.name = name;
  }

  tail(node: string): GroupTail {
    let tail = this.tails.get(node);
    if (tail === undefined) this.tails.set(node, (tail = new GroupTail()));
    return tail;
  }
}

/** A coordinator's partition as its replicated records tell it. */
export interface GroupLogView {
  readonly end: number;
  readonly groups: ReadonlyMap<string, GroupShadow>;
  readonly offsets: OffsetsShadow;
}

/**
 * All groups, by the records of `__consumer_offsets` in the order of the log, from when they are replicated: nobody
 * hears of a decision before. A model of its own, replayed once, from logs that no cleaner has been at.
 */
export class GroupsShadow {
  readonly #logs = new Map<string, GroupLog>();
  /** Where a group's records are. */
  readonly #logOf = new Map<string, GroupLog>();
  readonly #ready: { readonly log: GroupLog; readonly stored: StoredBatch }[] = [];
  /** By topic id. */
  readonly #topics = new Map<string, { readonly name: string; partitions: number }>();
  /** By node: a commit whose records are appended next. */
  readonly #claims = new Map<string, CommitClaim>();

  group(groupId: string): GroupShadow | undefined {
    return this.#logOf.get(groupId)?.groups.get(groupId);
  }

  /** A topic that there was once, with the most partitions that it had. */
  topic(topicId: string): { readonly name: string; readonly partitions: number } | undefined {
    return this.#topics.get(topicId);
  }

  /** Null: nothing is known of the partition, or nothing any more. */
  log(name: string): GroupLogView | null {
    const log = this.#logs.get(name);
    return log === undefined || log.isLost ? null : log;
  }

  onFact(node: string, fact: Fact): void {
    if (fact.fact === 'offset commit accepted') {
      this.#claims.set(node, fact);
      return;
    }
    if (fact.fact === 'partition changed') {
      this.#noteTopic(fact.topicId, fact.log);
      return;
    }
    if (!('log' in fact) || !fact.log.startsWith(CONSUMER_OFFSETS)) return;
    const log = this.#log(fact.log);
    const tail = log.tail(node);
    switch (fact.fact) {
      case 'log appended':
        tail.onFact(fact);
        if (fact.lastOffset < log.end) tail.forgetBelow(log.end);
        else this.#claim(node, log, fact);
        return;
      case 'high watermark advanced':
        if (fact.leader) this.#advance(log, tail, fact.highWatermark);
        return;
      case 'replica became leader':
        if (tail.logEndOffset < log.end || tail.isDoubtful) this.#lose(log);
        return;
      case 'log closed':
        if (fact.reason === 'deleted') log.tails.delete(node);
        return;
      default:
        tail.onFact(fact);
    }
  }

  /** Applies the next batch that is replicated; null when there is none. */
  next(): GroupBatch | null {
    const ready = this.#ready.shift();
    return ready === undefined ? null : this.#apply(ready.log, ready.stored);
  }

  #noteTopic(topicId: string, log: string): void {
    const partitions = partitionOfLog(log) + 1;
    const known = this.#topics.get(topicId);
    if (known === undefined) this.#topics.set(topicId, { name: topicOfLog(log), partitions });
    else known.partitions = Math.max(known.partitions, partitions);
  }

  #log(name: string): GroupLog {
    let log = this.#logs.get(name);
    if (log === undefined) this.#logs.set(name, (log = new GroupLog(name)));
    return log;
  }

  #claim(node: string, log: GroupLog, { baseOffset, leaderEpoch }: StoredBatch): void {
    const claim = this.#claims.get(node);
    if (claim === undefined) return;
    this.#claims.delete(node);
    log.claims.set(`${leaderEpoch}:${baseOffset}`, { baseOffset, claim });
  }

  #advance(log: GroupLog, tail: GroupTail, highWatermark: number): void {
    if (log.isLost || highWatermark <= log.end) return;
    for (const stored of tail.take(log.end, highWatermark)) this.#ready.push({ log, stored });
    log.end = highWatermark;
    for (const other of log.tails.values()) other.forgetBelow(highWatermark);
  }

  #lose(log: GroupLog): void {
    log.isLost = true;
    for (const groupId of log.groups.keys()) this.#logOf.delete(groupId);
    log.groups.clear();
  }

  #apply(log: GroupLog, { batch, baseOffset, lastOffset, leaderEpoch }: StoredBatch): GroupBatch {
    const header = parseBatch(batch);
    const read = readRecords(batch, noCompression);
    assert(!isRecordsError(header) && !isRecordsError(read), 'a coordinator writes batches that can be read');
    const { isControl, producerId } = header;
    const records: GroupBatch['records'][number][] = [];
    const groups = new Set<GroupShadow>();
    for (const each of read) {
      if (isControl) {
        const control = decodeControlRecord(each);
        if (control !== null && !isRecordsError(control))
          log.offsets.end(producerId, control.type === ControlType.COMMIT);
        continue;
      }
      const record = each.key === null ? null : groupRecordCodec.decode(each.key, each.value);
      if (record === null || typeof record === 'string') continue;
      const recordOffset = each.offset;
      records.push({ recordOffset, record });
      const touched = this.#applyRecord(log, producerId, recordOffset, record);
      if (touched !== null) groups.add(touched);
    }
    for (const group of groups) if (group.isGone) log.groups.delete(group.groupId);
    const claim = takeClaim(log, leaderEpoch, baseOffset);
    return { log: log.name, baseOffset, lastOffset, producerId, records, groups: [...groups], claim };
  }

  #applyRecord(
    log: GroupLog,
    producerId: number,
    recordOffset: number,
    record: GroupRecord,
  ): GroupShadow | null {
    if (record.type === 'OffsetCommit') {
      const { group, partition, topic } = record.key;
      const position = record.value === null ? null : { offset: record.value.offset, recordOffset };
      log.offsets.apply(producerId, `${group} ${topic}-${partition}`, position);
      return null;
    }
    const groupId = record.type === 'GroupMetadata' ? record.key.group : record.key.groupId;
    let group = log.groups.get(groupId);
    if (group === undefined) {
      group = new GroupShadow(groupId);
      log.groups.set(groupId, group);
      this.#logOf.set(groupId, log);
    }
    group.apply(record);
    return group;
  }
}

/** The claim of a batch; those before it are of batches that were cut off. */
function takeClaim({ claims }: GroupLog, leaderEpoch: number, baseOffset: number): CommitClaim | null {
  const found = claims.get(`${leaderEpoch}:${baseOffset}`)?.claim ?? null;
  for (const [key, claimed] of claims) {
    if (claimed.baseOffset > baseOffset) break;
    claims.delete(key);
  }
  return found;
}
