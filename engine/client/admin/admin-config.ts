import { type ClientConfig, clientConfigDefaults } from '../client-config.ts';

/** Kafka's names and defaults (`AdminClientConfig`). */
export interface AdminConfig extends ClientConfig {
  readonly retries: number;
  readonly 'default.api.timeout.ms': number;
}

export const adminConfigDefaults: AdminConfig = {
  ...clientConfigDefaults,
  'connections.max.idle.ms': 300_000,
  retries: 0x7fffffff,
  'default.api.timeout.ms': 60_000,
};

export function adminConfig(given: Partial<AdminConfig>): AdminConfig {
  return { ...adminConfigDefaults, ...given };
}
