/** The header of a request, as far as it could be read. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

export type WireErrorCode = 'truncated' | 'malformed' | 'unsupported version' | 'unknown api' | 'too large';

/**
 * Why bytes are not a message: a value that `decode...` returns, never thrown out of this room.
 *
 * `header` is there when a request's header was read whole. A server answers an ApiVersions request of an
 * unknown version from it, with version 0 and UNSUPPORTED_VERSION (KIP-511); for any other error it closes
 * the connection, as Kafka does.
 */
export class WireError {
  readonly code: WireErrorCode;
  readonly message: string;
  readonly header: RequestHeader | null;

  constructor(code: WireErrorCode, message: string, header: RequestHeader | null = null) {
    this.code = code;
    this.message = message;
    this.header = header;
  }
}
