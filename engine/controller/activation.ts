import {
  bootstrapRecords,
  ConfigResource,
  ELR_VERSION,
  METADATA_VERSION,
  type MetadataRecord,
  topicConfig,
} from '../metadata/index.ts';
import type { ControllerState } from './controller-state.ts';

/**
 * The first records of a new active controller (`ActivationRecordsGenerator`). An empty log is given the features that
 * the cluster was formatted with, as one metadata transaction; with ELR also a min.insync.replicas for the whole
 * cluster, which ELR needs to be the same for everybody. A transaction that the last controller left open is aborted.
 */
export function activationRecords(state: ControllerState, transactionIsOpen: boolean): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  if (transactionIsOpen) records.push({ type: 'AbortTransactionRecord', reason: 'Controller failover' });
  if (state.image.features.has(METADATA_VERSION)) return records;
  const levels = bootstrapRecords({
    'metadata.version': state.config['metadata.version'],
    'eligible.leader.replicas.version': state.config['eligible.leader.replicas.version'],
    'group.version': state.config['group.version'],
    'share.version': state.config['share.version'],
    'streams.version': state.config['streams.version'],
    'transaction.version': state.config['transaction.version'],
  });
  records.push({ type: 'BeginTransactionRecord', name: 'Bootstrap records' }, ...levels);
  const hasElr = levels.some((record) => record.type === 'FeatureLevelRecord' && record.name === ELR_VERSION);
  if (hasElr) {
    const name = 'min.insync.replicas';
    // Nothing dynamic is in an empty log: this is the value of the configuration file, or Kafka's default.
    const value = topicConfig(state.image, '', name, state.node);
    records.push({
      type: 'ConfigRecord',
      resourceType: ConfigResource.BROKER,
      resourceName: '',
      name,
      value,
    });
  }
  records.push({ type: 'EndTransactionRecord' });
  return records;
}
