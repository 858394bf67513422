import {
  ClassicGroup,
  ConsumerGroup,
  type ConsumerGroupMember,
  type GroupShard,
} from '../../../engine/coordinator/index.ts';
import type { ConsumerShadow, GroupShadow, MemberShadow } from '../shadow/group-shadow.ts';
import type { GroupLogView } from '../shadow/groups-shadow.ts';

/** What a partition of `__consumer_offsets` says, in comparable lines by what they are about. */
export interface GroupPicture {
  readonly lines: Map<string, string>;
  /** Groups between two generations: what they are is in no record yet. */
  readonly unsettled: ReadonlySet<string>;
}

/** Of a shard as it is now, or as a load made it. */
export function pictureOfShard({ groups, offsets }: GroupShard): GroupPicture {
  const lines = new Map<string, string>();
  const unsettled = new Set<string>();
  for (const group of groups.values()) {
    if (group instanceof ConsumerGroup) drawConsumer(group, lines);
    else if (group instanceof ClassicGroup && !drawClassic(group, lines)) unsettled.add(group.groupId);
  }
  for (const [groupId, topics] of offsets.offsets.groups())
    for (const [topic, partitions] of topics)
      for (const [partition, { offset, recordOffset }] of partitions)
        lines.set(`position of ${groupId} in ${topic}-${partition}`, `${offset} (record ${recordOffset})`);
  for (const [producerId, table] of offsets.pending.byProducer())
    for (const [groupId, topics] of table.groups())
      for (const [topic, partitions] of topics)
        for (const [partition, { offset, recordOffset }] of partitions)
          lines.set(
            `pending position of ${groupId} in ${topic}-${partition} by producer ${producerId}`,
            `${offset} (record ${recordOffset})`,
          );
  return { lines, unsettled };
}

/** Of the model that followed the log. */
export function pictureOfShadow({ groups, offsets }: GroupLogView): GroupPicture {
  const lines = new Map<string, string>();
  for (const group of groups.values()) drawShadow(group, lines);
  const draw = (
    key: string,
    kind: string,
    by: string,
    of: { offset: number; recordOffset: number },
  ): void => {
    const [groupId, log] = key.split(' ');
    lines.set(`${kind} of ${groupId} in ${log}${by}`, `${of.offset} (record ${of.recordOffset})`);
  };
  for (const [key, position] of offsets.committed) draw(key, 'position', '', position);
  for (const [producerId, positions] of offsets.pending)
    for (const [key, position] of positions)
      draw(key, 'pending position', ` by producer ${producerId}`, position);
  return { lines, unsettled: new Set() };
}

/** The first line in which two pictures differ, in words; null when they do not. */
export function differenceOf(one: GroupPicture, other: GroupPicture): string | null {
  const isUnsettled = (line: string): boolean => {
    const groupId = line.startsWith('group ') ? line.split(' ')[1]! : '';
    return one.unsettled.has(groupId) || other.unsettled.has(groupId);
  };
  for (const [line, is] of one.lines) {
    const there = other.lines.get(line);
    if (there !== is && !isUnsettled(line)) return `${line} is ${is}, there ${there ?? 'missing'}`;
  }
  for (const [line, there] of other.lines)
    if (!one.lines.has(line) && !isUnsettled(line)) return `${line} is missing, there ${there}`;
  return null;
}

/** False: it is on its way to another generation, or out. */
function drawClassic(group: ClassicGroup, lines: Map<string, string>): boolean {
  const { generationId, groupId, leaderId, members, protocolName, state } = group;
  if (state !== 'Stable' && state !== 'Empty') return false;
  drawClassicHead(lines, groupId, generationId, protocolName, leaderId, members.size);
  for (const { assignment, instanceId, memberId } of members.values())
    lines.set(`group ${groupId} member ${memberId}`, classicMember(instanceId, assignment));
  return true;
}

