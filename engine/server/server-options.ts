import type { Disk, Endpoint, RandomSource, WallClock } from '../machine/index.ts';
import type { StaticConfig } from '../metadata/index.ts';
import type { Compression, VerifiedBatches } from '../records/index.ts';
import type { Uuid } from '../wire/index.ts';

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
  /** `controller.quorum.voters`; empty in a dynamic quorum (KIP-853), which has its voters in the metadata log. */
  readonly voters: readonly Voter[];
  /** `controller.quorum.bootstrap.servers`: whom to ask who leads; the voters unless given. */
  readonly bootstrapServers?: readonly Voter[] | undefined;
  readonly disk: Disk;
  readonly random: RandomSource;
  readonly wall: WallClock;
  readonly compression: Compression;
  /** Batches known to be undamaged: one for all processes of a world. */
  readonly verified?: VerifiedBatches | undefined;
  /** `server.properties`: only what is set. */
  readonly config: StaticConfig;
  /** The directory of the metadata log (`metadata.log.dir`), and for a broker of its other logs too (`log.dirs`). */
  readonly directory: string;
}

export interface BrokerServerOptions extends ServerOptions {
  /** `broker.rack`. */
  readonly rack: string | null;
  /** `log.dirs`: `directory` is one of them. Absent: it is the only one. */
  readonly directories?: readonly string[] | undefined;
}

export interface ControllerServerOptions extends ServerOptions {
  /** What `kafka-storage format` is told about an empty directory; without it the directory's id is drawn. */
  readonly format?: FormatOptions | undefined;
}

/** A controller of the first voters: `--initial-controllers id@host:port:directoryId`. */
export interface InitialController extends Voter {
  readonly directoryId: Uuid;
}

export interface FormatOptions {
  readonly directoryId: Uuid;
  /** Empty for `--no-initial-controllers`: a controller that may be added later. */
  readonly initialControllers: readonly InitialController[];
}
