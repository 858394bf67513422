import type { Us } from '../machine/index.ts';
import { MS, SECOND } from '../machine/index.ts';

export interface ExchangeConfig {
  readonly clientId: string | null;
  /** Ask ApiVersions on every new connection and use the highest common versions; else one's own highest. */
  readonly handshake: boolean;
  readonly maxInFlightRequestsPerConnection: number;
  readonly reconnectBackoffUs: Us;
  readonly reconnectBackoffMaxUs: Us;
  readonly connectionSetupTimeoutUs: Us;
  readonly connectionSetupTimeoutMaxUs: Us;
  /** The time-out of the handshake's own requests. */
  readonly handshakeTimeoutUs: Us;
  /** Connections unused for so long are closed; 0 for never. */
  readonly maxIdleUs: Us;
}

/** Between servers: one request in flight a channel, no handshake, as Kafka's own inter-broker clients. */
export function serverExchangeConfig(clientId: string | null): ExchangeConfig {
  return {
    clientId,
    handshake: false,
    maxInFlightRequestsPerConnection: 1,
    reconnectBackoffUs: 50 * MS,
    reconnectBackoffMaxUs: 1 * SECOND,
    connectionSetupTimeoutUs: 10 * SECOND,
    connectionSetupTimeoutMaxUs: 30 * SECOND,
    handshakeTimeoutUs: 30 * SECOND,
    maxIdleUs: 0,
  };
}
