import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import {
  array,
  bool,
  type Infer,
  int16,
  int32,
  int64,
  list,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts';

/** A broker process announces itself and is given its epoch. */
export const brokerRegistrationRequest = struct(
  'BrokerRegistrationRequest',
  { versions: '0-4', flexible: '0+' },
  {
    brokerId: int32('0+', 'The broker.'),
    clusterId: string('0+', 'The cluster it means to join.'),
    incarnationId: uuid('0+', 'New with every start of the process.'),
    listeners: array('0+', 'Where it is reached.', {
      name: string('0+', 'Name of the listener.'),
      host: string('0+', 'Its host.'),
      port: uint16('0+', 'Its port there.'),
      securityProtocol: int16('0+', '0: PLAINTEXT, 1: SSL, 2: SASL_PLAINTEXT, 3: SASL_SSL.'),
    }),
    features: array('0+', 'Feature levels it can run; before v4 those with minimum 0 are hidden.', {
      name: string('0+', 'The feature.'),
      minSupportedVersion: int16('0+', 'Lowest level.'),
      maxSupportedVersion: int16('0+', 'Highest level.'),
    }),
    rack: string('0+', 'Its rack, if any.', { nullable: '0+' }),
    isMigratingZkBroker: bool('1+', 'A remnant of the move from ZooKeeper.'),
    logDirs: list('uuid', '2+', 'Log directories that are online (KIP-858).', { ignorable: true }),
    previousBrokerEpoch: int64(
      '3+',
      'Its epoch before a clean shutdown, -1 after an unclean one (KIP-966).',
      {
        default: -1,
        ignorable: true,
      },
    ),
  },
);

export const brokerRegistrationResponse = struct(
  'BrokerRegistrationResponse',
  { versions: '0-4', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the broker back, ms.'),
    errorCode: int16('0+', 'Verdict on the registration.'),
    brokerEpoch: int64('0+', 'The epoch given, -1 for none.', { default: -1 }),
  },
);

export type BrokerRegistrationRequest = Infer<typeof brokerRegistrationRequest>;
export type BrokerRegistrationResponse = Infer<typeof brokerRegistrationResponse>;

export const brokerRegistrationApi = api(
  ApiKey.BrokerRegistration,
  ['controller'],
  brokerRegistrationRequest,
  brokerRegistrationResponse,
);
