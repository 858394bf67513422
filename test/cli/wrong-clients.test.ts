import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scenarioSchema } from '../../scenarios/load/schema.ts';
import { semanticProblems } from '../../scenarios/load/semantic.ts';
import { expectMistakeIn, Scratch, smallFile, trial } from './command.ts';

const scratch = new Scratch();
const out = join(scratch.path, 'out');
afterAll(() => scratch.remove());

type File = ReturnType<typeof smallFile>;
type Change = (file: File) => void;

const workload = { kind: 'synthetic', rate: 1 };
const producer =
  (...each: object[]): Change =>
  (file) => {
    const producers = each.map((fields, i) => ({ name: `p${i + 1}`, topic: 't', workload, ...fields }));
    file.traffic = { producers };
  };
const consumer =
  (...each: object[]): Change =>
  (file) => {
    const consumers = each.map((fields, i) => ({ name: `k${i + 1}`, topic: 't', ...fields }));
    file.traffic = { producers: [], consumers };
  };
/** From one topic to another; the file gets the second. */
const pipeline =
  (...each: object[]): Change =>
  (file) => {
    file.cluster.topics.push({ name: 'u', partitions: 1, replicationFactor: 3 });
    const pipelines = each.map((fields, i) => ({ name: `app${i + 1}`, from: 't', to: 'u', ...fields }));
    file.traffic = { producers: [], pipelines };
  };
const brokers =
  (brokerConfig: object, change: Change = () => {}): Change =>
  (file) => {
    file.cluster.brokerConfig = brokerConfig;
    change(file);
  };
const SIX = { 'max.in.flight.requests.per.connection': 6 };
const group = { 'group.id': 'g' };
const kip848 = { ...group, 'group.protocol': 'consumer' };

const NAMES: readonly (readonly [what: string, change: Change, message: RegExp])[] = [
  [
    'a pipeline from nowhere',
    pipeline({ from: 'tt' }),
    /pipelines\.0\.from: no such topic: "tt"; did you mean "t"/,
  ],
  [
    'a pipeline to nowhere',
    pipeline({ to: 'uu' }),
    /pipelines\.0\.to: no such topic: "uu"; did you mean "u"/,
  ],
  [
    'a pipeline into its own topic',
    pipeline({ to: 't' }),
    /pipelines\.0\.to: found "t", which it reads from;.*another/,
  ],
  ['a pipeline in no rack', pipeline({ rack: 'z' }), /pipelines\.0\.rack: no such rack: "z"/],
  [
    'two pipelines of a name',
    pipeline({}, { name: 'app1' }),
    /pipelines\.1\.name: "app1" is taken by.*name it app2/,
  ],
  [
    'a member with another client’s name',
    consumer({ name: 'k', members: 2, config: group }, { name: 'k-2' }),
    /consumers\.1\.name: "k-2" is taken by another client; name it k2/,
  ],
  [
    'a client whose members have another client’s name',
    consumer({ name: 'k-2' }, { name: 'k', members: 2, config: group }),
    /consumers\.1\.name: "k-2", a member of k, is taken by another client/,
  ],
  [
    'a pipeline’s misspelt setting',
    pipeline({ consumerConfig: { 'group.idd': 'g' } }),
    /consumerConfig\.group\.idd: not a consumer configuration.*did you mean "group\.id"/,
  ],
];

