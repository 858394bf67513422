import type { Fact, Outbox, Us } from '../../../engine/machine/index.ts';
import type { Raft, RaftConfig } from '../../../engine/raft/index.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { TestStateMachine } from './test-state-machine.ts';

export interface TestQuorumOptions {
  readonly seed?: number;
  readonly voters?: number;
  /** With 1 the voters are in the log, and can be changed. */
  readonly kraftVersion?: 0 | 1;
  /** Controllers that do not vote at first. */
  readonly spares?: number;
  readonly observers?: number;
  readonly config?: Partial<RaftConfig>;
  /** Between machines, one way. */
  readonly latencyUs?: readonly [min: Us, max: Us];
  readonly syncUs?: readonly [min: Us, max: Us];
}

export interface Told {
  readonly at: Us;
  readonly node: number;
  readonly fact: Fact;
}

export interface TestNode {
  readonly id: number;
  disk: MemoryDisk;
  /** Disks lost so far. */
  wipes: number;
  raft: Raft | null;
  out: Outbox;
  incarnation: number;
  applied: TestStateMachine;
  exit: string | null;
}
