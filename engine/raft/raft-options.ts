import type { Responder, Rpc } from '../exchange/index.ts';
import type { Disk, Endpoint, Random, WallClock } from '../machine/index.ts';
import type { VerifiedBatches } from '../records/index.ts';
import type { NodeAddresses } from './known-nodes.ts';
import type { RaftConfig } from './raft-config.ts';
import type { Voter } from './voters.ts';

/** What a replica is told and handed at its birth. */
export interface RaftOptions {
  readonly nodeId: number;
  /** Of the log directory, from its meta.properties. */
  readonly directoryId: string;
  /** `controller.quorum.voters`: who votes while kraft.version is 0; empty in a dynamic quorum. */
  readonly voters: readonly Voter[];
  /** `controller.quorum.bootstrap.servers`: whom to ask who leads; the voters unless given. */
  readonly bootstrapServers?: readonly Voter[] | undefined;
  /** Where this controller listens; a static voter finds itself among the voters. */
  readonly endpoint?: Endpoint | undefined;
  /** Hears where controllers are reached. */
  readonly addresses?: NodeAddresses | undefined;
  readonly clusterId: string;
  /** The metadata log directory (`metadata.log.dir`): the log lives in `__cluster_metadata-0` under it. */
  readonly directory: string;
  readonly disk: Disk;
  readonly random: Random;
  readonly wall: WallClock;
  readonly rpc: Rpc;
  readonly responder: Responder;
  readonly config: RaftConfig;
  /** A controller, which votes when it is among the voters; a broker never does. */
  readonly canVote: boolean;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches | undefined;
}
