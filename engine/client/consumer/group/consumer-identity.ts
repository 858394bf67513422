import type { Us } from '../../../machine/index.ts';
import { ErrorCode, isRetriable } from '../../../wire/index.ts';
import type { ConsumerGroupMetadata } from '../../ports.ts';
import { instanceIdOf } from './classic-requests.ts';
import { commitFailed, fatal, retriable } from './commit-verdict.ts';
import type { GroupContext } from './group-context.ts';
import type { CommitVerdict, GroupIdentity, SentMember } from './group-identity.ts';

/** As whom a member of a KIP-848 group commits: with the newest epoch that it knows (`CommitRequestManager`). */
export class ConsumerIdentity implements GroupIdentity {
  readonly #context: GroupContext;
  #member: ConsumerGroupMetadata;
  #memberId = '';
  /** -1: it is no member now. */
  #epoch = -1;

  constructor(context: GroupContext) {
    this.#context = context;
    this.#member = this.#memberOf(-1, '');
  }

  /** As of its last epoch. */
  get member(): ConsumerGroupMetadata {
    return this.#member;
  }

  onEpoch(now: Us, memberId: string, epoch: number): void {
    this.#memberId = memberId;
    this.#epoch = epoch > 0 ? epoch : -1;
    if (epoch <= 0) return;
    this.#member = this.#memberOf(epoch, memberId);
    this.#context.listener?.onMembership(now, this.#member);
  }

  commitAs(): SentMember {
    return this.#memberOf(this.#epoch, this.#memberId);
  }

  fetchAs(): SentMember {
    return this.commitAs();
  }

  /** With an epoch that is newer than the one that was refused. */
  isFetchRetriable(code: number): boolean {
    if (code === ErrorCode.STALE_MEMBER_EPOCH) return this.#epoch > 0;
    return isRetriable(code);
  }

  onCommitError(_now: Us, code: number): CommitVerdict {
    switch (code) {
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.REQUEST_TIMED_OUT:
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
      case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
      case ErrorCode.UNKNOWN_TOPIC_ID:
        return retriable(code);
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.STALE_MEMBER_EPOCH:
        return commitFailed(code);
      default:
        return fatal(code);
    }
  }

  #memberOf(generationId: number, memberId: string): ConsumerGroupMetadata {
    const { config } = this.#context;
    return { groupId: config['group.id'], generationId, memberId, groupInstanceId: instanceIdOf(config) };
  }
}
