/** The transaction coordinator's settings, by Kafka's names, with Kafka's defaults (`TransactionConfig`). */
export interface TransactionConfig {
  readonly 'transaction.max.timeout.ms': number;
  readonly 'transactional.id.expiration.ms': number;
  readonly 'transaction.abort.timed.out.transaction.cleanup.interval.ms': number;
  readonly 'transaction.remove.expired.transaction.cleanup.interval.ms': number;
  readonly 'transaction.two.phase.commit.enable': boolean;
  readonly 'transaction.state.log.num.partitions': number;
  readonly 'transaction.state.log.replication.factor': number;
  readonly 'transaction.state.log.min.isr': number;
  readonly 'transaction.state.log.segment.bytes': number;
  readonly 'transaction.state.log.load.buffer.size': number;
}

export const transactionConfigDefaults: TransactionConfig = {
  'transaction.max.timeout.ms': 15 * 60_000,
  'transactional.id.expiration.ms': 7 * 24 * 3_600_000,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 10_000,
  'transaction.remove.expired.transaction.cleanup.interval.ms': 3_600_000,
  'transaction.two.phase.commit.enable': false,
  'transaction.state.log.num.partitions': 50,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
  'transaction.state.log.segment.bytes': 100 * 1024 * 1024,
  'transaction.state.log.load.buffer.size': 5 * 1024 * 1024,
};

/** The settings of `__transaction_state` when it is created (`transactionStateTopicConfigs`). */
export function transactionTopicConfigs(config: TransactionConfig): Readonly<Record<string, string>> {
  return {
    'unclean.leader.election.enable': 'false',
    'compression.type': 'uncompressed',
    'cleanup.policy': 'compact',
    'min.insync.replicas': String(config['transaction.state.log.min.isr']),
    'segment.bytes': String(config['transaction.state.log.segment.bytes']),
  };
}
