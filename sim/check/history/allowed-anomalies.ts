import type { Anomaly, AnomalyName } from './anomaly.ts';

/** What the clients' and topics' configuration promises, as far as it decides which anomalies are errors. */
export interface Promises {
  /** Idempotent producers: no duplicates, order kept over retries. */
  readonly idempotence: boolean;
  /**
   * Brokers forget a producer sooner than it gives a batch up (`producer.id.expiration.ms`): a late repetition is
   * somebody new's first batch to them.
   */
  readonly forgetsProducers?: boolean;
  /**
   * Every producer waits for the whole ISR, min.insync.replicas is at least 2, and no unclean election is configured.
   */
  readonly durable: boolean;
  /** Was somebody expected to have read all of this log in the end? */
  readonly readAll: (log: string) => boolean;
  /** Does some reader of this log begin with its first record (`auto.offset.reset`)? */
  readonly readFromStart: (log: string) => boolean;
}

/** Where an acknowledged value is at the end: decided by looking at the replicas. */
export type WhereNow = (log: string, id: number) => 'replicated' | 'gone';

/** What becomes of an anomaly. `reason` is empty when there is nothing to add. */
export interface Ruling {
  readonly allowed: boolean;
  readonly reason: string;
  /** Another name than the anomaly's, once it is known what it comes to. */
  readonly check?: string;
}

export interface Rule {
  /** What `allowed-error-types` of `jepsen.tests.kafka` says of it. */
  readonly jepsen: 'an error' | 'allowed' | 'allowed with subscribe' | 'allowed with ww-deps';
  rule(anomaly: Anomaly, promises: Promises, whereNow: WhereNow): Ruling;
}

const ERROR: Ruling = { allowed: false, reason: '' };

/**
 * Which anomalies are errors under which configuration: Jepsen's `allowed-error-types`, one row for each, and what is
 * known here besides. Jepsen tests clusters that promise durability and readers of what is committed; a scenario may
 * promise less, and then says so.
 */
export const RULES: Readonly<Record<AnomalyName, Rule>> = {
  'inconsistent-offsets': {
    jepsen: 'an error',
    rule: (_, { durable }) =>
      unless(durable, 'the first value was acknowledged before it was replicated, and lost'),
  },
  duplicate: { jepsen: 'an error', rule: (_, promises) => ofRetries(promises) },
  G1a: {
    jepsen: 'an error',
    rule: ({ evidence }) => (evidence.isTransactional === true ? ofReaders(evidence) : ERROR),
  },
  'precommitted-read': { jepsen: 'an error', rule: ({ evidence }) => ofReaders(evidence) },
  'lost-write': {
    jepsen: 'an error',
    rule: ({ evidence }, { durable, readFromStart }, whereNow) => {
      const { log, id } = evidence as { log: string; id: number };
      if (!readFromStart(log) && whereNow(log, id) === 'replicated')
        return { allowed: true, reason: 'it is replicated: no reader begins before it' };
      return unless(durable, 'this configuration allows to lose it');
    },
  },
  // Jepsen cannot tell what is lost from what is late; the replicas are looked at here.
  unseen: {
    jepsen: 'an error',
    rule: ({ evidence }, promises, whereNow) => {
      const { log, id } = evidence as { log: string; id: number };
      if (whereNow(log, id) === 'replicated')
        return { allowed: !promises.readAll(log), reason: 'it is replicated: late, not lost', check: 'late' };
      const what = 'no replica has it: lost';
      return promises.durable
        ? { allowed: false, reason: what, check: 'lost' }
        : { allowed: true, reason: `${what}, as this configuration allows`, check: 'lost' };
    },
  },
  // Jepsen's clients do not say where a rebalance put them; these do, and nothing is compared across it.
  'nonmonotonic-poll': { jepsen: 'allowed with subscribe', rule: () => ERROR },
  'poll-skip': { jepsen: 'allowed with subscribe', rule: (_, promises) => ofSkips(promises) },
  'int-nonmonotonic-poll': { jepsen: 'an error', rule: () => ERROR },
  'int-poll-skip': { jepsen: 'an error', rule: (_, promises) => ofSkips(promises) },
  'nonmonotonic-send': { jepsen: 'an error', rule: (_, promises) => ofRetries(promises) },
  'int-nonmonotonic-send': { jepsen: 'an error', rule: (_, promises) => ofRetries(promises) },
  'int-send-skip': {
    jepsen: 'allowed',
    rule: () => ({ allowed: true, reason: 'writers share a partition' }),
  },
  G0: { jepsen: 'allowed', rule: () => MIXED },
  'G0-process': { jepsen: 'allowed', rule: () => MIXED },
  'G0-realtime': { jepsen: 'allowed', rule: () => MIXED },
  // Searched with and without the order of writes, where Jepsen chooses by its option.
  G1c: { jepsen: 'allowed with ww-deps', rule: ({ evidence }) => ofCircles(evidence) },
  'G1c-process': { jepsen: 'allowed with ww-deps', rule: ({ evidence }) => ofCircles(evidence) },
  'G1c-realtime': { jepsen: 'allowed with ww-deps', rule: ({ evidence }) => ofCircles(evidence) },
};

const MIXED: Ruling = { allowed: true, reason: 'Kafka does not keep the writes of transactions apart' };

function unless(promised: boolean, reason: string): Ruling {
  return promised ? ERROR : { allowed: true, reason };
}

function ofRetries({ idempotence, durable, forgetsProducers }: Promises): Ruling {
  if (forgetsProducers === true)
    return {
      allowed: true,
      reason: 'its producer had expired: producer.id.expiration.ms is less than its delivery.timeout.ms',
    };
  return unless(
    idempotence,
    durable
      ? 'a retry of a producer without idempotence'
      : 'an earlier write was lost, as this configuration allows, and the sequence of its producer with it',
  );
}

function ofSkips({ durable }: Promises): Ruling {
  return unless(durable, 'the value passed over was lost, as this configuration allows');
}

function ofReaders({ readsUncommitted }: Anomaly['evidence']): Ruling {
  return unless(readsUncommitted !== true, 'a reader with isolation.level read_uncommitted');
}

function ofCircles(evidence: Anomaly['evidence']): Ruling {
  return evidence.throughWrites === true ? MIXED : ofReaders(evidence);
}
