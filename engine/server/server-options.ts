import type { Disk, Endpoint, RandomSource, WallClock } from '../machine/index.ts';
import type { StaticConfig } from '../metadata/index.ts';
import type { Compression, VerifiedBatches } from '../records/index.ts';

/** A voter of the quorum (`controller.quorum.voters`). */
export interface Voter extends Endpoint {
  readonly id: number;
}

/** What every process of a cluster is started with. */
export interface ServerOptions {
  readonly nodeId: number;
  readonly clusterId: string;
  /** Where the process listens, and what it tells others. */
  readonly endpoint: Endpoint;
  readonly voters: readonly Voter[];
  readonly disk: Disk;
  readonly random: RandomSource;
  readonly wall: WallClock;
  readonly compression: Compression;
  /** Batches known to be undamaged: one for all processes of a world. */
  readonly verified?: VerifiedBatches | undefined;
  /** `server.properties`: only what is set. */
  readonly config: StaticConfig;
  /** The directory of the metadata log (`metadata.log.dir`), and for a broker of all its logs (`log.dir`). */
  readonly directory: string;
}

export interface BrokerServerOptions extends ServerOptions {
  /** `broker.rack`. */
  readonly rack: string | null;
}

export type ControllerServerOptions = ServerOptions;
