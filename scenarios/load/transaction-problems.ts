import { idempotenceProblemOf } from '../../sim/cluster/index.ts';
import { type Config, clientPlaces, type Scenario, transactionalIdOf } from '../../sim/scenario/index.ts';
import { numberIn } from './known-config.ts';
import type { Problem } from './problem.ts';

/** Whoever writes: a producer, or the writing half of a pipeline. */
interface Writer {
  readonly path: string;
  readonly config: Config;
  readonly isTransactional: boolean;
}

/** Producers that contradict themselves, and transactions that a coordinator would refuse. */
export function transactionProblems(scenario: Scenario, problems: Problem[]): void {
  const { traffic, cluster } = scenario;
  traffic.producers.forEach(({ config, transactions, workload }, i) => {
    const path = `traffic.producers.${i}`;
    const isTransactional = hasId(config);
    if (transactions !== null && !isTransactional)
      problems.push({
        path: `${path}.transactions`,
        message: 'found transactions, but no config.transactional.id; set one',
      });
    if (transactions?.resumes === true && workload.kind !== 'dataset')
      problems.push({
        path: `${path}.transactions.resumes`,
        message: `found true, but a ${workload.kind} workload has no place to go on from; remove it, or replay a data set`,
      });
    if (transactions === null && isTransactional)
      problems.push({
        path: `${path}.config.transactional.id`,
        message: 'found an id, but no transactions; add transactions: {} to the producer, or remove the id',
      });
    writerProblems({ path: `${path}.config`, config, isTransactional }, cluster.brokerConfig, problems);
  });
  traffic.pipelines.forEach(({ producerConfig: config }, i) => {
    const path = `traffic.pipelines.${i}.producerConfig`;
    writerProblems({ path, config, isTransactional: true }, cluster.brokerConfig, problems);
  });
  idProblems(scenario, problems);
}

/** A second producer of an id fences the first (`initTransactions`): each process needs its own. */
function idProblems({ traffic }: Scenario, problems: Problem[]): void {
  const owners = new Map<string, string>();
  for (const place of clientPlaces(traffic)) {
    const id = transactionalIdOf(traffic, place);
    if (id === null) continue;
    const owner = owners.get(id);
    const config = place.kind === 'producer' ? 'producers' : 'pipelines';
    const field = place.kind === 'producer' ? 'config' : 'producerConfig';
    if (owner === undefined) owners.set(id, place.name);
    // Two of one name are told of as such.
    else if (owner !== place.name)
      problems.push({
        path: `traffic.${config}.${place.spec}.${field}.transactional.id`,
        message: `"${id}" of ${place.name} is taken by ${owner}, and they would fence each other; give each its own`,
      });
  }
}

function writerProblems(writer: Writer, broker: Config, problems: Problem[]): void {
  const { path, config, isTransactional } = writer;
  const conflict = idempotenceConflict(writer);
  if (conflict !== null) problems.push(conflict);
  const delivery = config['delivery.timeout.ms'];
  const shortest =
    numberIn(config, 'producer', 'linger.ms') + numberIn(config, 'producer', 'request.timeout.ms');
  if (typeof delivery === 'number' && delivery < shortest)
    problems.push({
      path: `${path}.delivery.timeout.ms`,
      message: `found ${delivery}, less than linger.ms + request.timeout.ms, which is ${shortest}; lower those, or raise it`,
    });
  if (!isTransactional) return;
  const timeout = numberIn(config, 'producer', 'transaction.timeout.ms');
  const longest = numberIn(broker, 'broker', 'transaction.max.timeout.ms');
  if (timeout > longest)
    problems.push({
      path: `${path}.transaction.timeout.ms`,
      message: `it is ${timeout}, but brokers take at most ${longest}; lower it, or raise transaction.max.timeout.ms in cluster.brokerConfig`,
    });
}

/** The engine knows what is wrong; the mend depends on who said what. */
function idempotenceConflict({ path, config, isTransactional }: Writer): Problem | null {
  const message = idempotenceProblemOf(config, isTransactional);
  if (message === null) return null;
  const inFlight = 'max.in.flight.requests.per.connection';
  const about = [inFlight, 'retries', 'acks'].find((key) => message.startsWith(key)) ?? 'enable.idempotence';
  const mend = isTransactional
    ? 'a transactional producer is idempotent: leave acks, retries and enable.idempotence as they are by default'
    : 'change it, or set enable.idempotence to false';
  return { path: `${path}.${about}`, message: `${message}; ${mend}` };
}

function hasId(config: Config): boolean {
  const id = config['transactional.id'];
  return id !== undefined && id !== '';
}
