import { topicOfLog } from '../../engine/log/index.ts';
import type { Fact } from '../../engine/machine/index.ts';
import type { Violation } from '../result/index.ts';
import type { ClientFact, Invariant, MemberFact, Report } from './contract.ts';
import { CommittedOffsetsAreRead } from './invariant/committed-offsets-are-read.ts';
import { CommittedOffsetsRise } from './invariant/committed-offsets-rise.ts';
import { CommittedReads } from './invariant/committed-reads.ts';
import { ConsistentRead } from './invariant/consistent-read.ts';
import { ElectedLeaderIsActive } from './invariant/elected-leader-is-active.ts';
import { HighWatermarkMonotone } from './invariant/high-watermark-monotone.ts';
import { IsrIsActive } from './invariant/isr-is-active.ts';
import { LastStableOffset } from './invariant/last-stable-offset.ts';
import { LeaderCandidateCompleteness } from './invariant/leader-candidate-completeness.ts';
import { LeaderCommitsOwnEpoch } from './invariant/leader-commits-own-epoch.ts';
import { LeaderCompleteness } from './invariant/leader-completeness.ts';
import { LeaderInIsr } from './invariant/leader-in-isr.ts';
import { LeaderNeverLoadsSnapshot } from './invariant/leader-never-loads-snapshot.ts';
import { LegalTargetAssignment } from './invariant/legal-target-assignment.ts';
import { LogMatching } from './invariant/log-matching.ts';
import { MajorityReachedHighWatermark } from './invariant/majority-reached-high-watermark.ts';
import { MetadataAgreement } from './invariant/metadata-agreement.ts';
import { MonotonicHighWatermark } from './invariant/monotonic-high-watermark.ts';
import { NoDoubleClientAssignment } from './invariant/no-double-client-assignment.ts';
import { NoHangingTransaction } from './invariant/no-hanging-transaction.ts';
import { NoReplicatedRecordLost } from './invariant/no-replicated-record-lost.ts';
import { NoZombieCommit } from './invariant/no-zombie-commit.ts';
import { OffsetsInOrder } from './invariant/offsets-in-order.ts';
import { OneLeaderPerEpoch } from './invariant/one-leader-per-epoch.ts';
import { OneOutcome } from './invariant/one-outcome.ts';
import { OneOwnerPerPartition } from './invariant/one-owner-per-partition.ts';
import { PartitionEpochsRise } from './invariant/partition-epochs-rise.ts';
import { ProducerEpochsRise } from './invariant/producer-epochs-rise.ts';
import { ProducerSequences } from './invariant/producer-sequences.ts';
import { QuorumElectionSafety } from './invariant/quorum-election-safety.ts';
import { ReassignmentKeepsIsr } from './invariant/reassignment-keeps-isr.ts';
import { ReplicationQuorumSuperset } from './invariant/replication-quorum-superset.ts';
import { StableLeadership } from './invariant/stable-leadership.ts';
import { TransactionStates } from './invariant/transaction-states.ts';
import { ValidBrokerState } from './invariant/valid-broker-state.ts';
import { ValidControllerIsrAndElr } from './invariant/valid-controller-isr-and-elr.ts';
import { ValidMemberEpoch } from './invariant/valid-member-epoch.ts';
import { ValidReplicaState } from './invariant/valid-replica-state.ts';
import { ValidRolesAndStates } from './invariant/valid-roles-and-states.ts';
import { WeakIsr } from './invariant/weak-isr.ts';
import { ClusterShadow } from './shadow/cluster-shadow.ts';
import type { Incarnations } from './shadow/incarnations.ts';

/** After this many violations of one check a run has shown what it can: the rest would be echoes. */
const MAX_VIOLATIONS_PER_CHECK = 20;

export function allInvariants(): Invariant[] {
  return [
    new LogMatching(),
    new LeaderCompleteness(),
    new NoReplicatedRecordLost(),
    new ConsistentRead(),
    new ReplicationQuorumSuperset(),
    new OffsetsInOrder(),
    new HighWatermarkMonotone(),
    new OneLeaderPerEpoch(),
    new IsrIsActive(),
    new QuorumElectionSafety(),
    new MetadataAgreement(),
    new LeaderCandidateCompleteness(),
    new WeakIsr(),
    new LeaderInIsr(),
    new ElectedLeaderIsActive(),
    new PartitionEpochsRise(),
    new ReassignmentKeepsIsr(),
    new ValidControllerIsrAndElr(),
    new ValidBrokerState(),
    new ValidReplicaState(),
    new ValidRolesAndStates(),
    new MajorityReachedHighWatermark(),
    new MonotonicHighWatermark(),
    new LeaderCommitsOwnEpoch(),
    new StableLeadership(),
    new LeaderNeverLoadsSnapshot(),
    new NoDoubleClientAssignment(),
    new OneOwnerPerPartition(),
    new LegalTargetAssignment(),
    new ValidMemberEpoch(),
    new NoZombieCommit(),
    new CommittedOffsetsRise(),
    new CommittedOffsetsAreRead(),
    new ProducerSequences(),
    new ProducerEpochsRise(),
    new LastStableOffset(),
    new CommittedReads(),
    new NoHangingTransaction(),
    new TransactionStates(),
    new OneOutcome(),
  ];
}

