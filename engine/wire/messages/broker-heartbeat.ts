import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { bool, type Infer, int16, int32, int64, list, struct } from '../schema.ts';

/** A broker says that it lives, and what it wants: to serve, to stay fenced, or to go. */
export const brokerHeartbeatRequest = struct(
  'BrokerHeartbeatRequest',
  { versions: '0-2', flexible: '0+' },
  {
    brokerId: int32('0+', 'The broker.'),
    brokerEpoch: int64('0+', 'Its epoch; an old one is refused.', { default: -1 }),
    currentMetadataOffset: int64('0+', 'How far it has applied the metadata log.'),
    wantFence: bool('0+', 'It is not ready to serve.'),
    wantShutDown: bool('0+', 'It asks to be shut down in order.'),
    offlineLogDirs: list('uuid', '1+', 'Log directories that failed (KIP-858).', { tag: 0 }),
    cordonedLogDirs: list('uuid', '2+', 'Log directories that take no new replicas; null until RECOVERY.', {
      nullable: '2+',
      default: null,
      tag: 1,
    }),
  },
);

export const brokerHeartbeatResponse = struct(
  'BrokerHeartbeatResponse',
  { versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the broker back, ms.'),
    errorCode: int16('0+', 'Verdict on the heartbeat.'),
    isCaughtUp: bool('0+', 'It has seen its own registration.'),
    isFenced: bool('0+', 'It may not lead or serve.', { default: true }),
    shouldShutDown: bool('0+', 'Nothing depends on it any more: it may go.'),
  },
);

export type BrokerHeartbeatRequest = Infer<typeof brokerHeartbeatRequest>;
export type BrokerHeartbeatResponse = Infer<typeof brokerHeartbeatResponse>;

export const brokerHeartbeatApi = api(
  ApiKey.BrokerHeartbeat,
  ['controller'],
  brokerHeartbeatRequest,
  brokerHeartbeatResponse,
);
