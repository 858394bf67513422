import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { bytes, type Infer, int16, struct } from '../schema.ts';

/**
 * A client's request that a broker passes on to the active controller, with the client's identity (KIP-590).
 */
export const envelopeRequest = struct(
  'EnvelopeRequest',
  { versions: '0', flexible: '0+' },
  {
    requestData: bytes('0+', "The client's header and body, as `encodeFrame` gives them."),
    requestPrincipal: bytes('0+', 'The client, as its broker authenticated it.', { nullable: '0+' }),
    clientHostAddress: bytes('0+', "The client's address, 4 or 16 bytes."),
  },
);

export const envelopeResponse = struct(
  'EnvelopeResponse',
  { versions: '0', flexible: '0+' },
  {
    responseData: bytes('0+', 'The answer, header and body; null when the envelope failed.', {
      nullable: '0+',
      default: null,
    }),
    errorCode: int16('0+', 'Verdict on the envelope itself.'),
  },
);

export type EnvelopeRequest = Infer<typeof envelopeRequest>;
export type EnvelopeResponse = Infer<typeof envelopeResponse>;

export const envelopeApi = api(ApiKey.Envelope, ['controller'], envelopeRequest, envelopeResponse);
