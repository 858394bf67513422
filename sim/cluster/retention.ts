import { isCompacted, type Operation, type Scenario } from '../scenario/index.ts';

/** The scenario, or an administrator in it, says for how long the topic keeps its records. */
export function hasRetention({ cluster, operations }: Scenario, topic: string): boolean {
  const config = cluster.topics.find(({ name }) => name === topic)?.config ?? {};
  return (
    setsRetention({ ...cluster.brokerConfig, ...config }) ||
    operations.some((each) => isOfRetention(each, topic))
  );
}

function isOfRetention(operation: Operation, topic: string): boolean {
  switch (operation.do) {
    case 'alter-topic-config':
      return operation.topic === topic && setsRetention(operation.set);
    case 'create-topic':
      return operation.topic === topic && setsRetention(operation.config);
    case 'alter-broker-config':
      return setsRetention(operation.set);
    default:
      return false;
  }
}

function setsRetention(settings: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(settings).some((name) => /^(log\.)?retention\./.test(name));
}

/** The scenario has the topic compacted, from the beginning or from when an administrator says so. */
export function isEverCompacted(scenario: Scenario, topic: string): boolean {
  return isCompacted(topic, scenario) || scenario.operations.some((each) => isOfCompaction(each, topic));
}

function isOfCompaction(operation: Operation, topic: string): boolean {
  switch (operation.do) {
    case 'alter-topic-config':
      return operation.topic === topic && setsCompaction(operation.set);
    case 'create-topic':
      return operation.topic === topic && setsCompaction(operation.config);
    default:
      return false;
  }
}

function setsCompaction(settings: Readonly<Record<string, unknown>>): boolean {
  return String(settings['cleanup.policy'] ?? '').includes('compact');
}
