import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectMistakeIn, type Said, Scratch, smallFile, spawnTrial, trial } from './command.ts';

const scratch = new Scratch();
const out = join(scratch.path, 'out');
afterAll(() => scratch.remove());

const expectMistake = (said: Said, message: RegExp): void => expectMistakeIn(out, said, message);

type Change = (file: ReturnType<typeof smallFile>) => void;
const fault =
  (...faults: object[]): Change =>
  (file) => {
    file.faults = faults;
  };
const topic =
  (fields: object): Change =>
  ({ cluster }) => {
    Object.assign(cluster.topics[0]!, fields);
  };
const cluster =
  (fields: object): Change =>
  (file) => {
    Object.assign(file.cluster, fields);
  };
const set =
  (fields: object): Change =>
  (file) => {
    Object.assign(file, fields);
  };

/** What is wrong, how the file says it, and what the person is told. */
const SCENARIOS: readonly (readonly [what: string, change: Change, message: RegExp])[] = [
  ['a misspelt field', cluster({ broker: 3 }), /cluster\.broker: unknown field; did you mean "brokers"\?/],
  ['a negative duration', set({ duration: '-5s' }), /duration: found "-5s".* cannot be negative/],
  ['a bare number as duration', set({ duration: 5 }), /duration: found 5; .*expected string/],
  ['no duration at all', set({ duration: '0s' }), /duration: found "0s"; the traffic must last/],
  [
    'a broker that is not there',
    fault({ kind: 'kill', target: 'b9', at: '1s' }),
    /faults\.0\.target: nothing here is called "b9"; targets are b1\.\.b3/,
  ],
  [
    'a fault that heals before it begins',
    fault({ kind: 'kill', target: 'b1', at: '1s', until: '1s' }),
    /faults\.0\.until: found "1s", which is not after at "1s"/,
  ],
  [
    'a fault after the end',
    fault({ kind: 'kill', target: 'b1', at: '3s' }),
    /faults\.0\.at: found "3s", but the run lasts 2s/,
  ],
  [
    'a fault of no known kind',
    fault({ kind: 'kil', target: 'b1', at: '1s' }),
    /faults\.0\.kind: found "kil"; did you mean "kill"\?/,
  ],
  [
    'a lost directory that no broker has',
    fault({ kind: 'lose-directory', target: 'b1', directory: '/data3', at: '1s' }),
    /faults\.0\.directory: found "\/data3", but brokers have \/data/,
  ],
  [
    'a lost directory that is named by default, where there are several',
    (file) => {
      Object.assign(file.cluster, { logDirs: 2 });
      file.faults = [{ kind: 'lose-directory', target: 'b1', at: '1s' }];
    },
    /faults\.0\.directory: found "\/data", but brokers have \/data1, \/data2/,
  ],
  [
    'a salt that is no whole number',
    fault({ kind: 'stale-block', target: 'b1', salt: 1.5, at: '1s' }),
    /faults\.0\.salt: found 1\.5/,
  ],
  [
    'one in none',
    fault({ kind: 'short-write', target: 'b1', oneIn: 0, at: '1s' }),
    /faults\.0\.oneIn: found 0/,
  ],
  [
    'a class of files that is none',
    fault({ kind: 'bit-flip', target: 'b1', in: 'segments', at: '1s' }),
    /faults\.0\.in: found "segments".*"segment"/,
  ],
  ...(['majorities-ring', 'bridge'] as const).map(
    (kind) =>
      [
        `a ${kind} among one`,
        fault({ kind, among: 'controllers', at: '1s' }),
        new RegExp(`faults\\.0\\.among: "controllers" is 1 here; ${kind} needs at least 3`),
      ] as const,
  ),
  [
    'a crashing client that is a broker',
    fault({ kind: 'client-crash', target: 'b1', at: '1s' }),
    /faults\.0\.target: b1 is not a client; kill is the same for a server/,
  ],
  [
    'a paused client that is a broker',
    fault({ kind: 'client-pause', target: 'b1', at: '1s' }),
    /faults\.0\.target: b1 is not a client; pause is the same for a server/,
  ],
  [
    'a plane cut from a client',
    fault({ kind: 'plane-cut', target: 'p1', plane: 'data', at: '1s' }),
    /faults\.0\.target: p1 is a client and has no planes; isolate cuts it off/,
  ],
  [
    'a clock that is none',
    fault({ kind: 'clock-drift', target: 'b1', ppm: 500_000, at: '1s' }),
    /faults\.0\.ppm: found 500000; .*400000/,
  ],
  [
    'an unknown configuration',
    topic({ config: { 'min.insync.replica': 2 } }),
    /cluster\.topics\.0\.config\.min\.insync\.replica: not a topic .*did you mean "min\.insync\.replicas"/,
  ],
  [
    'text where a number belongs',
    topic({ config: { 'min.insync.replicas': 'two' } }),
    /found "two"; it is a number, by default 1/,
  ],
  [
    'a fraction where a whole number belongs',
    topic({ config: { 'segment.bytes': 1.5 } }),
    /found 1\.5; it is a whole number/,
  ],
  [
    'a reset policy with a duration that is none',
    (file) => {
      const traffic = file.traffic as { consumers: { config: object }[] };
      traffic.consumers[0]!.config = { 'auto.offset.reset': 'by_duration:1h' };
    },
    /auto\.offset\.reset: found "by_duration:1h".*by_duration:PnDTnHnMn\.nS/,
  ],
  [
    'a producer that should stay in a rack and stands in none',
    (file) => {
      const traffic = file.traffic as { producers: { config?: object }[] };
      traffic.producers[0]!.config = { 'partitioner.rack.aware': true };
    },
    /partitioner\.rack\.aware: found true, but the producer stands in no rack; give it one of a/,
  ],
  [
    'an operation on a topic that is not there',
    set({ operations: [{ at: '1s', do: 'delete-topic', topic: 'tt' }] }),
    /operations\.0\.topic: no such topic at 1s: "tt"; did you mean "t"/,
  ],
  [
    'spare controllers in a static quorum',
    cluster({ spareControllers: 1 }),
    /cluster\.spareControllers: found 1, but in a static quorum every controller votes/,
  ],
  [
    'a list as configuration',
    topic({ config: { 'segment.bytes': [1] } }),
    /cluster\.topics\.0\.config\.segment\.bytes/,
  ],
  [
    'more replicas than brokers',
    topic({ replicationFactor: 5 }),
    /replicationFactor: found 5, but the cluster has 3 brokers/,
  ],
  [
    'unknown hardware',
    cluster({ hardware: 'fre' }),
    /cluster\.hardware: no such profile: "fre"; did you mean "free"/,
  ],
  [
    'a topic twice',
    ({ cluster }) => void cluster.topics.push(cluster.topics[0]!),
    /cluster\.topics\.1\.name: "t" is taken/,
  ],
  [
    'a client with a broker’s name',
    set({ traffic: { producers: [{ name: 'b1', topic: 't', workload: { kind: 'synthetic', rate: 1 } }] } }),
    /traffic\.producers\.0\.name: "b1" is taken/,
  ],
  [
    'a partition that is not there',
    set({ traffic: { producers: [], consumers: [{ name: 'k1', topic: 't', partitions: [3] }] } }),
    /partitions\.0: found 3, but t has partitions 0 to 0/,
  ],
  [
    'a topic that is not there',
    set({ traffic: { producers: [], consumers: [{ name: 'k1', topic: 'tt' }] } }),
    /no such topic: "tt"; did you mean "t"/,
  ],
  [
    'a reversed span of random faults',
    set({ randomFaults: { count: 1, kinds: ['kill'], durationMin: '20s' } }),
    /randomFaults\.durationMin: found "20s", which is longer/,
  ],
];

