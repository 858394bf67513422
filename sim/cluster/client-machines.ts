import {
  Admin,
  type AdminDriver,
  type AdminListener,
  adminConfig,
  type ConsumedRecord,
  Consumer,
  type ConsumerAction,
  type ConsumerConfig,
  type ConsumerDriver,
  type ConsumerListener,
  ConsumeTransformProduce,
  consumerConfig,
  type OutgoingRecord,
  Pipeline,
  type PipelineDriver,
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
import type { RandomStream } from '../random/index.ts';
import {
  type ClientPlace,
  type Config,
  type ConsumerSpec,
  durationUs,
  groupOfPipeline,
  type PipelineSpec,
  type ProducerSpec,
  type Scenario,
  transactionalIdOf,
} from '../scenario/index.ts';
import type { SourceDriver } from '../workload/index.ts';
import { COMPRESSION } from './compression.ts';
import { bootstrapServers } from './topology.ts';

/** How long a poll of a pipeline waits for records. */
const PIPELINE_POLL_US = 1_000_000;

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

/** One process of a pipeline: reads as a member of its group, writes in transactions. */
export function pipelineFactory(
  scenario: Scenario,
  spec: PipelineSpec,
  place: ClientPlace,
  transform: (record: ConsumedRecord) => OutgoingRecord,
  onCall: (isPoll: boolean) => void,
  consumed: ConsumerListener,
  produced: TransactionListener,
  random: RandomStream,
  verified: VerifiedBatches,
): MachineFactory {
  const id = own(scenario, place.name, spec.rack);
  const group = { 'group.id': groupOfPipeline(spec), 'auto.offset.reset': 'earliest' };
  const read = { 'isolation.level': 'read_committed', ...group, ...spec.consumerConfig };
  const consumer = consumerConfig({ ...read, 'enable.auto.commit': false, ...id } as Partial<ConsumerConfig>);
  const transactionalId = transactionalIdOf(scenario.traffic, place);
  const producer = producerConfig(
    worded({ ...spec.producerConfig, 'transactional.id': transactionalId! }, id) as Partial<ProducerConfig>,
  );
  const perRecordUs = durationUs(spec.workPerRecord);
  const ports = { consumer, producer, consumed, produced, compression: COMPRESSION, verified };
  return ({ random: randoms, wall }) =>
    new Pipeline({
      ...ports,
      driver: heard(
        new ConsumeTransformProduce({
          subscribe: { do: 'subscribe', topics: [spec.from] },
          pollTimeoutUs: PIPELINE_POLL_US,
          transform: (_now, _batch, record) => transform(record),
          workUs: (_now, polled) =>
            perRecordUs * polled.reduce((count, { records }) => count + records.length, 0),
          takesBack: () => spec.abortPercent > 0 && random.below(100) < spec.abortPercent,
        }),
        onCall,
      ),
      randoms,
      wall,
    });
}

/** Each call that the application makes is told of as it is made. */
function heard(driver: PipelineDriver, onCall: (isPoll: boolean) => void): PipelineDriver {
  return {
    next: (now, ended, polled) => {
      const action = driver.next(now, ended, polled);
      onCall(action.do === 'poll');
      return action;
    },
  };
}

/** The group with whose committed offset a resuming producer keeps its place in its data set. */
export function placeGroupOf(producer: string): string {
  return `place-of-${producer}`;
}

/** A producer that resumes: it asks a group of its own for its place, and commits the place with its records. */
export function sourceFactory(
  scenario: Scenario,
  spec: ProducerSpec,
  source: () => SourceDriver,
  produced: TransactionListener,
  verified: VerifiedBatches,
): MachineFactory {
  const consumer = consumerConfig({
    'group.id': placeGroupOf(spec.name),
    'auto.offset.reset': 'earliest',
    'isolation.level': 'read_committed',
    'enable.auto.commit': false,
    ...own(scenario, spec.name, spec.rack),
  } as Partial<ConsumerConfig>);
  const ports = { consumer, producer: configOfProducer(scenario, spec), produced, verified };
  return ({ random, wall }) => {
    const driver = source();
    const { consumed } = driver;
    return new Pipeline({ ...ports, driver, consumed, compression: COMPRESSION, randoms: random, wall });
  };
}

/** What a member of a group is there for: its topic, or whatever a pattern matches. */
export function subscriptionOf({ config, pattern, topic }: ConsumerSpec): ConsumerAction {
  if (pattern === null) return { do: 'subscribe', topics: [topic] };
  const matchedBy = config['group.protocol'] === 'consumer' ? 'broker' : 'client';
  return { do: 'subscribe pattern', pattern, matchedBy };
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
