import { utf8Decode, utf8Encode } from '../wire/index.ts';

/**
 * `CleanShutdownFileHandler`: JSON, version 0, with the broker epoch of the process that stopped (KIP-966).
 */
export function encodeCleanShutdown(brokerEpoch: number): Uint8Array {
  return utf8Encode(`{"version":0,"brokerEpoch":${brokerEpoch}}`);
}

/** The broker epoch; -1 when the content does not tell. */
export function decodeCleanShutdown(content: Uint8Array): number {
  const match = /"brokerEpoch"\s*:\s*(-?\d{1,16})\s*[,}]/.exec(utf8Decode(content));
  const brokerEpoch = match === null ? -1 : Number(match[1]);
  return Number.isSafeInteger(brokerEpoch) ? brokerEpoch : -1;
}
