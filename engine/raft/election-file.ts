import type { Disk } from '../machine/index.ts';
import { DiskError, isDiskError } from '../machine/index.ts';
import { utf8Decode, utf8Encode, ZERO_UUID } from '../wire/index.ts';
import { DurableFile } from './durable-file.ts';
import type { ReplicaKey } from './voters.ts';

/** What a replica may never forget about an epoch: `ElectionState`. -1 stands for none. */
export interface Election {
  readonly epoch: number;
  readonly leader: number;
  /** Its directory is not known at data version 0. */
  readonly voted: ReplicaKey | null;
}

const FILE_NAME = 'quorum-state';

/**
 * Kafka's `quorum-state` file (`FileQuorumStateStore`; data version 0 with static voters, 1 with dynamic ones). One vote per epoch rests on it:
 * nothing that follows from an election leaves this node before the file is durable.
 */
export class ElectionFile {
  readonly #disk: Disk;
  readonly #path: string;
  /** What leads to the file. The log's directory may be as new as its first vote, so its own entry counts once. */
  #directories: readonly string[];

  constructor(disk: Disk, parent: string, directory: string) {
    this.#disk = disk;
    this.#path = `${directory}/${FILE_NAME}`;
    this.#directories = [directory, parent];
  }

  /** Null when this replica has never taken part in an election. */
  read(): Election | null | DiskError {
    const size = this.#disk.size(this.#path);
    if (size < 0) return null;
    const bytes = this.#disk.read(this.#path, 0, size);
    if (isDiskError(bytes)) return bytes;
    return parseElection(utf8Decode(bytes)) ?? new DiskError('EIO', this.#path);
  }

  write(election: Election, voters: readonly number[], kraftVersion: number): DurableFile | DiskError {
    const temporary = `${this.#path}.tmp`;
    const written = this.#disk.write(temporary, utf8Encode(formatElection(election, voters, kraftVersion)));
    if (isDiskError(written)) return written;
    const file = new DurableFile(this.#disk, this.#directories, temporary, this.#path);
    this.#directories = this.#directories.slice(0, 1);
    return file;
  }
}

/** Fields in the order that Kafka's generated JSON converter writes them. */
function formatElection(election: Election, voters: readonly number[], kraftVersion: number): string {
  const { leader: leaderId, epoch: leaderEpoch, voted } = election;
  const votedId = voted?.id ?? -1;
  if (kraftVersion > 0) {
    const votedDirectoryId = voted?.directoryId ?? ZERO_UUID;
    return JSON.stringify({ leaderId, leaderEpoch, votedId, votedDirectoryId, data_version: 1 });
  }
  return JSON.stringify({
    clusterId: '',
    leaderId,
    leaderEpoch,
    votedId,
    appliedOffset: 0,
    currentVoters: voters.map((voterId) => ({ voterId })),
    data_version: 0,
  });
}

/** Null for what is not a quorum state. */
function parseElection(text: string): Election | null {
  let data: Record<string, unknown>;
  try {
    data = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { leaderId, leaderEpoch, votedId, votedDirectoryId, data_version: version } = data;
  if (version !== 0 && version !== 1) return null;
  if (typeof leaderId !== 'number' || typeof leaderEpoch !== 'number' || typeof votedId !== 'number')
    return null;
  const isKeyed = typeof votedDirectoryId === 'string' && votedDirectoryId !== ZERO_UUID;
  const voted = votedId < 0 ? null : { id: votedId, directoryId: isKeyed ? votedDirectoryId : null };
  return { epoch: leaderEpoch, leader: leaderId, voted };
}
