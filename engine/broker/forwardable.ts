import { ApiKey } from '../wire/index.ts';

/** What the controller decides: a broker passes it on as it came. */
export const FORWARDED: ReadonlySet<number> = new Set([
  ApiKey.CreateTopics,
  ApiKey.DeleteTopics,
  ApiKey.ElectLeaders,
  ApiKey.DescribeQuorum,
  ApiKey.CreatePartitions,
  ApiKey.AlterPartitionReassignments,
  ApiKey.ListPartitionReassignments,
  ApiKey.UpdateFeatures,
  ApiKey.UnregisterBroker,
  ApiKey.AddRaftVoter,
  ApiKey.RemoveRaftVoter,
]);

/**
 * What may come to a controller in an Envelope (`ApiKeys.forwardable`): also what a broker looks at first and passes on
 * in part.
 */
export const FORWARDABLE: ReadonlySet<number> = new Set([
  ...FORWARDED,
  ApiKey.AlterConfigs,
  ApiKey.IncrementalAlterConfigs,
]);
