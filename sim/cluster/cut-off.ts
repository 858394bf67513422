import type { Operation, Scenario } from '../scenario/index.ts';

/** Retention that the scenario sets, or its administrator, takes the oldest records of the topic away. */
export function isCutOff({ cluster, operations }: Scenario, topic: string): boolean {
  const config = cluster.topics.find(({ name }) => name === topic)?.config ?? {};
  return (
    setsRetention({ ...cluster.brokerConfig, ...config }) || operations.some((each) => cutsOff(each, topic))
  );
}

function cutsOff(operation: Operation, topic: string): boolean {
  switch (operation.do) {
    case 'delete-records':
      return operation.topic === topic;
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