/** Whoever only stores positions has a group of which there is no record. */
function drawClassicHead(
  lines: Map<string, string>,
  groupId: string,
  generation: number,
  protocol: string | null,
  leader: string | null,
  members: number,
): void {
  if (members === 0 && generation === 0) return;
  lines.set(
    `group ${groupId}`,
    `classic, generation ${generation}, ${protocol ?? 'no protocol'}, led by ${leader ?? 'nobody'}`,
  );
}

function classicMember(instanceId: string | null, assignment: Uint8Array): string {
  return `${instanceId ?? 'dynamic'} with ${assignment.length} bytes: ${[...assignment].join('.')}`;
}

function drawConsumer(group: ConsumerGroup, lines: Map<string, string>): void {
  const { assignmentEpoch, groupEpoch, groupId } = group;
  lines.set(`group ${groupId}`, consumerHead(groupEpoch, assignmentEpoch));
  for (const member of group.members()) {
    lines.set(`group ${groupId} member ${member.memberId}`, consumerMember(member));
    const target = [...group.target(member.memberId)].flatMap(([id, all]) =>
      all.map((each) => `${id}:${each}`),
    );
    if (target.length > 0)
      lines.set(`group ${groupId} target of ${member.memberId}`, target.sort().join(' '));
  }
  for (const [regex, { topics }] of group.resolvedRegexes)
    lines.set(`group ${groupId} pattern ${regex}`, topics.join(' '));
}

function consumerHead(epoch: number, targetEpoch: number): string {
  return `consumer, epoch ${epoch}, target of epoch ${targetEpoch}`;
}

function consumerMember(member: ConsumerGroupMember): string {
  const held: string[] = [];
  for (const part of [member.assigned, member.pendingRevocation])
    for (const [topicId, partitions] of part)
      for (const [partition, epoch] of partitions) held.push(`${topicId}:${partition}@${epoch}`);
  const { instanceId, memberEpoch, previousMemberEpoch, state, subscribedTopicNames } = member;
  return describeMember(instanceId, memberEpoch, previousMemberEpoch, state, subscribedTopicNames, held);
}

function describeMember(
  instanceId: string | null,
  memberEpoch: number,
  previousMemberEpoch: number,
  state: number,
  topics: readonly string[],
  held: string[],
): string {
  const who = instanceId ?? 'dynamic';
  const what = held.sort().join(' ');
  return `${who}, epoch ${memberEpoch} after ${previousMemberEpoch}, state ${state}, reads ${topics.join(' ')}, has ${what}`;
}

function drawShadow({ classic, consumer, groupId }: GroupShadow, lines: Map<string, string>): void {
  if (consumer !== null) {
    drawConsumerShadow(groupId, consumer, lines);
    return;
  }
  if (classic === null) return;
  const { generation, leader, members, protocol } = classic;
  drawClassicHead(lines, groupId, generation, protocol, leader, members.size);
  for (const { assignment, instanceId, memberId } of members.values())
    lines.set(`group ${groupId} member ${memberId}`, classicMember(instanceId, assignment));
}

function drawConsumerShadow(groupId: string, group: ConsumerShadow, lines: Map<string, string>): void {
  lines.set(`group ${groupId}`, consumerHead(group.epoch, group.targetEpoch));
  for (const member of group.members.values())
    lines.set(`group ${groupId} member ${member.memberId}`, shadowMember(member));
  for (const [memberId, target] of group.targets)
    if (target.length > 0) lines.set(`group ${groupId} target of ${memberId}`, [...target].sort().join(' '));
  for (const [regex, topics] of group.regexes)
    lines.set(`group ${groupId} pattern ${regex}`, [...topics].sort().join(' '));
}

function shadowMember({ current, held, metadata }: MemberShadow): string {
  return describeMember(
    metadata?.instanceId ?? null,
    current?.memberEpoch ?? -1,
    current?.previousMemberEpoch ?? -1,
    current?.state ?? 0,
    [...new Set(metadata?.subscribedTopicNames ?? [])].sort(),
    [...held].map(([partition, epoch]) => `${partition}@${epoch}`),
  );
}
