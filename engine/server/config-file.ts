import type { StaticConfig } from '../metadata/index.ts';
import type { BrokerServerOptions, ServerOptions } from './server-options.ts';

/**
 * A process's whole `server.properties`, as DescribeConfigs shows it: what it is started with besides its settings is
 * written there as Kafka would have it.
 */
export function brokerFile(options: BrokerServerOptions): StaticConfig {
  const { config, directory, endpoint, rack } = options;
  return {
    ...config,
    ...commonFile(options),
    'process.roles': 'broker',
    listeners: `PLAINTEXT://${endpoint.host}:${endpoint.port}`,
    'log.dirs': (options.directories ?? [directory]).join(','),
    ...(rack === null ? {} : { 'broker.rack': rack }),
  };
}

export function controllerFile(options: ServerOptions): StaticConfig {
  const { config, directory, endpoint } = options;
  return {
    ...config,
    ...commonFile(options),
    'process.roles': 'controller',
    listeners: `CONTROLLER://${endpoint.host}:${endpoint.port}`,
    'metadata.log.dir': directory,
  };
}

function commonFile({ nodeId, voters }: ServerOptions): StaticConfig {
  return {
    'node.id': nodeId,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': voters.map(({ id, host, port }) => `${id}@${host}:${port}`).join(','),
  };
}