const GROUPS: readonly (readonly [what: string, change: Change, message: RegExp])[] = [
  [
    'members without a group',
    consumer({ members: 2 }),
    /consumers\.0\.members: found 2, but.*set config\.group\.id/,
  ],
  [
    'a commit without a group',
    consumer({ commit: 'sync' }),
    /consumers\.0\.commit: found "sync", but.*group\.id/,
  ],
  [
    'automatic commits without a group',
    consumer({ config: { 'enable.auto.commit': true } }),
    /config\.enable\.auto\.commit: found true, but.*set config\.group\.id/,
  ],
  [
    'a static member without a group',
    consumer({ config: { 'group.instance.id': 'i' } }),
    /config\.group\.instance\.id: found "i", but.*set config\.group\.id/,
  ],
  [
    'two ways to commit',
    consumer({ commit: 'sync', config: { ...group, 'enable.auto.commit': true } }),
    /enable\.auto\.commit: found true, but commit is "sync"; leave one/,
  ],
  [
    'partitions in a group',
    consumer({ partitions: [0], config: group }),
    /partitions: found a list, but the group/,
  ],
  [
    'a pipeline without a group',
    pipeline({ consumerConfig: { 'group.id': '' } }),
    /group\.id: found "", but a pipeline/,
  ],
  [
    'a pipeline that commits by itself',
    pipeline({ consumerConfig: { 'enable.auto.commit': true } }),
    /consumerConfig\.enable\.auto\.commit: found true, but a pipeline.*remove it/,
  ],
  [
    'one static name for two members of a pipeline',
    pipeline({ members: 2, consumerConfig: { 'group.instance.id': 'i' } }),
    /group\.instance\.id: found one name for 2 members/,
  ],
  [
    'an unknown protocol',
    consumer({ config: { ...group, 'group.protocol': 'consumers' } }),
    /group\.protocol: found "consumers"; did you mean "consumer"/,
  ],
  [
    'an unknown isolation level',
    consumer({ config: { 'isolation.level': 'read_commited' } }),
    /isolation\.level: found "read_commited"; did you mean "read_committed"/,
  ],
  [
    'a session that is too short',
    consumer({ config: { ...group, 'session.timeout.ms': 5000 } }),
    /session\.timeout\.ms: it is 5000, but brokers take 6000 to 1800000; change it, or/,
  ],
  [
    'a session that is longer than brokers take',
    brokers({ 'group.max.session.timeout.ms': 30000 }, consumer({ config: group })),
    /session\.timeout\.ms: it is 45000, but brokers take 6000 to 30000/,
  ],
  [
    'a heartbeat as long as the session',
    consumer({ config: { ...group, 'session.timeout.ms': 6000, 'heartbeat.interval.ms': 6000 } }),
    /heartbeat\.interval\.ms: it is 6000, but session\.timeout\.ms is 6000/,
  ],
  [
    'no time between polls',
    consumer({ config: { ...group, 'max.poll.interval.ms': 0 } }),
    /max\.poll\.interval\.ms: found 0; it is at least 1/,
  ],
  ...['session.timeout.ms', 'heartbeat.interval.ms'].map(
    (key) =>
      [
        `${key} in the new protocol`,
        consumer({ config: { ...kip848, [key]: 10_000 } }),
        new RegExp(`${key}: found 10000, but group.protocol is "consumer".*group.consumer.${key} in cluster`),
      ] as const,
  ),
  [
    'a client’s assignor in the new protocol',
    consumer({ config: { ...kip848, 'partition.assignment.strategy': 'range' } }),
    /assignment\.strategy: found "range", but.*set group\.remote\.assignor instead/,
  ],
  [
    'the coordinator’s assignor in the classic protocol',
    consumer({ config: { ...group, 'group.remote.assignor': 'uniform' } }),
    /group\.remote\.assignor: found "uniform", but the group is classic; set group\.protocol/,
  ],
  [
    'an assignor that no broker offers',
    consumer({ config: { ...kip848, 'group.remote.assignor': 'unifrom' } }),
    /group\.remote\.assignor: found "unifrom".*did you mean "uniform"/,
  ],
  [
    'an unknown assignor',
    consumer({ config: { ...group, 'partition.assignment.strategy': 'range, stiky' } }),
    /assignment\.strategy: no such assignor: "stiky"; did you mean "sticky"/,
  ],
  [
    'members that share no assignor',
    consumer(
      { config: { ...group, 'partition.assignment.strategy': 'range' } },
      { config: { ...group, 'partition.assignment.strategy': 'sticky,roundrobin' } },
    ),
    /consumers\.1\.config\.partition\.assignment\.strategy: .*members of "g" know only range/,
  ],
  [
    'bounds of a session the wrong way round',
    brokers({ 'group.max.session.timeout.ms': 5000 }),
    /brokerConfig\.group\.max\.session\.timeout\.ms: found 5000, less than group\.min\.session/,
  ],
  [
    'a coordinator’s session outside its bounds',
    brokers({ 'group.consumer.session.timeout.ms': 10_000 }),
    /group\.consumer\.session\.timeout\.ms: found 10000, less than group\.consumer\.min\.session.*45000; set both/,
  ],
  [
    'groups on fewer brokers than their topic has replicas',
    (file) => {
      consumer({ config: group })(file);
      file.cluster.brokers = 2;
      file.cluster.topics[0]!.replicationFactor = 2;
    },
    /offsets\.topic\.replication\.factor: groups need 3 brokers.*there are 2; set it to 2 or less, or start 3 brokers/,
  ],
  [
    'more members than a group may have',
    brokers({ 'group.max.size': 2 }, consumer({ config: group, members: 3 })),
    /group\.max\.size: found 2, but "g" has 3 members.*raise it to 3/,
  ],
  [
    'a coordinator’s assignor of no known name',
    brokers({ 'group.consumer.assignors': 'uniform,rnge' }),
    /group\.consumer\.assignors: no such assignor: "rnge"; did you mean "range"/,
  ],
];

