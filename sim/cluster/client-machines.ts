import {
  Admin,
  type AdminDriver,
  type AdminListener,
  adminConfig,
  Consumer,
  type ConsumerConfig,
  type ConsumerDriver,
  type ConsumerListener,
  consumerConfig,
  Producer,
  type ProducerConfig,
  type ProducerDriver,
  type ProducerListener,
  producerConfig,
  type TransactionalDriver,
  TransactionalProducer,
  type TransactionListener,
} from '../../engine/client/index.ts';
import type { VerifiedBatches } from '../../engine/records/index.ts';
import type { MachineFactory } from '../host/index.ts';
import type { ClientPlace, Config, ConsumerSpec, ProducerSpec, Scenario } from '../scenario/index.ts';
import { COMPRESSION } from './compression.ts';
import { bootstrapServers } from './topology.ts';

export function configOfProducer(scenario: Scenario, spec: ProducerSpec): ProducerConfig {
  return producerConfig(worded(spec.config, own(scenario, spec.name, spec.rack)) as Partial<ProducerConfig>);
}

/** A producer's application and the listener that hears it, as a machine. */
export function producerFactory(
  config: ProducerConfig,
  driver: ProducerDriver,
  listener: ProducerListener,
  verified: VerifiedBatches,
): MachineFactory {
  return ({ random, wall }) =>
    new Producer({ config, driver, listener, randoms: random, wall, compression: COMPRESSION, verified });
}

/** Several static members have a name each; who commits by itself does not let the consumer do it. */
export function configOfMember({ commit, config, members }: ConsumerSpec, { member }: ClientPlace): Config {
  const instance = config['group.instance.id'];
  const named =
    instance === undefined || members === 1 ? {} : { 'group.instance.id': `${instance}-${member + 1}` };
  return { ...config, ...named, ...(commit === 'auto' ? {} : { 'enable.auto.commit': false }) };
}

/** A transactional producer's application, made anew for each process. */
export function transactionalFactory(
  config: ProducerConfig,
  driver: () => TransactionalDriver,
  listener: TransactionListener,
  verified: VerifiedBatches,
): MachineFactory {
  const ports = { config, listener, compression: COMPRESSION, verified };
  return ({ random, wall }) =>
    new TransactionalProducer({ ...ports, driver: driver(), randoms: random, wall });
}

export function consumerFactory(
  scenario: Scenario,
  spec: ConsumerSpec,
  driver: () => ConsumerDriver,
  listener: ConsumerListener,
  verified: VerifiedBatches,
): MachineFactory {
  const config = consumerConfig(
    worded(spec.config, own(scenario, spec.name, spec.rack)) as Partial<ConsumerConfig>,
  );
  const ports = { config, listener, compression: COMPRESSION, verified };
  return ({ random, wall }) => new Consumer({ ...ports, driver: driver(), randoms: random, wall });
}

export function adminFactory(
  scenario: Scenario,
  driver: AdminDriver,
  listener: AdminListener,
): MachineFactory {
  const config = { 'bootstrap.servers': bootstrapServers(scenario), 'client.id': 'admin' };
  return ({ random }) => new Admin({ config: adminConfig(config), driver, listener, randoms: random });
}

function own(scenario: Scenario, name: string, rack: string | null): object {
  return { 'bootstrap.servers': bootstrapServers(scenario), 'client.id': name, 'client.rack': rack ?? '' };
}

/** `acks: 1` is as good as `acks: "1"`. */
function worded(config: Config, rest: object): object {
  return { ...config, ...('acks' in config ? { acks: String(config.acks) } : {}), ...rest };
}
