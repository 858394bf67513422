import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformBootKafka } from './boot-kafka/boot-kafka.ts';
import { conformBootTrial } from './boot-kafka/boot-trial.ts';
import { conformDumpLog } from './dump-log/dump-log.ts';
import { Kafka, NoKafka } from './kafka.ts';
import { conformKafkaDisk } from './kafka-disk/kafka-disk.ts';
import { writeDisks } from './written.ts';

/**
 * `npm run conformance [-- --update]`: what the simulation is held against outside it. Installs what it needs, tells
 * what it ran and what it did not; ends with 1 when anything disagrees. `--update` keeps what Kafka said as goldens.
 */
const update = process.argv.includes('--update');
const kafka = Kafka.install();
if (kafka instanceof NoKafka) {
  console.log(`not run: dump-log, boot-kafka, boot-trial, kafka-disk: ${kafka.reason}`);
  process.exitCode = 1;
} else {
  const directory = mkdtempSync(join(tmpdir(), 'kafka-trial-conformance-'));
  try {
    writeDisks(directory);
    console.log(`dump-log: ${conformDumpLog(kafka, directory, update)}`);
    console.log(`boot-kafka: a real Kafka on simulated disks: ${await conformBootKafka(directory)}`);
    console.log(`boot-trial: a simulated cluster on a real Kafka's disks: ${conformBootTrial(directory)}`);
    const real = join(directory, 'real');
    console.log(`kafka-disk: a real Kafka's own disk: ${await conformKafkaDisk(kafka, real, update)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
