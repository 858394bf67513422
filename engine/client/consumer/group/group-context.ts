import type { Random } from '../../../machine/index.ts';
import type { ClientNetwork } from '../../client-network.ts';
import type { ConsumerDriver, GroupListener } from '../../ports.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { Subscription } from '../subscription.ts';
import type { CoordinatorLink } from './coordinator-link.ts';

/** What the parts of a group consumer share. */
export interface GroupContext {
  readonly config: ConsumerConfig;
  readonly network: ClientNetwork;
  readonly subscription: Subscription;
  readonly link: CoordinatorLink;
  readonly driver: ConsumerDriver;
  readonly listener: GroupListener | undefined;
  readonly random: Random;
}