const id = { 'transactional.id': 'x' };
const transactions = { records: 5 };
const WRITERS: readonly (readonly [what: string, change: Change, message: RegExp])[] = [
  [
    'transactions without an id',
    producer({ transactions }),
    /transactions: found transactions, but no config\.trans/,
  ],
  [
    'a producer of made-up records that resumes',
    producer({ transactions: { resumes: true }, config: id }),
    /transactions\.resumes: found true, but a synthetic workload has no place to go on from; remove it, or replay/,
  ],
  [
    'an id without transactions',
    producer({ config: id }),
    /transactional\.id: found an id, but no transactions; add/,
  ],
  [
    'a transactional id twice',
    producer({ transactions, config: id }, { transactions, config: id }),
    /producers\.1\.config\.transactional\.id: "x" of p2 is taken by p1.*give each its own/,
  ],
  [
    'a pipeline’s member with another’s transactional id',
    pipeline({ members: 2, producerConfig: id }, { producerConfig: { 'transactional.id': 'x-2' } }),
    /pipelines\.1\.producerConfig\.transactional\.id: "x-2" of app2 is taken by app1-2/,
  ],
  [
    'transactions on fewer brokers than their topic has replicas',
    (file) => {
      producer({ transactions, config: id })(file);
      file.cluster.brokers = 1;
      file.cluster.topics[0]!.replicationFactor = 1;
    },
    /transaction\.state\.log\.replication\.factor: transactions need 3 brokers.*there are 1/,
  ],
  [
    'a pipeline into a compacted topic of records without keys',
    (file) => {
      pipeline({})(file);
      file.cluster.topics[1]!.config = { 'cleanup.policy': 'compact' };
      file.traffic = { ...(file.traffic as object), producers: [{ name: 'p1', topic: 't', workload }] };
    },
    /pipelines\.0\.to: found "u", which is compacted.*as p1 writes them to "t"; say keys: 100/,
  ],
  [
    'six in flight and idempotence',
    producer({ config: { 'max.in.flight.requests.per.connection': 6 } }),
    /in\.flight.*at most 5.*not 6; change it, or set enable\.idempotence to false/,
  ],
  [
    'idempotence and acks=1',
    producer({ config: { 'enable.idempotence': true, acks: 1 } }),
    /config\.acks: acks must be all when enable\.idempotence is set; change it, or/,
  ],
  [
    'idempotence without retries',
    producer({ config: { 'enable.idempotence': true, retries: 0 } }),
    /config\.retries: retries must not be 0/,
  ],
  [
    'a transactional producer without idempotence',
    pipeline({ producerConfig: { 'enable.idempotence': false } }),
    /producerConfig\.enable\.idempotence: transactional\.id needs.*leave acks, retries/,
  ],
  [
    'a transaction that is longer than brokers take',
    producer({ transactions, config: { ...id, 'transaction.timeout.ms': 900_001 } }),
    /transaction\.timeout\.ms: it is 900001, but brokers take at most 900000; lower it/,
  ],
  [
    'a limit of transactions below the default',
    brokers({ 'transaction.max.timeout.ms': 10_000 }, pipeline({})),
    /producerConfig\.transaction\.timeout\.ms: it is 60000, but brokers take at most 10000/,
  ],
  [
    'a delivery shorter than a request',
    producer({ config: { 'delivery.timeout.ms': 30_004 } }),
    /delivery\.timeout\.ms: found 30004, less than linger\.ms \+ request\.timeout\.ms, which is 30005/,
  ],
];

const ROWS = [...NAMES, ...GROUPS, ...WRITERS];

describe('clients in a scenario file', () => {
  it.each(ROWS)('with %s are refused with the place and the mend', async (_what, change, message) => {
    const content = smallFile();
    change(content);
    const said = await trial('run', scratch.file('wrong.json', content), '--out', out);
    expectMistakeIn(out, said, message);
    expect(said.stderr).toContain('one problem');
  });

  it.each([
    ['more than five in flight, and says so', producer({ config: { 'enable.idempotence': false, ...SIX } })],
    ['idempotence off by acks alone', producer({ config: { acks: '1' } })],
    ['a delivery time-out of exactly a request', producer({ config: { 'delivery.timeout.ms': 30_005 } })],
    [
      'a transactional producer',
      producer({ transactions, config: { ...id, 'transaction.timeout.ms': 900_000 } }),
    ],
    ['a pipeline of several members', pipeline({ members: 3, producerConfig: id })],
    ['a consumer that commits nothing', consumer({ commit: 'none' })],
    ['a session at its bound', consumer({ config: { ...group, 'session.timeout.ms': 6_000 } })],
    ['a member of the new protocol', consumer({ config: { ...kip848, 'group.remote.assignor': 'range' } })],
    [
      'two protocols in one group',
      consumer({ config: kip848 }, { config: { ...group, 'partition.assignment.strategy': 'range' } }),
    ],
  ])('%s is accepted', (_what, change) => {
    const content = smallFile();
    change(content);
    expect(semanticProblems(scenarioSchema.parse(content))).toEqual([]);
  });
});
