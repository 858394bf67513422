import type { Violation } from '../../result/index.ts';
import type { Anomaly } from './anomaly.ts';

/** What the clients' and topics' configuration promises, as far as it decides which anomalies are errors. */
export interface Promises {
  /** Idempotent producers: no duplicates, order kept over retries. */
  readonly idempotence: boolean;
  /**
   * Every producer waits for the whole ISR, min.insync.replicas is at least 2, and no unclean election is configured.
   */
  readonly durable: boolean;
  /** Does somebody read this log with `isolation.level` read_uncommitted? */
  readonly readsUncommitted: (log: string) => boolean;
  /** Was somebody expected to have read all of this log in the end? */
  readonly readAll: (log: string) => boolean;
}

/** Where an acknowledged value is at the end: decided by looking at the replicas. */
export type WhereNow = (log: string, id: number) => 'replicated' | 'gone';

export interface Judgement {
  readonly violations: Violation[];
  /** What happened and the configuration allows. */
  readonly allowed: Violation[];
}

/** Detection is one thing, the verdict another: the rules follow Jepsen's `allowed-error-types`. */
export function judge(anomalies: readonly Anomaly[], promises: Promises, whereNow: WhereNow): Judgement {
  const judgement: Judgement = { violations: [], allowed: [] };
  for (const anomaly of anomalies) {
    const { allowed, reason, check } = rule(anomaly, promises, whereNow);
    (allowed ? judgement.allowed : judgement.violations).push({
      check,
      at: anomaly.at,
      message: reason === '' ? anomaly.message : `${anomaly.message} (${reason})`,
      evidence: anomaly.evidence,
    });
  }
  return judgement;
}

function rule(
  anomaly: Anomaly,
  promises: Promises,
  whereNow: WhereNow,
): { allowed: boolean; reason: string; check: string } {
  const check: string = anomaly.name;
  switch (anomaly.name) {
    case 'unseen': {
      const { log, id } = anomaly.evidence as { log: string; id: number };
      if (whereNow(log, id) === 'gone') {
        return promises.durable
          ? { allowed: false, reason: 'no replica has it: lost', check: 'lost' }
          : { allowed: true, reason: 'no replica has it: lost, as this configuration allows', check: 'lost' };
      }
      return { allowed: !promises.readAll(log), reason: 'it is replicated: late, not lost', check: 'late' };
    }
    case 'lost-write':
      return promises.durable
        ? { allowed: false, reason: '', check }
        : { allowed: true, reason: 'this configuration allows to lose it', check };
    case 'inconsistent-offsets':
      return promises.durable
        ? { allowed: false, reason: '', check }
        : {
            allowed: true,
            reason: 'the first value was acknowledged before it was replicated, and lost',
            check,
          };
    case 'duplicate':
    case 'nonmonotonic-send':
    case 'int-nonmonotonic-send':
      return { allowed: !promises.idempotence, reason: whyRepeated(promises), check };
    case 'int-send-skip':
      return { allowed: true, reason: 'writers share a partition', check };
    case 'poll-skip':
    case 'int-poll-skip':
      return promises.durable
        ? { allowed: false, reason: '', check }
        : { allowed: true, reason: 'the value passed over was lost, as this configuration allows', check };
    case 'G1a': {
      const { log, isTransactional } = anomaly.evidence as { log: string; isTransactional: boolean };
      const allowed = isTransactional && promises.readsUncommitted(log);
      return { allowed, reason: allowed ? 'a reader with isolation.level read_uncommitted' : '', check };
    }
    case 'nonmonotonic-poll':
    case 'int-nonmonotonic-poll':
      return { allowed: false, reason: '', check };
  }
}

function whyRepeated({ idempotence, durable }: Promises): string {
  if (idempotence) return '';
  return durable
    ? 'a retry of a producer without idempotence'
    : 'an earlier write was lost, as this configuration allows, and the sequence of its producer with it';
}
