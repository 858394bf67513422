import type { Violation } from '../../result/index.ts';
import { activeController, type ClusterViews } from '../cluster-views.ts';

export const TOPIC_IDS_MATCH = {
  name: 'TopicIdsMatch',
  property:
    'A replica’s log belongs to the topic id that the metadata gives its name, on a broker that it is assigned to.',
} as const;

/**
 * What is left of a topic must not be taken for another of the same name (KAFKA-14616, KAFKA-16157).
 */
export function validateTopicIds(at: number, views: ClusterViews): Violation[] {
  const controller = activeController(views);
  if (controller === null) return [];
  const violations: Violation[] = [];
  for (const { name, id, view } of views.brokers) {
    if (view === null || view.metadataOffset < controller.metadataOffset) continue;
    for (const { name: log, topic, topicId, index, log: opened } of view.replicas()) {
      if (opened === null) continue;
      const image = controller.image.topicsByName.get(topic);
      const kept = opened.topicId ?? topicId;
      const flaw =
        image === undefined
          ? 'has no topic in the metadata'
          : image.id !== topicId || image.id !== kept
            ? `belongs to topic id ${kept}, served as ${topicId}; the metadata has ${image.id}`
            : image.partitions[index]?.replicas.includes(id) !== true
              ? 'is not assigned there'
              : null;
      if (flaw === null) continue;
      violations.push({
        check: TOPIC_IDS_MATCH.name,
        at,
        message: `${log} on ${name} ${flaw}`,
        evidence: { node: name, log, topicId },
      });
    }
  }
  return violations;
}
