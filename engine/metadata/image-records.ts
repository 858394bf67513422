import { brokerToRecord, controllerToRecord } from './broker-replay.ts';
import type { ClusterImage } from './cluster-image.ts';
import { METADATA_VERSION } from './features.ts';
import { partitionToRecord } from './partition-replay.ts';
import { ConfigResource, type MetadataRecord } from './record.ts';

/**
 * The records of a snapshot (`MetadataImage.write`): features first, metadata.version before all, then the cluster,
 * the topics, the configurations and the producer ids, each in a stated order.
 */
export function imageToRecords(image: ClusterImage): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  writeFeatures(image, records);
  writeCluster(image, records);
  writeTopics(image, records);
  writeConfigs(image, records);
  if (image.nextProducerId > 0) {
    const owner = image.producerIdsOwner;
    records.push({
      type: 'ProducerIdsRecord',
      brokerId: owner.brokerId,
      brokerEpoch: owner.brokerEpoch,
      nextProducerId: image.nextProducerId,
    });
  }
  return records;
}

function writeFeatures(image: ClusterImage, records: MetadataRecord[]): void {
  const names = [...image.features.keys()].sort();
  const version = image.features.get(METADATA_VERSION);
  if (version !== undefined) {
    records.push({ type: 'FeatureLevelRecord', name: METADATA_VERSION, featureLevel: version });
  }
  for (const name of names) {
    if (name === METADATA_VERSION) continue;
    records.push({ type: 'FeatureLevelRecord', name, featureLevel: image.featureLevel(name) });
  }
}

function writeCluster(image: ClusterImage, records: MetadataRecord[]): void {
  for (const id of image.brokerIds()) {
    const broker = image.broker(id);
    if (broker !== undefined) records.push(brokerToRecord(broker));
  }
  for (const id of [...image.controllers.keys()].sort((a, b) => a - b)) {
    const controller = image.controllers.get(id);
    if (controller !== undefined) records.push(controllerToRecord(controller));
  }
}

function writeTopics(image: ClusterImage, records: MetadataRecord[]): void {
  for (const name of image.topicNames()) {
    const topic = image.topicsByName.get(name);
    if (topic === undefined) continue;
    records.push({ type: 'TopicRecord', name, topicId: topic.id });
    for (let index = 0; index < topic.partitions.length; index += 1) {
      const partition = topic.partitions[index];
      if (partition !== undefined) records.push(partitionToRecord(topic.id, index, partition));
    }
  }
}

function writeConfigs(image: ClusterImage, records: MetadataRecord[]): void {
  for (const resourceType of Object.values(ConfigResource)) {
    for (const resourceName of image.configuredResources(resourceType)) {
      const configs = image.configs(resourceType, resourceName);
      for (const name of [...configs.keys()].sort()) {
        const value = configs.get(name) ?? null;
        records.push({ type: 'ConfigRecord', resourceType, resourceName, name, value });
      }
    }
  }
}
