import { describe, expect, it } from 'vitest';
import {
  ClusterImage,
  ConfigResource,
  rejectTopicConfigs,
  topicConfig,
  topicConfigBoolean,
  topicConfigNumber,
  topicConfigOf,
} from '../../../engine/metadata/index.ts';
import { ConfigSource } from '../../../engine/wire/index.ts';

function imageWith(...configs: [number, string, string, string][]): ClusterImage {
  const image = new ClusterImage();
  configs.forEach(([resourceType, resourceName, name, value], offset) => {
    image.replay({ type: 'ConfigRecord', resourceType, resourceName, name, value }, offset);
  });
  return image;
}

describe('the configuration of a topic', () => {
  it("is Kafka's default when nobody says otherwise", () => {
    const image = imageWith();
    expect(topicConfigNumber(image, 't', 'min.insync.replicas')).toBe(1);
    expect(topicConfigNumber(image, 't', 'max.message.bytes')).toBe(1_048_588);
    expect(topicConfigNumber(image, 't', 'segment.bytes')).toBe(1_073_741_824);
    expect(topicConfigNumber(image, 't', 'retention.ms')).toBe(604_800_000);
    expect(topicConfig(image, 't', 'message.timestamp.type')).toBe('CreateTime');
    expect(topicConfig(image, 't', 'compression.type')).toBe('producer');
    expect(topicConfigBoolean(image, 't', 'unclean.leader.election.enable')).toBe(false);
    expect(topicConfigNumber(image, 't', 'flush.messages')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('comes from the topic, else the node, else the cluster, else the file', () => {
    const node = { nodeId: 3, static: { 'log.retention.ms': 4 } };
    const layers: [number, string, string, string][] = [
      [ConfigResource.BROKER, '', 'log.retention.ms', '3'],
      [ConfigResource.BROKER, '3', 'log.retention.ms', '2'],
      [ConfigResource.TOPIC, 't', 'retention.ms', '1'],
    ];
    const at = (count: number) => {
      const image = imageWith(...layers.slice(0, count));
      const own = image.configs(ConfigResource.TOPIC, 't');
      const { value, source } = topicConfigOf(image, own, 'retention.ms', node);
      return [value, source];
    };
    expect(at(0)).toEqual(['4', ConfigSource.STATIC_BROKER_CONFIG]);
    expect(at(1)).toEqual(['3', ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG]);
    expect(at(2)).toEqual(['2', ConfigSource.DYNAMIC_BROKER_CONFIG]);
    expect(at(3)).toEqual(['1', ConfigSource.TOPIC_CONFIG]);
    const other = { nodeId: 4, static: {} };
    expect(topicConfig(imageWith(...layers.slice(0, 2)), 't', 'retention.ms', other)).toBe('3');
  });

  it('knows the broker under its other names, finest unit first', () => {
    const image = imageWith();
    const of = (file: Record<string, number>) =>
      topicConfigNumber(image, 't', 'retention.ms', { nodeId: 1, static: file });
    expect(of({ 'log.retention.hours': 2 })).toBe(7_200_000);
    expect(of({ 'log.retention.hours': 2, 'log.retention.minutes': 3 })).toBe(180_000);
    const node = { nodeId: 1, static: { 'message.max.bytes': 5 } };
    expect(topicConfigNumber(image, 't', 'max.message.bytes', node)).toBe(5);
  });

  it('is forgotten when its record deletes it', () => {
    const image = imageWith([ConfigResource.TOPIC, 't', 'retention.ms', '1']);
    image.replay(
      {
        type: 'ConfigRecord',
        resourceType: ConfigResource.TOPIC,
        resourceName: 't',
        name: 'retention.ms',
        value: null,
      },
      1,
    );
    expect(image.configs(ConfigResource.TOPIC, 't').size).toBe(0);
    expect(image.configuredResources(ConfigResource.TOPIC)).toEqual([]);
  });

  it('is refused with a reason', () => {
    const reject = (name: string, value: string) => rejectTopicConfigs(new Map([[name, value]]));
    expect(reject('retention.ms', '5')).toBeNull();
    expect(reject('cleanup.policy', 'compact,delete')).toBeNull();
    expect(reject('cleanup.policy', '')).toBeNull();
    expect(reject('nope', '5')).toMatch(/Unknown topic config name: nope/);
    expect(reject('min.insync.replicas', '0')).toMatch(/must be at least 1/);
    expect(reject('min.insync.replicas', '1.5')).toMatch(/Not a number of type INT/);
    expect(reject('compression.gzip.level', '10')).toMatch(/no more than 9/);
    expect(reject('message.timestamp.type', 'Never')).toMatch(/must be one of/);
    expect(reject('retention.ms', 'x'.repeat(40_000))).toMatch(/maximum value size/);
  });
});
