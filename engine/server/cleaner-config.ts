import type { CleanerConfig } from '../log/index.ts';
import { brokerConfig, brokerConfigNumber, type ClusterImage, type ConfigNode } from '../metadata/index.ts';

/** What the cleaners of a running broker go by: most of it may be changed while they run (`LogCleaner.reconfigure`). */
export function cleanerConfig(image: ClusterImage, node: ConfigNode): CleanerConfig {
  const number = (name: keyof CleanerConfig) => brokerConfigNumber(image, name, node);
  return {
    'log.cleaner.enable': brokerConfig(image, 'log.cleaner.enable', node) === 'true',
    'log.cleaner.backoff.ms': number('log.cleaner.backoff.ms'),
    'log.cleaner.dedupe.buffer.size': number('log.cleaner.dedupe.buffer.size'),
    'log.cleaner.io.buffer.load.factor': number('log.cleaner.io.buffer.load.factor'),
    'log.cleaner.io.max.bytes.per.second': number('log.cleaner.io.max.bytes.per.second'),
  };
}
