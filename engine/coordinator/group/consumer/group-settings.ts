import { type ClusterImage, ConfigResource } from '../../../metadata/index.ts';
import type { GroupConfig } from '../group-config.ts';

type NumberKey = {
  [Key in keyof GroupConfig]: GroupConfig[Key] extends number ? Key : never;
}[keyof GroupConfig];

/** A setting that a group may have for itself, and what holds where it has none, within the broker's bounds. */
interface Setting {
  readonly own: string;
  readonly broker: NumberKey;
  readonly min: NumberKey;
  readonly max: NumberKey;
}

/** Dynamic settings of the resource GROUP (KIP-848, `GroupConfig`), by what they set. */
const SETTINGS = {
  sessionTimeoutMs: {
    own: 'consumer.session.timeout.ms',
    broker: 'group.consumer.session.timeout.ms',
    min: 'group.consumer.min.session.timeout.ms',
    max: 'group.consumer.max.session.timeout.ms',
  },
  heartbeatIntervalMs: {
    own: 'consumer.heartbeat.interval.ms',
    broker: 'group.consumer.heartbeat.interval.ms',
    min: 'group.consumer.min.heartbeat.interval.ms',
    max: 'group.consumer.max.heartbeat.interval.ms',
  },
  assignmentIntervalMs: {
    own: 'consumer.assignment.interval.ms',
    broker: 'group.consumer.assignment.interval.ms',
    min: 'group.consumer.min.assignment.interval.ms',
    max: 'group.consumer.max.assignment.interval.ms',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export function groupSetting(
  name: keyof typeof SETTINGS,
  groupId: string,
  config: GroupConfig,
  image: ClusterImage,
): number {
  const { broker, max, min, own } = SETTINGS[name];
  const text = image.configs(ConfigResource.GROUP, groupId).get(own);
  if (text === undefined || !/^\d+$/.test(text)) return config[broker];
  return Math.min(Math.max(Number.parseInt(text, 10), config[min]), config[max]);
}

/** `group.consumer.migration.policy`: whether groups may change their kind while they have members. */
export function allowsUpgrade(config: GroupConfig): boolean {
  const policy = config['group.consumer.migration.policy'].toLowerCase();
  return policy === 'bidirectional' || policy === 'upgrade';
}

export function allowsDowngrade(config: GroupConfig): boolean {
  const policy = config['group.consumer.migration.policy'].toLowerCase();
  return policy === 'bidirectional' || policy === 'downgrade';
}

export function allowsClassicMembers(config: GroupConfig): boolean {
  return config['group.consumer.migration.policy'].toLowerCase() !== 'disabled';
}
