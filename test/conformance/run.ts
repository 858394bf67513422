import { conformBootKafka } from './boot-kafka/boot-kafka.ts';
import { conformDumpLog } from './dump-log/dump-log.ts';
import { Kafka, NoKafka } from './kafka.ts';

/**
 * `npm run conformance [-- --update]`: what the simulation is held against outside it. Installs what it needs, tells
 * what it ran and what it did not; ends with 1 when anything disagrees. `--update` keeps what Kafka said as goldens.
 */
const update = process.argv.includes('--update');
const kafka = Kafka.install();
if (kafka instanceof NoKafka) {
  console.log(`not run: dump-log, boot-kafka: ${kafka.reason}`);
  process.exitCode = 1;
} else {
  console.log(`dump-log: ${conformDumpLog(kafka, update)}`);
  console.log(`boot-kafka: ${await conformBootKafka()}`);
}
