/**
 * Consumer groups (KIP-848): the coordinator assigns, each member is led to its assignment by heartbeats of its own.
 *
 *     heartbeat -> what the member says of itself --changed--> group epoch + 1
 *                  group epoch > target's epoch, interval over --> assignor -> new target (assignor/)
 *                  member epoch < target's epoch --> one step: give up, then move on, then wait
 *
 * `ConsumerGroups` is the room: decisions (heartbeat, leave, timers), replay of every ConsumerGroup* record, reads.
 * `ConsumerGroup` is a group as its records say; `decide-current-assignment` is a member's step. Patterns are resolved
 * here (`regex/`). Members of the classic protocol in consumer groups are served, too (join-classic-member,
 * classic-members); groups change their kind in both directions (convert-classic-group, convert-consumer-group;
 * `group.consumer.migration.policy`).
 *
 * Invariants:
 * - A partition is one member's at a time: it is given when nobody has it, and is had until given up or fenced.
 * - memberEpoch <= assignmentEpoch <= groupEpoch, each only rises; a static member that is away is in epoch -2.
 * - A decision changes nothing but timers and when metadata is looked at again: all else is in its records.
 * - Replaying the records gives the same groups. A conversion to a classic group applies itself, as in Kafka.
 *
 * Kafka's counterparts: `GroupMetadataManager.consumerGroup*`, `modern/`, `modern/consumer/`, `assignor/`,
 * `TopicRegexResolver`, `ConsumerGroupMigrationPolicy`. KIP-848, 1082, 1101, 1251, 1263. Ties between assignors and the
 * order of topics and members, which Kafka leaves to hash maps, are by id here.
 */
export * from './assignor/index.ts';
export { ConsumerGroup, type ConsumerGroupState } from './consumer-group.ts';
export { type ConsumerGroupMember, MemberState } from './consumer-group-member.ts';
export { ConsumerGroups } from './consumer-groups.ts';
export { compileRegex, type Regex } from './regex/index.ts';
