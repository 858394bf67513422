import type { ExchangeConfig } from '../exchange/index.ts';
import { assert, type Endpoint, MS } from '../machine/index.ts';

/** What producer, consumer and admin configurations share, by Kafka's names (`CommonClientConfigs`). */
export interface ClientConfig {
  /** `host:port`, each. */
  readonly 'bootstrap.servers': readonly string[];
  readonly 'client.id': string;
  readonly 'client.rack': string;
  readonly 'request.timeout.ms': number;
  readonly 'retry.backoff.ms': number;
  readonly 'retry.backoff.max.ms': number;
  readonly 'reconnect.backoff.ms': number;
  readonly 'reconnect.backoff.max.ms': number;
  readonly 'socket.connection.setup.timeout.ms': number;
  readonly 'socket.connection.setup.timeout.max.ms': number;
  readonly 'connections.max.idle.ms': number;
  readonly 'metadata.max.age.ms': number;
  /** KIP-899: what to do when no known broker can be reached any more. */
  readonly 'metadata.recovery.strategy': 'rebootstrap' | 'none';
  readonly 'metadata.recovery.rebootstrap.trigger.ms': number;
  /** KIP-1242: brokers are told which cluster and node are meant, and say so when they are not it. */
  readonly 'metadata.cluster.check.enable': boolean;
}

export const clientConfigDefaults: ClientConfig = {
  'bootstrap.servers': [],
  'client.id': '',
  'client.rack': '',
  'request.timeout.ms': 30_000,
  'retry.backoff.ms': 100,
  'retry.backoff.max.ms': 1_000,
  'reconnect.backoff.ms': 50,
  'reconnect.backoff.max.ms': 1_000,
  'socket.connection.setup.timeout.ms': 10_000,
  'socket.connection.setup.timeout.max.ms': 30_000,
  'connections.max.idle.ms': 540_000,
  'metadata.max.age.ms': 300_000,
  'metadata.recovery.strategy': 'rebootstrap',
  'metadata.recovery.rebootstrap.trigger.ms': 300_000,
  'metadata.cluster.check.enable': true,
};

/** A client negotiates versions and takes its timings from its configuration. */
export function clientExchangeConfig(config: ClientConfig, maxInFlight: number): ExchangeConfig {
  return {
    clientId: config['client.id'],
    handshake: true,
    maxInFlightRequestsPerConnection: maxInFlight,
    reconnectBackoffUs: config['reconnect.backoff.ms'] * MS,
    reconnectBackoffMaxUs: config['reconnect.backoff.max.ms'] * MS,
    connectionSetupTimeoutUs: config['socket.connection.setup.timeout.ms'] * MS,
    connectionSetupTimeoutMaxUs: config['socket.connection.setup.timeout.max.ms'] * MS,
    handshakeTimeoutUs: config['request.timeout.ms'] * MS,
    maxIdleUs: config['connections.max.idle.ms'] * MS,
  };
}

export function parseBootstrapServers(servers: readonly string[]): readonly Endpoint[] {
  assert(servers.length > 0, 'bootstrap.servers names at least one server');
  return servers.map((server) => {
    const colon = server.lastIndexOf(':');
    const port = Number(server.slice(colon + 1));
    assert(
      colon > 0 && Number.isInteger(port) && port > 0,
      () => `bootstrap.servers: ${server} is host:port`,
    );
    return { host: server.slice(0, colon), port };
  });
}
