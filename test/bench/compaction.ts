import { Bench } from 'tinybench';
import {
  cleanerConfigDefaults,
  type LogConfig,
  LogDirectory,
  LogFailure,
  logConfigDefaults,
  logDirectoryConfigDefaults,
} from '../../engine/log/index.ts';
import { isDiskError, type Outbox, unheard } from '../../engine/machine/index.ts';
import { buildBatch, noCompression, VerifiedBatches } from '../../engine/records/index.ts';
import { DiskImage } from '../../sim/disk/index.ts';
import { RandomStreams } from '../../sim/random/index.ts';
import type { BenchRow } from './kernel.ts';

const LOG = 'accounts-0';
const TOPIC_ID = 'dGVzdC10b3BpYy1pZC0wMQ';
const MIB = 2 ** 20;
/** Of the log that is cleaned. */
const LOG_BYTES = 32 * MIB;
const RECORDS_PER_BATCH = 100;
const VALUE_BYTES = 100;
const CONFIG: LogConfig = {
  ...logConfigDefaults,
  'cleanup.policy': ['compact'],
  'segment.bytes': 4 * MIB,
  'min.cleanable.dirty.ratio': 0,
};
/** A cleaner that finds nothing to do within so long is done. */
const IDLE_US = 60_000_000;

/** What a cleaner reads a second, on a disk that takes no time: mapping, copying and swapping, one core. */
export async function compactionBench(): Promise<BenchRow[]> {
  return [
    await measure('compaction, one record of ten stays', 0.1),
    await measure('compaction, nine records of ten stay', 0.9),
  ];
}

async function measure(name: string, stays: number): Promise<BenchRow> {
  const image = writtenLog(stays);
  const copy = (): CleanerStage => new CleanerStage(new DiskImage(image.copyTree()));
  let stage = copy();
  const { bytes } = stage;
  const bench = new Bench({ iterations: 5, time: 0, warmupIterations: 2, warmupTime: 0, throws: true });
  bench.add(name, () => stage.clean(stays), {
    beforeEach: () => {
      stage = copy();
    },
  });
  await bench.run();
  const { result } = bench.tasks[0]!;
  if (!('throughput' in result)) throw new Error(`${name} did not run`);
  return {
    name,
    unit: 'MB',
    perSecond: Math.round((result.throughput.mean * bytes) / 1e6),
    rme: Math.round(result.throughput.rme * 100) / 100,
  };
}

/** Batches of keyed records, each key about as often as it takes for `stays` of the records to be the last. */
function writtenLog(stays: number): DiskImage {
  const stage = new CleanerStage(new DiskImage());
  const random = new RandomStreams('bench').stream('keys');
  const records = Math.floor(LOG_BYTES / (VALUE_BYTES + 20));
  const keys = Math.floor(records * stays);
  for (let written = 0; written < records; written += RECORDS_PER_BATCH) {
    const batch = Array.from({ length: RECORDS_PER_BATCH }, (_, i) => {
      // All keys come once in the end, so that as many records stay as there are keys.
      const key = written + i >= records - keys ? written + i - records + keys : random.below(keys);
      const text = `key-${key}`;
      return {
        timestamp: 1_000,
        key: Uint8Array.from(text, (character) => character.charCodeAt(0)),
        value: new Uint8Array(VALUE_BYTES),
      };
    });
    stage.append(buildBatch({}, batch));
  }
  stage.close();
  return stage.disk;
}

/** One log directory whose disk and timers cost nothing. */
class CleanerStage {
  readonly disk: DiskImage;
  readonly #directory: LogDirectory;
  readonly #timers = new Map<number, number>();
  readonly #out: Outbox;
  #now = 0;
  #read = 0;
  #written = 0;

  constructor(disk: DiskImage) {
    this.disk = disk;
    disk.makeDirectory('/data');
    this.#out = this.#outbox();
    const directory = LogDirectory.open(
      0,
      {
        disk,
        path: '/data',
        random: { stream: () => ({ u32: () => 0, below: () => 0 }) },
        wall: { nowMs: () => 2_000 + Math.floor(this.#now / 1_000) },
        config: logDirectoryConfigDefaults,
        cleanerConfig: cleanerConfigDefaults,
        clusterId: 'cluster',
        nodeId: 1,
        compression: noCompression,
        verified: new VerifiedBatches(2 ** 16),
        topicConfig: () => CONFIG,
      },
      this.#out,
    );
    if (isDiskError(directory)) throw new Error(`${directory.code} ${directory.path}`);
    this.#directory = directory;
    if (directory.get(LOG) === undefined) directory.create(LOG, TOPIC_ID, CONFIG, this.#out);
    this.#log.advanceHighWatermark(this.#log.logEndOffset, 0, true, this.#out);
  }

  get #log() {
    return this.#directory.get(LOG)!;
  }

  get bytes(): number {
    return this.#log.sizeBytes;
  }

  append(batch: Uint8Array): void {
    const answer = this.#log.appendAsLeader([batch], 0, this.#out);
    if (answer instanceof LogFailure) throw new Error(answer.message);
    this.#settle();
  }

  /** Ends the active segment: all that was written may be cleaned. */
  close(): void {
    this.#log.advanceHighWatermark(this.#log.logEndOffset, 0, true, this.#out);
    this.#log.roll();
    this.#settle();
    this.#directory.closeCleanly(this.#now, 1, this.#out);
    this.#settle();
  }

  clean(stays: number): void {
    const until = this.#now + IDLE_US;
    for (;;) {
      const due = [...this.#timers].sort((a, b) => a[1] - b[1])[0];
      if (due === undefined || due[1] > until) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1]);
      this.#directory.onTimer(this.#now, due[0], 0, this.#out);
      this.#settle();
    }
    const kept = this.#written / this.#read;
    if (!(Math.abs(kept - stays) < 0.05)) throw new Error(`${kept} of the records stayed, not ${stays}`);
  }

  #settle(): void {
    for (;;) {
      const tickets = this.disk.takeSynced();
      if (tickets.length === 0) return;
      for (const ticket of tickets) this.#directory.onSynced(this.#now, ticket, null, this.#out);
    }
  }

  #outbox(): Outbox {
    return {
      ...unheard(),
      arm: (timer, at) => this.#timers.set(timer, at),
      disarm: (timer) => this.#timers.delete(timer),
      fact: (fact) => {
        if (fact.fact !== 'log compacted') return;
        this.#read += fact.recordsBefore;
        this.#written += fact.recordsAfter;
      },
    };
  }
}
