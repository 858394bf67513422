import { DiskError, type Outbox } from '../machine/index.ts';
import { CheckpointFile, type DurableWaiter } from './checkpoint-file.ts';
import { decodeOffsets, encodeOffsets } from './checkpoint-text.ts';
import type { Log } from './log.ts';
import {
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from './log-file-name.ts';
import type { LogStorage, RecoveryPointWatcher } from './log-storage.ts';

/** Offsets by the log's name. */
export type Offsets = ReadonlyMap<string, number>;

/** What the three checkpoint files of a directory say. */
export interface CheckpointedOffsets {
  readonly highWatermarks: Offsets;
  readonly recoveryPoints: Offsets;
  readonly logStarts: Offsets;
}

/** The three checkpoint files of a directory. A file is written only when its content has changed. */
export class LogCheckpoints implements DurableWaiter, RecoveryPointWatcher {
  readonly #logs: () => Iterable<Log>;
  readonly #highWatermarks: CheckpointFile;
  readonly #recoveryPoints: CheckpointFile;
  readonly #logStarts: CheckpointFile;
  #areRecoveryPointsStale = false;
  /** The write of the recovery points that takes the last promise back. */
  #loweredIn = 0;

  /** `logs` gives the directory's logs in the order of names. */
  constructor(storage: LogStorage, path: string, logs: () => Iterable<Log>) {
    this.#logs = logs;
    this.#highWatermarks = new CheckpointFile(storage, path, HIGH_WATERMARK_CHECKPOINT);
    this.#recoveryPoints = new CheckpointFile(storage, path, RECOVERY_POINT_CHECKPOINT);
    this.#logStarts = new CheckpointFile(storage, path, LOG_START_CHECKPOINT);
    this.#recoveryPoints.whenDurable(this);
  }

  get areDurable(): boolean {
    return (
      this.#highWatermarks.isDurable &&
      this.#recoveryPoints.isDurable &&
      this.#logStarts.isDurable &&
      !this.#areRecoveryPointsStale
    );
  }

  /** A file that cannot be trusted counts as empty: recovery starts from zero then, as in Kafka. */
  read(out: Outbox): CheckpointedOffsets | DiskError {
    const highWatermarks = readOffsets(this.#highWatermarks, out);
    if (highWatermarks instanceof DiskError) return highWatermarks;
    const recoveryPoints = readOffsets(this.#recoveryPoints, out);
    if (recoveryPoints instanceof DiskError) return recoveryPoints;
    const logStarts = readOffsets(this.#logStarts, out);
    if (logStarts instanceof DiskError) return logStarts;
    return { highWatermarks, recoveryPoints, logStarts };
  }

  writeHighWatermarks(): void {
    this.#highWatermarks.writeIfChanged(this.#encode((log) => log.highWatermark));
  }

  writeRecoveryPoints(): void {
    this.#areRecoveryPointsStale = false;
    this.#recoveryPoints.writeIfChanged(this.#encode((log) => log.recoveryPoint));
  }

  /** A log is left out whose start is that of its first segment: it is found again without (`LogManager`). */
  writeLogStarts(): void {
    const lines: (readonly [string, number])[] = [];
    for (const log of this.#logs()) {
      if (log.logStartOffset > log.firstSegmentBaseOffset) lines.push([log.name, log.logStartOffset]);
    }
    this.#logStarts.writeIfChanged(encodeOffsets(lines));
  }

  /**
   * A log was truncated: the file must not go on promising what is gone (`LogManager.truncateTo` writes it at
   * once). Many truncations in a row, as after an election, share a write.
   */
  onRecoveryPointLowered(): void {
    this.#areRecoveryPointsStale = true;
    if (this.#recoveryPoints.isDurable) this.settle();
  }

  get isBehind(): boolean {
    return this.#areRecoveryPointsStale || this.#recoveryPoints.durableVersion < this.#loweredIn;
  }

  settle(): void {
    if (!this.#areRecoveryPointsStale || !this.#recoveryPoints.isDurable) return;
    this.writeRecoveryPoints();
    this.#loweredIn = this.#recoveryPoints.version;
  }

  #encode(offsetOf: (log: Log) => number): Uint8Array {
    const lines: (readonly [string, number])[] = [];
    for (const log of this.#logs()) lines.push([log.name, offsetOf(log)]);
    return encodeOffsets(lines);
  }
}

function readOffsets(file: CheckpointFile, out: Outbox): Offsets | DiskError {
  const content = file.read();
  if (content instanceof DiskError) return content;
  const offsets = content === null ? new Map<string, number>() : decodeOffsets(content);
  if (offsets === null) out.probe('offset checkpoint was unreadable');
  return offsets ?? new Map<string, number>();
}
