import {
  type CoordinatorShard,
  describeFields,
  GroupShard,
  groupConfigDefaults,
  groupRecordCodec,
  type LoadedShard,
  makeRooms,
  type RebuildOptions,
  rebuildShard,
  type ShardPorts,
  TransactionShard,
  TransactionState,
  transactionRecordCodec,
} from '../../../engine/coordinator/index.ts';
import type { Log } from '../../../engine/log/index.ts';
import { isDiskError, type Random, type WallClock } from '../../../engine/machine/index.ts';
import { CONSUMER_OFFSETS, TRANSACTION_STATE } from '../../../engine/metadata/index.ts';
import { lastOffsetOf, noCompression } from '../../../engine/records/index.ts';
import type { BrokerView } from '../../../engine/server/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';
import type { GroupsShadow } from '../shadow/groups-shadow.ts';
import { differenceOf, type GroupPicture, pictureOfShadow, pictureOfShard } from './group-picture.ts';

export const COORDINATOR_RELOAD = {
  name: 'CoordinatorReload',
  property:
    'A coordinator that read its partition anew, and one that followed it from the beginning, would have the state of the one that answers.',
} as const;

const CHUNK_BYTES = 1_048_576;

/**
 * Replay equivalence, at the end of a run: the records of each partition, as its leader's log has them, are replayed
 * into a fresh shard. That of groups is compared with the model besides, which saw records that a cleaner has taken
 * (KAFKA-19862, KAFKA-20254). What the disk has is `RecoveredLogsIdentical`'s to say.
 */
export function validateReload(at: number, views: ClusterViews, groups: GroupsShadow | null): Violation[] {
  const violations: Violation[] = [];
  const report = (node: string, log: string, what: string | null): void => {
    if (what === null) return;
    const message = `${log} on ${node}: ${what}`;
    violations.push({ check: COORDINATOR_RELOAD.name, at, message, evidence: { log, node } });
  };
  for (const { name, view } of views.brokers) {
    if (view === null) continue;
    for (const loaded of view.groupShards()) {
      const log = ledLog(view, `${CONSUMER_OFFSETS}-${loaded.partition}`);
      if (log === null) continue;
      report(name, log.name, outOfStep(loaded, log) ?? groupReload(view, loaded, log));
      if (groups !== null) report(name, log.name, differenceFromModel(loaded, log.name, groups));
    }
    for (const loaded of view.transactionShards()) {
      const log = ledLog(view, `${TRANSACTION_STATE}-${loaded.partition}`);
      // What is decided and not replicated is in the log, and does not show in the shard.
      if (log === null || loaded.committedOffset !== log.logEndOffset) continue;
      report(name, log.name, transactionReload(view, loaded, log));
    }
  }
  return violations;
}

/** How a shard differs from the model; null when it does not, or when the model does not know all that it knows. */
export function differenceFromModel(
  { shard, writtenOffset }: LoadedShard<GroupShard>,
  log: string,
  groups: GroupsShadow,
): string | null {
  const model = groups.log(log);
  if (model === null || model.end !== writtenOffset) return null;
  const difference = differenceOf(pictureOfShard(shard), pictureOfShadow(model));
  return difference === null ? null : `the shard and the records that were replicated differ: ${difference}`;
}

function ledLog(view: BrokerView, name: string): Log | null {
  for (const replica of view.replicas())
    if (replica.name === name) return replica.role.kind === 'leader' ? replica.log : null;
  return null;
}

function outOfStep({ writtenOffset }: LoadedShard<unknown>, log: Log): string | null {
  if (writtenOffset === log.logEndOffset) return null;
  return `the shard has applied it up to ${writtenOffset}, and it ends at ${log.logEndOffset}`;
}

function groupReload(
  view: BrokerView,
  { partition, shard }: LoadedShard<GroupShard>,
  log: Log,
): string | null {
  const fresh = rebuilt(view, partition, log, {
    codec: groupRecordCodec,
    makeShard: (context) => new GroupShard(context, groupConfigDefaults, makeRooms),
  });
  if (typeof fresh === 'string') return fresh;
  return reloadDifference(pictureOfShard(shard), pictureOfShard(fresh));
}

function transactionReload(
  view: BrokerView,
  { partition, shard }: LoadedShard<TransactionShard>,
  log: Log,
): string | null {
  const fresh = rebuilt(view, partition, log, {
    codec: transactionRecordCodec,
    // A replay asks nobody.
    makeShard: (context) => new TransactionShard(context, {} as ShardPorts),
  });
  if (typeof fresh === 'string') return fresh;
  return reloadDifference(pictureOfTransactions(shard), pictureOfTransactions(fresh));
}

function reloadDifference(live: GroupPicture, fresh: GroupPicture): string | null {
  const difference = differenceOf(live, fresh);
  return difference === null ? null : `the shard and a reload differ: ${difference}`;
}

/** Which partitions still have to acknowledge a marker is in no record: what was decided is. */
function pictureOfTransactions(shard: TransactionShard): GroupPicture {
  const lines = new Map<string, string>();
  for (const { fields, state, transactionalId } of shard.all()) {
    const isDecided = state === TransactionState.PREPARE_COMMIT || state === TransactionState.PREPARE_ABORT;
    const said = describeFields(fields);
    lines.set(
      `transactional id ${transactionalId}`,
      isDecided ? said.split(' ').slice(0, 3).join(' ') : said,
    );
  }
  return { lines, unsettled: new Set() };
}

function rebuilt<S extends CoordinatorShard<R>, R>(
  { image }: BrokerView,
  partition: number,
  log: Log,
  how: Pick<RebuildOptions<S, R>, 'codec' | 'makeShard'>,
): S | string {
  const batches: Uint8Array[] = [];
  let next = log.logStartOffset;
  while (next < log.logEndOffset) {
    const read = log.read(next, CHUNK_BYTES, log.logEndOffset, true);
    if (typeof read === 'string' || isDiskError(read)) return `it cannot be read at offset ${next}`;
    if (read.records.length === 0) break;
    batches.push(...read.records);
    next = lastOffsetOf(batches.at(-1)!) + 1;
  }
  const options = { ...how, compression: noCompression, partition, random: NO_LUCK, wall: NO_TIME };
  const shard = rebuildShard({ ...options, image: () => image }, batches, log.logStartOffset);
  return typeof shard === 'string' ? `a reload fails: ${shard}` : shard;
}

/** Nothing that is compared is drawn or dated. */
const NO_LUCK: Random = { u32: () => 0, below: () => 0 };
const NO_TIME: WallClock = { nowMs: () => 0 };
