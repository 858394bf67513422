import type { Reply } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import type { ClientError } from '../../ports.ts';
import type { Commits } from './commits.ts';
import type { GroupIdentity } from './group-identity.ts';
import type { RebalanceCallbacks } from './rebalance-callbacks.ts';

/** A consumer's membership in its group, by either protocol. */
export interface GroupMember {
  readonly identity: GroupIdentity;
  /** For the report: the protocol's own name of the state. */
  readonly state: string;
  /** When the application's thread, which waits in a poll, has to look again. */
  readonly due: Us;
  /** What a poll has to throw, once. */
  takeFailure(): ClientError | null;
  /** On the application's thread, within a poll. True: positions may be looked after. */
  poll(now: Us, out: Outbox): boolean;
  /** What goes on while the application works; answers when to look again. */
  background(now: Us, out: Outbox): Us;
  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean;
  readonly commits: Commits;
  readonly callbacks: RebalanceCallbacks;
  /** The subscription has changed. */
  onSubscribed(now: Us): void;
  enforceRebalance(): void;
  /**
   * On the application's thread: gives up what is assigned and leaves. To be called until it answers true. On close
   * a consumer waits for the coordinator's answers, for a while.
   */
  leave(now: Us, isClosing: boolean, out: Outbox): boolean;
}
