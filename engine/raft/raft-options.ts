import type { Responder, Rpc } from '../exchange/index.ts';
import type { Disk, Random, WallClock } from '../machine/index.ts';
import type { VerifiedBatches } from '../records/index.ts';
import type { RaftConfig } from './raft-config.ts';
import type { Voter } from './voters.ts';

/** What a replica is told and handed at its birth. */
export interface RaftOptions {
  readonly nodeId: number;
  /** Of the log directory, from its meta.properties. */
  readonly directoryId: string;
  /** `controller.quorum.voters`. */
  readonly voters: readonly Voter[];
  readonly clusterId: string;
  /** The metadata log directory (`metadata.log.dir`): the log lives in `__cluster_metadata-0` under it. */
  readonly directory: string;
  readonly disk: Disk;
  readonly random: Random;
  readonly wall: WallClock;
  readonly rpc: Rpc;
  readonly responder: Responder;
  readonly config: RaftConfig;
  /** A controller of the quorum; otherwise an observer. */
  readonly isVoter: boolean;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches | undefined;
}
