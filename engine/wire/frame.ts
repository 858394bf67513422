import type { Frame, RequestFrame, ResponseFrame } from '../machine/index.ts';
import { WireError } from './wire-error.ts';

/** The bytes of a frame: header and body, without the length that precedes them on a connection. */
export function encodeFrame(_frame: Frame): Uint8Array {
  throw new Error('not derived yet');
}

/** How many bytes a frame takes on a connection, its four bytes of length included. */
export function frameSize(_frame: Frame): number {
  throw new Error('not derived yet');
}

export function decodeRequest(_bytes: Uint8Array): RequestFrame | WireError {
  return new WireError('malformed', 'not derived yet');
}

export function decodeResponse(
  _bytes: Uint8Array,
  _apiKey: number,
  _apiVersion: number,
): ResponseFrame | WireError {
  return new WireError('malformed', 'not derived yet');
}
