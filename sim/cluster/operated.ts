import { topicOfLog } from '../../engine/log/index.ts';
import type { Violation } from '../result/index.ts';
import type { Operation } from '../scenario/index.ts';

/* What a scenario's operations take from the promises of its configuration. */

/** Losses: what was acknowledged and nobody can read any more. */
const LOSSES: ReadonlySet<string> = new Set(['lost', 'lost-write', 'late', 'poll-skip', 'int-poll-skip']);

/** An administrator gave these records up: that they are gone is no loss. */
export function isGivenUp(operations: readonly Operation[], { check, evidence }: Violation): boolean {
  const log = String(evidence.log);
  return operations.some((operation) => {
    // A topic that is made again under its old name begins at offset 0 again: its history is another one.
    if (operation.do === 'delete-topic') return topicOfLog(log) === operation.topic;
    if (operation.do !== 'delete-records' || !LOSSES.has(check)) return false;
    if (log !== `${operation.topic}-${operation.partition}`) return false;
    const { recordOffset } = evidence;
    return operation.before === -1 || typeof recordOffset !== 'number' || recordOffset < operation.before;
  });
}

/** Operations after which an acknowledgement may mean one replica, or a leader may be elected that lacks records. */
export function isWeakened(topic: string, operations: readonly Operation[]): boolean {
  return operations.some((operation) => {
    switch (operation.do) {
      case 'elect-unclean':
        return operation.topic === null || operation.topic === topic;
      case 'alter-topic-config':
        return operation.topic === topic && weakens(operation.set, operation.delete);
      case 'alter-broker-config':
        return weakens(operation.set, operation.delete);
      case 'reassign':
        return operation.topic === topic && operation.replicas.length < 2;
      default:
        return false;
    }
  });
}

function weakens(set: Readonly<Record<string, unknown>>, deleted: readonly string[]): boolean {
  if (String(set['unclean.leader.election.enable'] ?? false) === 'true') return true;
  return Number(set['min.insync.replicas'] ?? 2) < 2 || deleted.includes('min.insync.replicas');
}
