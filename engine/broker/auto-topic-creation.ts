import type { Outbox, Us } from '../machine/index.ts';
import { ApiKey, type CreateTopicsRequest } from '../wire/index.ts';
import type { BrokerConfig } from './config.ts';
import type { Forwarding } from './forwarding.ts';
import { GROUP_METADATA_TOPIC, SHARE_GROUP_STATE_TOPIC, TRANSACTION_STATE_TOPIC } from './topic-name.ts';

type CreatableTopic = CreateTopicsRequest['topics'][number];
type TopicConfigs = CreatableTopic['configs'];

/** The version in which this broker asks for a topic on a client's behalf. */
const CREATE_TOPICS_VERSION = 7;

/** What internal topics are created with (`GroupCoordinatorService.groupMetadataTopicConfigs` and its like). */
const SHARE_STATE: TopicConfigs = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'compression.type', value: 'producer' },
  { name: 'segment.bytes', value: '104857600' },
  { name: 'min.insync.replicas', value: '2' },
  { name: 'retention.ms', value: '-1' },
];

/**
 * Asks the controller for topics that clients named and that do not exist (`DefaultAutoTopicCreationManager`). The
 * client is told UNKNOWN_TOPIC_OR_PARTITION meanwhile and asks again; a topic already asked for is not asked for
 * twice.
 */
export class AutoTopicCreation {
  readonly #config: BrokerConfig;
  readonly #forwarding: Forwarding;
  /** Forwarding token by the topic that it asks for. A token that waits no more has ended, either way. */
  readonly #asked = new Map<string, number>();

  constructor(config: BrokerConfig, forwarding: Forwarding) {
    this.#config = config;
    this.#forwarding = forwarding;
  }

  /** Names are valid and unknown to the image. */
  create(now: Us, names: readonly string[], clientId: string | null, out: Outbox): void {
    for (const [name, token] of this.#asked) {
      if (!this.#forwarding.isWaiting(token)) this.#asked.delete(name);
    }
    const asked = names.filter((name) => !this.#asked.has(name));
    if (asked.length === 0) return;
    const body: CreateTopicsRequest = {
      topics: asked.map((name) => this.#creatable(name)),
      timeoutMs: this.#config['request.timeout.ms'],
      validateOnly: false,
    };
    const { CreateTopics } = ApiKey;
    const token = this.#forwarding.forwardOwn(now, CreateTopics, CREATE_TOPICS_VERSION, body, clientId, out);
    for (const name of asked) this.#asked.set(name, token);
  }

  #creatable(name: string): CreatableTopic {
    const config = this.#config;
    switch (name) {
      case GROUP_METADATA_TOPIC:
        return creatable(
          name,
          config['offsets.topic.num.partitions'],
          config['offsets.topic.replication.factor'],
          offsetsTopicConfigs(config),
        );
      case TRANSACTION_STATE_TOPIC:
        return creatable(
          name,
          config['transaction.state.log.num.partitions'],
          config['transaction.state.log.replication.factor'],
          transactionTopicConfigs(config),
        );
      case SHARE_GROUP_STATE_TOPIC:
        return creatable(
          name,
          config['share.coordinator.state.topic.num.partitions'],
          config['share.coordinator.state.topic.replication.factor'],
          SHARE_STATE,
        );
      default:
        // -1: not this broker's business, the controller's defaults decide (KIP-464).
        return creatable(
          name,
          config['num.partitions'] ?? -1,
          config['default.replication.factor'] ?? -1,
          [],
        );
    }
  }
}

function creatable(
  name: string,
  numPartitions: number,
  replicationFactor: number,
  configs: TopicConfigs,
): CreatableTopic {
  return { name, numPartitions, replicationFactor, assignments: [], configs };
}

function offsetsTopicConfigs(config: BrokerConfig): TopicConfigs {
  return [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'compression.type', value: 'producer' },
    { name: 'segment.bytes', value: String(config['offsets.topic.segment.bytes']) },
  ];
}

/** Never an unclean leader: it would forget how transactions ended. */
function transactionTopicConfigs(config: BrokerConfig): TopicConfigs {
  return [
    { name: 'unclean.leader.election.enable', value: 'false' },
    { name: 'compression.type', value: 'uncompressed' },
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'min.insync.replicas', value: String(config['transaction.state.log.min.isr']) },
    { name: 'segment.bytes', value: String(config['transaction.state.log.segment.bytes']) },
  ];
}
