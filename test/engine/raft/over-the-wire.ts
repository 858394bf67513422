import { decodeRequest, decodeResponse, encodeFrame, WireError } from '../../../engine/wire/index.ts';

/** Every message goes through its bytes, so that no body says what its version cannot. */
export function overTheWireRequest(apiKey: number, apiVersion: number, body: object): object {
  const frame = { kind: 'request', apiKey, apiVersion, correlationId: 1, clientId: null, body } as const;
  const decoded = decodeRequest(encodeFrame(frame));
  if (decoded instanceof WireError) throw new Error(decoded.message);
  return decoded.body;
}

export function overTheWireResponse(apiKey: number, apiVersion: number, body: object): object {
  const frame = { kind: 'response', apiKey, apiVersion, correlationId: 1, body } as const;
  const decoded = decodeResponse(encodeFrame(frame), apiKey, apiVersion);
  if (decoded instanceof WireError) throw new Error(decoded.message);
  return decoded.body;
}
