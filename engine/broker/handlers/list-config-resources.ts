import { type ClusterImage, ConfigResource } from '../../metadata/index.ts';
import {
  ErrorCode,
  type ListConfigResourcesRequest,
  type ListConfigResourcesResponse,
} from '../../wire/index.ts';
import { aliveBrokers } from '../metadata-view.ts';

type Listed = ListConfigResourcesResponse['configResources'][number];

/** Version 0 knew client metrics only: it was ListClientMetricsResources (KIP-1142). */
const FIRST_VERSION_WITH_TYPES = 1;
/** In the order of the answer (`KafkaApis.handleListConfigResources`). */
const ALL_TYPES: readonly number[] = [
  ConfigResource.GROUP,
  ConfigResource.CLIENT_METRICS,
  ConfigResource.BROKER_LOGGER,
  ConfigResource.BROKER,
  ConfigResource.TOPIC,
];

/** What carries a configuration, or could: all topics and live brokers, and the groups and subscriptions that do. */
export function decideListConfigResources(
  image: ClusterImage,
  version: number,
  request: ListConfigResourcesRequest,
): ListConfigResourcesResponse {
  const supported = version >= FIRST_VERSION_WITH_TYPES ? ALL_TYPES : [ConfigResource.CLIENT_METRICS];
  const { resourceTypes } = request;
  if (resourceTypes.some((type) => !supported.includes(type))) {
    return { throttleTimeMs: 0, errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] };
  }
  const asked = supported.filter((type) => resourceTypes.length === 0 || resourceTypes.includes(type));
  const configResources = asked.flatMap((type) =>
    namesOf(image, type).map((name): Listed => ({ resourceName: name, resourceType: type })),
  );
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, configResources };
}

function namesOf(image: ClusterImage, type: number): readonly string[] {
  switch (type) {
    case ConfigResource.BROKER:
    case ConfigResource.BROKER_LOGGER:
      return aliveBrokers(image).map(({ id }) => String(id));
    case ConfigResource.TOPIC:
      return image.topicNames();
    default:
      return image.configuredResources(type);
  }
}
