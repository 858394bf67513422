import type { Log } from '../../../engine/log/index.ts';
import {
  ApiKey,
  type ConsumerGroupDescribeResponse,
  type DescribeGroupsResponse,
  type DescribeTransactionsResponse,
  decodeAssignment,
  type ListGroupsResponse,
  type ListTransactionsResponse,
  type OffsetFetchResponse,
  WireError,
} from '../../../engine/wire/index.ts';
import { LoadedCoordinators } from './loaded-coordinators.ts';
import { committedRecords, loadLogs } from './loaded-logs.ts';

/** What a log directory says, in lines that are the same whether this engine or Kafka's tools say it. All sorted. */
export interface State {
  /** `group topic partition offset`. */
  readonly offsets: readonly string[];
  /** `group state`. */
  readonly groups: readonly string[];
  /** `group client topic partition`: who owns what. */
  readonly owners: readonly string[];
  /** `id producer epoch state start partitions`: start `None` unless one is open. */
  readonly transactions: readonly string[];
  /** `log producer epoch coordinatorEpoch lastSequence lastTimestamp start`, of open transactions. */
  readonly producers: readonly string[];
  /** By log: `offset key value` of what is committed. */
  readonly records: Readonly<Record<string, readonly string[]>>;
}

/** What this engine reads in a log directory, loading it as a broker does. */
export function stateOf(directory: string, recovers = false): State {
  const logs = loadLogs(directory, recovers);
  const coordinators = new LoadedCoordinators(logs);
  const listed = coordinators.ask<ListGroupsResponse>(ApiKey.ListGroups, 5, {
    statesFilter: [],
    typesFilter: [],
  });
  const groupIds = listed.groups.map(({ groupId }) => groupId);
  const data = [...logs].filter(([name]) => !name.startsWith('__'));
  return {
    offsets: groupIds.flatMap((groupId) => offsetsOf(coordinators, groupId)).sort(),
    groups: listed.groups.map(({ groupId, groupState }) => `${groupId} ${groupState}`).sort(),
    owners: listed.groups
      .flatMap(({ groupId, groupType }) =>
        groupType === 'Classic'
          ? classicOwners(coordinators, groupId)
          : consumerOwners(coordinators, groupId),
      )
      .sort(),
    transactions: transactionsOf(coordinators),
    producers: data.flatMap(([name, log]) => openProducers(name, log)).sort(),
    records: Object.fromEntries(data.map(([name, log]) => [name, committedRecords(log)])),
  };
}

function offsetsOf(coordinators: LoadedCoordinators, groupId: string): string[] {
  const asked = { groupId, memberId: null, memberEpoch: -1, topics: null };
  const { groups } = coordinators.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 9, {
    groupId: '',
    topics: [],
    groups: [asked],
    requireStable: false,
  });
  return groups[0]!.topics.flatMap(({ name, partitions }) =>
    partitions.map((each) => `${groupId} ${name} ${each.partitionIndex} ${each.committedOffset}`),
  );
}

function classicOwners(coordinators: LoadedCoordinators, groupId: string): string[] {
  const body = { groups: [groupId], includeAuthorizedOperations: false };
  const { groups } = coordinators.ask<DescribeGroupsResponse>(ApiKey.DescribeGroups, 5, body);
  return groups[0]!.members.flatMap(({ clientId, memberAssignment }) => {
    const assignment = memberAssignment.length === 0 ? null : decodeAssignment(memberAssignment);
    if (assignment instanceof WireError) throw assignment;
    return (assignment?.assignedPartitions ?? []).flatMap(({ topic, partitions }) =>
      partitions.map((partition) => `${groupId} ${clientId} ${topic} ${partition}`),
    );
  });
}

function consumerOwners(coordinators: LoadedCoordinators, groupId: string): string[] {
  const body = { groupIds: [groupId], includeAuthorizedOperations: false };
  const { groups } = coordinators.ask<ConsumerGroupDescribeResponse>(ApiKey.ConsumerGroupDescribe, 1, body);
  return groups[0]!.members.flatMap(({ assignment, clientId }) =>
    assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
      partitions.map((partition) => `${groupId} ${clientId} ${topicName} ${partition}`),
    ),
  );
}

function transactionsOf(coordinators: LoadedCoordinators): string[] {
  const { transactionStates } = coordinators.ask<ListTransactionsResponse>(ApiKey.ListTransactions, 2, {
    stateFilters: [],
    producerIdFilters: [],
    durationFilter: -1,
    transactionalIdPattern: null,
  });
  const transactionalIds = transactionStates.map(({ transactionalId }) => transactionalId);
  const described = coordinators.ask<DescribeTransactionsResponse>(ApiKey.DescribeTransactions, 0, {
    transactionalIds,
  });
  return described.transactionStates
    .map((each) => {
      const start = each.transactionStartTimeMs < 0 ? 'None' : `${each.transactionStartTimeMs}`;
      const logs = each.topics.flatMap(({ partitions, topic }) => partitions.map((at) => `${topic}-${at}`));
      const who = `${each.transactionalId} ${each.producerId} ${each.producerEpoch}`;
      return `${who} ${each.transactionState} ${start} ${logs.sort().join(',')}`;
    })
    .sort();
}

function openProducers(name: string, log: Log): string[] {
  return log.producers
    .entries()
    .filter(({ transactionFrom }) => transactionFrom >= 0)
    .map(
      (each) =>
        `${name} ${each.producerId} ${each.producerEpoch} ${each.coordinatorEpoch} ${each.lastSequence} ` +
        `${each.lastTimestamp} ${each.transactionFrom}`,
    );
}
