/** Names one connection within one incarnation of a node. The host gives the numbers. */
export type ConnectionId = number;

/** Where a listener is reached. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * A request as it travels: Kafka's request header and a body in the shape of `engine/wire`. A frame is a value: once
 * sent neither side changes it. In a run with `codec: bytes` it is encoded and decoded again on the way.
 */
export interface RequestFrame {
  readonly kind: 'request';
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly body: object;
}

/** A response as it travels. Key and version are not on the wire: the receiver knows them by correlation id. */
export interface ResponseFrame {
  readonly kind: 'response';
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly body: object;
}

export type Frame = RequestFrame | ResponseFrame;
