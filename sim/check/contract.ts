import type { Fact } from '../../engine/machine/index.ts';
import type { Violation } from '../result/index.ts';
import type { ClusterShadow } from './shadow/cluster-shadow.ts';
import type { GroupBatch } from './shadow/groups-shadow.ts';

/** A record that a client was told is written, or a record that a client read. */
export interface ClientRecord {
  readonly log: string;
  readonly recordOffset: number;
}

/** What clients were told, in the order they were told. */
export type ClientFact =
  | (ClientRecord & { readonly kind: 'acknowledged'; readonly acks: -1 | 0 | 1; readonly client: string })
  | (ClientRecord & {
      readonly kind: 'read';
      readonly client: string;
      readonly leaderEpoch: number;
      /** By `isolation.level=read_committed`. */
      readonly isCommitted: boolean;
      /** All that the reader got of the log with this one, which is the last. */
      readonly records: readonly { readonly offset: number }[];
    });

/** What members of groups hear and say within their polls. */
export type MemberFact =
  /** Who it is has changed; nobody is '' and -1. The epoch is a generation in the classic protocol. */
  | {
      readonly kind: 'member';
      readonly client: string;
      readonly group: string;
      readonly memberId: string;
      readonly memberEpoch: number;
    }
  /** Its process is gone. */
  | { readonly kind: 'member gone'; readonly client: string; readonly group: string }
  | {
      /** `given up`: revoked or lost. */
      readonly kind: 'assigned' | 'given up';
      readonly client: string;
      readonly group: string;
      readonly logs: readonly string[];
    }
  /** It reads on from here: the group's position, a reset, a seek. */
  | {
      readonly kind: 'positioned';
      readonly client: string;
      readonly group: string;
      readonly log: string;
      readonly position: number;
    }
  /** A call commits positions, outside of a transaction. */
  | {
      readonly kind: 'committing';
      readonly client: string;
      readonly group: string;
      readonly offsets: readonly { readonly log: string; readonly offset: number }[];
    };

/** Where a check says that its property does not hold. */
export type Report = (violation: Violation) => void;

/**
 * A property that holds after every event. It sees facts as they happen and keeps what it needs to judge the next
 * one at the cost of what changed, never of what exists. The shadow is already up to date when `onFact` is called.
 */
export interface Invariant {
  readonly name: string;
  /** The property, in a sentence that a report can print. */
  readonly property: string;
  /** The facts that can break it: it is called for no others. */
  readonly facts: readonly Fact['fact'][];
  onFact?(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void;
  /** After the last fact of a step, for properties that hold between steps but not between two facts of one. */
  onStepEnd?(at: number, node: string, shadow: ClusterShadow, report: Report): void;
  /** A process ended, for whatever reason. */
  onDown?(node: string): void;
  onClient?(at: number, fact: ClientFact, shadow: ClusterShadow, report: Report): void;
  onMember?(at: number, fact: MemberFact, shadow: ClusterShadow, report: Report): void;
  /** A batch of `__consumer_offsets` is replicated, and is in the shadow. */
  onGroupBatch?(at: number, batch: GroupBatch, shadow: ClusterShadow, report: Report): void;
}
