import { Log, LogStorage, logConfigDefaults } from '../log/index.ts';
import type { Disk, DiskError, Outbox, WallClock } from '../machine/index.ts';
import type { VerifiedBatches } from '../records/index.ts';
import { METADATA_LOG, METADATA_TOPIC_ID } from './metadata-partition.ts';
import type { RaftConfig } from './raft-config.ts';
import { MAX_PENDING_APPEND_BYTES } from './raft-config.ts';

export interface MetadataLogPlace {
  readonly disk: Disk;
  readonly wall: WallClock;
  readonly directory: string;
  readonly config: RaftConfig;
  readonly verified?: VerifiedBatches | undefined;
}

/**
 * Opens the one log that no LogDirectory looks after (`KafkaRaftLog.createLog`): always recovered as after a crash,
 * and never cleaned by time or size, for only a snapshot tells what may go.
 */
export function openMetadataLog(place: MetadataLogPlace, out: Outbox): Log | DiskError {
  const { disk, wall, directory, config, verified } = place;
  const storage = new LogStorage({ disk, wall, verified });
  return Log.open(
    {
      storage,
      parent: directory,
      name: METADATA_LOG,
      topicId: METADATA_TOPIC_ID,
      config: {
        ...logConfigDefaults,
        'max.message.bytes': MAX_PENDING_APPEND_BYTES,
        'segment.bytes': config['metadata.log.segment.bytes'],
        'segment.ms': config['metadata.log.segment.ms'],
        'retention.ms': -1,
        'retention.bytes': -1,
      },
    },
    out,
  );
}
