import type { ClusterImage } from '../../../metadata/index.ts';
import type { Uuid } from '../../../wire/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import { subscribedTopics } from './subscription-counts.ts';

/** Topics that exist and that the member subscribes to; sorted (`TopicIds`). */
export function topicIdsOf(group: ConsumerGroup, member: ConsumerGroupMember, image: ClusterImage): Uuid[] {
  const topicIds: Uuid[] = [];
  for (const name of subscribedTopics(member, (regex) => group.resolvedRegexes.get(regex))) {
    const topic = image.topicsByName.get(name);
    if (topic !== undefined) topicIds.push(topic.id);
  }
  return topicIds.sort();
}
