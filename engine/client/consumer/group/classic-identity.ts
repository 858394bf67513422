import type { Us } from '../../../machine/index.ts';
import { ErrorCode, errorName, isRetriable } from '../../../wire/index.ts';
import type { ConsumerGroupMetadata } from '../../ports.ts';
import type { ClassicMembership } from './classic-membership.ts';
import { instanceIdOf } from './classic-requests.ts';
import { commitFailed, fatal, rebalancing, retriable } from './commit-verdict.ts';
import type { GroupContext } from './group-context.ts';
import { type CommitVerdict, type GroupIdentity, nobody, type SentMember } from './group-identity.ts';

/** As whom a classic member commits, and what it makes of the answers (`OffsetCommitResponseHandler`). */
export class ClassicIdentity implements GroupIdentity {
  readonly #context: GroupContext;
  readonly #membership: ClassicMembership;
  #member: ConsumerGroupMetadata;

  constructor(context: GroupContext, membership: ClassicMembership) {
    this.#context = context;
    this.#membership = membership;
    this.#member = this.#memberOf(-1, '');
  }

  /** As of the last assignment, whatever happened since (`ConsumerCoordinator.groupMetadata`). */
  get member(): ConsumerGroupMetadata {
    return this.#member;
  }

  become(now: Us, generationId: number, memberId: string): void {
    this.#member = this.#memberOf(generationId, memberId);
    this.#context.listener?.onMembership(now, this.#member);
  }

  commitAs(): SentMember | CommitVerdict {
    const { config, subscription } = this.#context;
    if (!subscription.isAutoAssigned) return nobody(config['group.id']);
    const { state, isRebalancing, generation } = this.#membership;
    if (state === 'stable') return this.#memberOf(generation.generationId, generation.memberId);
    if (isRebalancing) return rebalancing(ErrorCode.REBALANCE_IN_PROGRESS);
    return commitFailed(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  fetchAs(): SentMember {
    const { generation, state } = this.#membership;
    if (state !== 'stable') return nobody(this.#context.config['group.id']);
    return this.#memberOf(generation.generationId, generation.memberId);
  }

  isFetchRetriable(code: number): boolean {
    return isRetriable(code) && code !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  onCommitError(_now: Us, code: number, sent: SentMember): CommitVerdict {
    const membership = this.#membership;
    const { generationId, memberId } = membership.generation;
    const isUnchanged = generationId === sent.generationId && memberId === sent.memberId;
    switch (code) {
      case ErrorCode.FENCED_INSTANCE_ID: {
        if (!isUnchanged) {
          return membership.state === 'preparing' ? rebalancing(code) : commitFailed(code);
        }
        const error = { code, message: errorName(code), errorClass: 'fenced instance id' } as const;
        return { isRetriable: false, error };
      }
      case ErrorCode.REBALANCE_IN_PROGRESS:
        membership.requestRejoin('offset commit failed since group is already rebalancing');
        return rebalancing(code);
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.ILLEGAL_GENERATION:
        if (!isUnchanged && membership.state === 'preparing') return rebalancing(code);
        membership.resetAndRejoin(
          `encountered ${errorName(code)} from OFFSET_COMMIT response`,
          code === ErrorCode.UNKNOWN_MEMBER_ID,
        );
        return commitFailed(code);
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
      case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.REQUEST_TIMED_OUT:
        return retriable(code);
      default:
        return fatal(code);
    }
  }

  #memberOf(generationId: number, memberId: string): ConsumerGroupMetadata {
    const { config } = this.#context;
    return { groupId: config['group.id'], generationId, memberId, groupInstanceId: instanceIdOf(config) };
  }
}
