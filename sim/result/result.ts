import type { Fault, Operation, Scenario } from '../scenario/index.ts';

/** What a check found. */
export interface Violation {
  /** The check's name, as in `sim/check`. */
  readonly check: string;
  /** Simulated time since boot, microseconds. */
  readonly at: number;
  /** The property that does not hold and how, in a sentence. */
  readonly message: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** A finding that Kafka's own design explains, and that no implementation of it could avoid: named, never hidden. */
export interface KnownWeakness extends Violation {
  /** Its name in the table of `sim/check/weakness`. */
  readonly weakness: string;
  /** Where Kafka's people speak of it. */
  readonly issue: string;
}

export interface OperationCounts {
  readonly ok: number;
  readonly fail: number;
  readonly unknown: number;
}

/** Quantiles in microseconds. */
export interface Quantiles {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Values at `i * intervalUs` from the start of the traffic. */
export interface Series {
  readonly intervalUs: number;
  /** Per interval: records handed to producers, acknowledged, and read by consumers. */
  readonly produced: readonly number[];
  readonly acknowledged: readonly number[];
  readonly consumed: readonly number[];
  readonly acknowledgedBytes: readonly number[];
  /** Produce latency (send to acknowledgement) of what completed in the interval; -1 when nothing did. */
  readonly latencyP50: readonly number[];
  readonly latencyP99: readonly number[];
  /** Send to first read by a consumer. */
  readonly endToEndP50: readonly number[];
  readonly endToEndP99: readonly number[];
  /** Sampled at the end of each interval: ISR members over all partitions by the leaders' own views. */
  readonly isrTotal: readonly number[];
  readonly isrMin: readonly number[];
  readonly underReplicated: readonly number[];
  readonly leaderless: readonly number[];
  /** Sum over partitions of leader's log end minus high watermark. */
  readonly highWatermarkLag: readonly number[];
  /** Sum over consumers and partitions of high watermark minus position. */
  readonly consumerLag: readonly number[];
}

/**
 * One thing that a node was or did, for the lanes. Times in microseconds from the start of the traffic (negative:
 * before).
 */
export interface LaneSpan {
  readonly node: string;
  readonly from: number;
  readonly to: number;
  readonly state: 'up' | 'booting' | 'down' | 'paused' | 'isolated' | 'disk stalled' | 'controller leader';
  readonly label: string;
}

export interface Mark {
  readonly at: number;
  readonly node: string;
  readonly kind:
    | 'partition leader elected'
    | 'controller elected'
    | 'isr shrunk'
    | 'isr expanded'
    | 'broker fenced'
    | 'broker unfenced'
    | 'log recovered'
    | 'operation begun'
    | 'operation done'
    | 'operation failed'
    | 'crash';
  readonly label: string;
}

export interface InjectedFault {
  readonly fault: Fault;
  /** Nodes that the target named at that moment. */
  readonly targets: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** What became of an administrator's operation. */
export interface AdminOperation {
  readonly operation: Operation;
  /** Microseconds from the start of the traffic; -1: it did not come to that. */
  readonly from: number;
  readonly to: number;
  /** Cancelled: somebody else changed the plan. Pending: the run ended first. */
  readonly outcome: 'done' | 'failed' | 'cancelled' | 'pending';
  /** Of the last attempt, unless it is done; null when it had none. */
  readonly error: string | null;
  /** Requests sent for it. */
  readonly attempts: number;
}

/** A transaction as its producer saw it. Times in microseconds from the start of the traffic. */
export interface TransactionSpan {
  readonly client: string;
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** What the client was told in the end: committed, certainly not, or neither. */
  readonly outcome: 'ok' | 'fail' | 'unknown';
}

/** A client as a member of its group, in one generation or epoch. */
export interface MembershipSpan {
  readonly client: string;
  readonly memberId: string;
  /** Generation of a classic group, member epoch of a consumer group. */
  readonly generationId: number;
  readonly from: number;
  readonly to: number;
}

/** A partition in a member's hands, by the member's own word. */
export interface OwnershipSpan {
  readonly client: string;
  readonly log: string;
  readonly from: number;
  readonly to: number;
}

export interface RebalanceMark {
  readonly at: number;
  readonly client: string;
  readonly kind: 'assigned' | 'revoked' | 'lost';
  readonly partitions: readonly string[];
  readonly generationId: number;
}

/** A group as its coordinator told of it, each time that it was not what it had been. */
export interface GroupChange {
  readonly at: number;
  /** The coordinator. */
  readonly node: string;
  readonly kind: 'classic' | 'consumer';
  readonly state: string;
  /** Generation of a classic group, group epoch of a consumer group. */
  readonly epoch: number;
  readonly members: number;
  /** Why, in the coordinator's words. */
  readonly reason: string;
}

/** What became of a group, by the word of its members and its coordinators. Times from the start of the traffic. */
export interface GroupOutcome {
  readonly group: string;
  readonly changes: readonly GroupChange[];
  /** Sampled with the series, over all partitions: high watermark minus the highest offset read. */
  readonly lagRead: readonly number[];
  /** The same, minus the highest offset that a member was told is committed; what nobody commits counts whole. */
  readonly lagCommitted: readonly number[];
  readonly memberships: readonly MembershipSpan[];
  readonly ownership: readonly OwnershipSpan[];
  readonly rebalances: readonly RebalanceMark[];
  readonly commits: OperationCounts;
  /** Sum over partitions of the time in which no member owned it, from the first moment that one did. */
  readonly unownedUs: number;
  /**
   * The same, of the time in which no owner polled: it was paused, or did something else for longer than a second.
   * Never less than what was unowned.
   */
  readonly unavailableUs: number;
  /** The longest of these times, of one partition. */
  readonly longestUnavailableUs: number;
}

/** Utilisation of one resource of one node over the traffic, 0..1000 (per mille). */
export interface Utilisation {
  readonly node: string;
  readonly resource: 'request threads' | 'disk' | 'network out' | 'network in';
  readonly perMille: number;
}

/** What a trial comes to. All but `host` is the same for the same scenario and seed, byte for byte. */
export interface Result {
  readonly format: 1;
  readonly scenario: Scenario;
  readonly seed: string;
  readonly codec: 'objects' | 'bytes';
  readonly verdict: 'pass' | 'violation' | 'stuck';
  readonly violations: readonly Violation[];
  /** What the configuration allows to be lost and was: named, never hidden, not a violation. */
  readonly allowed: readonly Violation[];
  /** What a known weakness of Kafka's own design explains, by evidence in this run: not a violation either. */
  readonly weaknesses: readonly KnownWeakness[];
  /** What had not converged when the time to settle ran out, in words. */
  readonly pending: readonly string[];
  readonly traceHash: string;
  readonly simulatedUs: number;
  /** When the traffic began, microseconds since boot. */
  readonly trafficFromUs: number;
  readonly events: number;
  readonly probes: Readonly<Record<string, number>>;
  readonly faults: readonly InjectedFault[];
  readonly operations: Readonly<Record<string, OperationCounts>>;
  /** The scenario's own, in its order. */
  readonly adminOperations: readonly AdminOperation[];
  readonly metrics: {
    readonly series: Series;
    readonly produceLatency: Quantiles;
    readonly endToEnd: Quantiles;
    readonly utilisation: readonly Utilisation[];
    readonly bytesOnWire: number;
  };
  /** The first of them, in the order in which they ended. */
  readonly transactions: readonly TransactionSpan[];
  readonly groups: readonly GroupOutcome[];
  readonly lanes: readonly LaneSpan[];
  readonly marks: readonly Mark[];
  readonly host: { readonly wallMs: number; readonly node: string; readonly maxRssBytes: number };
}