describe('a scenario file', () => {
  it.each(SCENARIOS)('with %s is refused with the place and the mend', async (_what, change, message) => {
    const content = smallFile();
    change(content);
    expectMistake(await trial('run', scratch.file('wrong.json', content), '--out', out), message);
  });

  it.each([
    ['null', /found null; .*expected object/],
    ['3', /found 3; .*expected object/],
    ['[]', /found \[\]; .*expected object/],
    ['', /is not whole JSON .*cut short/],
    ['{"name": "sm', /is not whole JSON .*cut short/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, /found a list of 1/],
    [`{"name": "${'x'.repeat(1_000_000)}"}`, /name: found "x{10,60}\.\.\./],
  ])('that holds %.20s is refused', async (content, message) => {
    expectMistake(await trial('run', scratch.file('wrong.json', content), '--out', out), message);
  });

  it('that is wrong in a thousand places shows twenty, and counts the rest', async () => {
    const file = scratch.file('wrong.json', {
      ...smallFile(),
      faults: Array.from({ length: 1_000 }, () => ({ kind: 'kil', target: 'b1', at: '1s' })),
    });
    const said = await trial('run', file, '--out', out);
    expectMistake(said, /1000 problems\n[\s\S]*… and 980 more/);
    expect(said.stderr.split('\n').length).toBeLessThan(25);
  });

  it.each([
    ['none.ts', 'export const a = 1;', /has no default export: write "export default/],
    ['throws.ts', 'throw new Error("boom");', /cannot be loaded: Error: boom/],
    ['null.ts', 'throw null;', /cannot be loaded: threw: null/],
    ['import.ts', 'import x from "./nowhere.ts"; export default x;', /cannot be loaded: .*nowhere/],
    ['function.ts', 'export default () => 3;', /found a function; .*expected object/],
  ])('in TypeScript: %s', async (name, content, message) => {
    expectMistake(await trial('run', scratch.file(name, content), '--out', out), message);
  });
});

describe('the command line', () => {
  const small = scratch.file('small.json', smallFile());
  const directory = join(scratch.path, 'directory');
  mkdirSync(directory);

  it.each([
    [['run'], /missing required argument 'scenario'/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['run', small, '--sed', '3'], /unknown option '--sed'[\s\S]*--seed/],
    [['run', small, '--codec', 'xml'], /'xml' is invalid. objects or bytes/],
    [['run', small, '--seed', ''], /1 to 1000 characters/],
    [['swarm', small, '--seeds', 'abc'], /'abc' is invalid. a whole number from 1/],
    [['swarm', small, '--jobs', '0'], /'0' is invalid. a whole number from 1 to 256/],
    [['swarm', small, '--time', '-3s'], /--time -3s: is not a duration such as 60s/],
    [['run', 'rack-los'], /no scenario and no file of this name; did you mean "rack-loss"/],
    [['run', directory], /cannot be read: EISDIR/],
    [['run', small, '--until', 'soon'], /--until soon: is not a duration such as 20s/],
    [['run', small, '--until', '0s'], /--until 0s: is not a duration/],
    [['run', small, '--until', '1h'], /--until 1h: the run lasts 2s; .*--set duration=1h/],
    [['run', small, '--set', 'duration'], /is not PATH=VALUE, such as --set duration=10s/],
    [
      ['run', small, '--set', 'cluster.broker=4'],
      /--set cluster\.broker: no such field; did you mean "brokers"/,
    ],
    [['run', small, '--set', 'cluster.topics.5.partitions=1'], /--set cluster\.topics\.5: no such field/],
    [['run', small, '--set', 'cluster.topics.length=0'], /--set cluster\.topics\.length: no such field/],
    [['run', small, '--set', '__proto__.a=0'], /--set __proto__: no such field/],
    [['run', small, '--set', 'name.a=0'], /--set name\.a: "name" has no fields/],
    [['sweep', small], /scenario: is missing[\s\S]*axes: is missing/],
    [['report', small], /is not a result of format 1; name a result\.json/],
    [['replay', join(scratch.path, 'nowhere.json')], /cannot be read: ENOENT/],
  ])('%j is refused', async (args, message) => {
    expectMistake(await trial(...args), message);
  });

  it.each(['run', 'swarm'])(
    '%s into a path below a regular file is refused before anything runs',
    async (verb) => {
      expectMistake(
        await trial(verb, small, '--out', join(small, 'below')),
        /--out .*below: cannot be written to .*name another directory/,
      );
    },
  );

  it.each(['report', 'replay'])('%s of a result that was cut short, or is none, is refused', async (verb) => {
    const cut = scratch.file('cut.json', '{"format": 1, "scena');
    const none = scratch.file('none.json', { format: 1, scenario: smallFile(), seed: '1' });
    expectMistake(await trial(verb, cut, '--out', out), /is not whole JSON .*cut short/);
    expectMistake(await trial(verb, none, '--out', out), /metrics: is missing/);
  });

  it('is the same from a process of its own', () => {
    expectMistake(
      spawnTrial('run', scratch.file('throws.ts', 'throw new Error("boom");'), '--out', out),
      /cannot be loaded: Error: boom/,
    );
  });
});
