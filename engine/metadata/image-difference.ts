import { brokerToRecord } from './broker-replay.ts';
import type { ClusterImage } from './cluster-image.ts';
import { MetadataDelta } from './metadata-delta.ts';
import { partitionToRecord } from './partition-replay.ts';
import { ConfigResource } from './record.ts';
import type { BrokerRegistration, PartitionRegistration } from './registration.ts';

/** What lies between two images, for a node that jumps from one to the other by a snapshot. */
export function imageDifference(previous: ClusterImage, next: ClusterImage): MetadataDelta {
  const delta = new MetadataDelta();
  compareBrokers(previous, next, delta);
  compareControllers(previous, next, delta);
  compareTopics(previous, next, delta);
  compareConfigs(previous, next, delta);
  if (JSON.stringify(sortedEntries(previous.features)) !== JSON.stringify(sortedEntries(next.features))) {
    delta.noteFeatures();
  }
  delta.noteRecord();
  return delta;
}

function compareBrokers(previous: ClusterImage, next: ClusterImage, delta: MetadataDelta): void {
  for (const id of previous.brokerIds()) {
    if (next.broker(id) === undefined) delta.noteBroker(id, previous.broker(id) ?? null, null);
  }
  for (const id of next.brokerIds()) {
    const before = previous.broker(id) ?? null;
    const after = next.broker(id) ?? null;
    if (before === null || after === null || !sameBroker(before, after)) delta.noteBroker(id, before, after);
  }
}

function compareControllers(previous: ClusterImage, next: ClusterImage, delta: MetadataDelta): void {
  const ids = new Set([...previous.controllers.keys(), ...next.controllers.keys()]);
  for (const id of [...ids].sort((a, b) => a - b)) {
    const before = previous.controllers.get(id) ?? null;
    const after = next.controllers.get(id) ?? null;
    if (JSON.stringify(before) !== JSON.stringify(after)) delta.noteController(id, before, after);
  }
}

function compareTopics(previous: ClusterImage, next: ClusterImage, delta: MetadataDelta): void {
  for (const name of previous.topicNames()) {
    const topic = previous.topicsByName.get(name);
    if (topic !== undefined && !next.topicsById.has(topic.id)) delta.noteTopicDeleted(topic);
  }
  for (const name of next.topicNames()) {
    const topic = next.topicsByName.get(name);
    if (topic === undefined) continue;
    const before = previous.topicsById.get(topic.id);
    if (before === undefined) delta.noteTopicCreated(topic);
    for (let index = 0; index < topic.partitions.length; index += 1) {
      const was = before?.partitions[index] ?? null;
      const is = topic.partitions[index] ?? null;
      if (was === null || is === null || !samePartition(was, is)) delta.notePartition(topic, index, was, is);
    }
  }
}

function compareConfigs(previous: ClusterImage, next: ClusterImage, delta: MetadataDelta): void {
  for (const type of Object.values(ConfigResource)) {
    const names = new Set([...previous.configuredResources(type), ...next.configuredResources(type)]);
    for (const name of [...names].sort()) {
      const before = JSON.stringify(sortedEntries(previous.configs(type, name)));
      if (before !== JSON.stringify(sortedEntries(next.configs(type, name)))) delta.noteConfig(type, name);
    }
  }
}

function sameBroker(a: BrokerRegistration, b: BrokerRegistration): boolean {
  return JSON.stringify(brokerToRecord(a)) === JSON.stringify(brokerToRecord(b));
}

/** Every change raises the partition epoch, but an unclean history could give two registrations one epoch. */
function samePartition(a: PartitionRegistration, b: PartitionRegistration): boolean {
  return JSON.stringify(partitionToRecord('', 0, a)) === JSON.stringify(partitionToRecord('', 0, b));
}

function sortedEntries<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