/** All invariants over one run: keeps the shadow, calls each check for its own facts only, gathers what they find. */
export class Invariants {
  readonly shadow = new ClusterShadow();
  readonly violations: Violation[] = [];
  readonly #byFact = new Map<Fact['fact'], Invariant[]>();
  readonly #atStepEnd: Invariant[];
  readonly #onClient: Invariant[];
  readonly #onDown: Invariant[];
  readonly #onMember: Invariant[];
  readonly #onGroupBatch: Invariant[];
  /** By check. */
  readonly #reported = new Map<string, number>();
  readonly #report: Report = (violation) => {
    const reported = (this.#reported.get(violation.check) ?? 0) + 1;
    this.#reported.set(violation.check, reported);
    if (reported <= MAX_VIOLATIONS_PER_CHECK) this.violations.push(violation);
  };

  constructor(invariants: readonly Invariant[] = allInvariants()) {
    for (const invariant of invariants) {
      for (const fact of invariant.facts) {
        const list = this.#byFact.get(fact);
        if (list === undefined) this.#byFact.set(fact, [invariant]);
        else list.push(invariant);
      }
    }
    this.#atStepEnd = invariants.filter((invariant) => invariant.onStepEnd !== undefined);
    this.#onDown = invariants.filter((invariant) => invariant.onDown !== undefined);
    this.#onMember = invariants.filter((invariant) => invariant.onMember !== undefined);
    this.#onGroupBatch = invariants.filter((invariant) => invariant.onGroupBatch !== undefined);
    this.#onClient = invariants.filter((invariant) => invariant.onClient !== undefined);
  }

  /** The fact as it was judged: of a log that has its own name (`Incarnations`). */
  onFact(at: number, node: string, told: Fact): Fact {
    const fact = this.shadow.incarnations.identified(node, told);
    this.shadow.apply(node, fact);
    // It knows topics by their ids, and calls them by the names that members subscribe to.
    this.shadow.groups.onFact(node, told);
    this.#takeGroupBatches(at);
    const concerned = this.#byFact.get(fact.fact);
    if (concerned === undefined || this.#isOfRemoved(fact)) return fact;
    for (let i = 0; i < concerned.length; i++)
      concerned[i]!.onFact!(at, node, fact, this.shadow, this.#report);
    return fact;
  }

  #isOfRemoved(fact: Fact): boolean {
    const { removed } = this.shadow;
    return removed.size > 0 && 'log' in fact && removed.has(fact.log);
  }

  #takeGroupBatches(at: number): void {
    const { groups } = this.shadow;
    for (let batch = groups.next(); batch !== null; batch = groups.next()) {
      for (const invariant of this.#onGroupBatch)
        invariant.onGroupBatch!(at, batch, this.shadow, this.#report);
    }
  }

  onStepEnd(at: number, node: string): void {
    for (const invariant of this.#atStepEnd) invariant.onStepEnd!(at, node, this.shadow, this.#report);
  }

  onClient(at: number, told: ClientFact | MemberFact): void {
    const fact = ofLivingTopics(told, this.shadow.incarnations);
    if (fact === null) return;
    if (isOfMember(fact)) {
      for (const invariant of this.#onMember) invariant.onMember!(at, fact, this.shadow, this.#report);
      return;
    }
    for (const invariant of this.#onClient) invariant.onClient!(at, fact, this.shadow, this.#report);
  }

  onDown(node: string): void {
    this.shadow.onDown(node);
    for (const invariant of this.#onDown) invariant.onDown!(node);
  }
}

/** Without what it says of topics that were deleted; null when that is all. */
function ofLivingTopics(
  fact: ClientFact | MemberFact,
  incarnations: Incarnations,
): ClientFact | MemberFact | null {
  if (!incarnations.isAnyDeleted) return fact;
  const lives = (log: string): boolean => !incarnations.wasDeleted(topicOfLog(log));
  switch (fact.kind) {
    case 'acknowledged':
    case 'read':
    case 'positioned':
      return lives(fact.log) ? fact : null;
    case 'assigned':
    case 'given up':
      return { ...fact, logs: fact.logs.filter(lives) };
    case 'committing':
      return { ...fact, offsets: fact.offsets.filter(({ log }) => lives(log)) };
    default:
      return fact;
  }
}

function isOfMember(fact: ClientFact | MemberFact): fact is MemberFact {
  switch (fact.kind) {
    case 'member':
    case 'member gone':
    case 'assigned':
    case 'given up':
    case 'positioned':
    case 'committing':
      return true;
    default:
      return false;
  }
}
