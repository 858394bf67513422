import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, string, struct, uint16, uuid } from '../schema.ts';

/** A controller process announces itself to the active one (KIP-919). */
export const controllerRegistrationRequest = struct(
  'ControllerRegistrationRequest',
  { versions: '0', flexible: '0+' },
  {
    controllerId: int32('0+', 'The controller.'),
    incarnationId: uuid('0+', 'New with every start of the process.'),
    zkMigrationReady: bool('0+', 'A remnant of the move from ZooKeeper.'),
    listeners: array('0+', 'Where it is reached.', {
      name: string('0+', 'Name of the listener.'),
      host: string('0+', 'Its host.'),
      port: uint16('0+', 'Its port there.'),
      securityProtocol: int16('0+', '0: PLAINTEXT, 1: SSL, 2: SASL_PLAINTEXT, 3: SASL_SSL.'),
    }),
    features: array('0+', 'Feature levels it can run.', {
      name: string('0+', 'The feature.'),
      minSupportedVersion: int16('0+', 'Lowest level.'),
      maxSupportedVersion: int16('0+', 'Highest level.'),
    }),
  },
);

export const controllerRegistrationResponse = struct(
  'ControllerRegistrationResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the controller back, ms.'),
    errorCode: int16('0+', 'Verdict on the registration.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+' }),
  },
);

export type ControllerRegistrationRequest = Infer<typeof controllerRegistrationRequest>;
export type ControllerRegistrationResponse = Infer<typeof controllerRegistrationResponse>;

export const controllerRegistrationApi = api(
  ApiKey.ControllerRegistration,
  ['controller'],
  controllerRegistrationRequest,
  controllerRegistrationResponse,
);
