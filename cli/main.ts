import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ScenarioError } from '../scenarios/load/index.ts';
import { NondeterminismError } from '../sim/search/index.ts';
import { colours as pc } from './colours.ts';
import { EXIT } from './exit-status.ts';
import { UsageError } from './usage-error.ts';

const collect = (value: string, all: string[]): string[] => [...all, value];
const count = (max: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new InvalidArgumentError(`a whole number from 1 to ${max}`);
  return value;
};
const codec = (text: string): 'objects' | 'bytes' => {
  if (text !== 'objects' && text !== 'bytes') throw new InvalidArgumentError('objects or bytes');
  return text;
};
const seed = (text: string): string => {
  if (text === '' || text.length > 1_000) throw new InvalidArgumentError('1 to 1000 characters');
  return text;
};

type Settle = (status: number) => void;

/** One call of the command; returns its exit status. Verbs load when asked for, so that mistakes answer at once. */
export async function main(args: readonly string[]): Promise<number> {
  let status: number = EXIT.pass;
  const settle: Settle = (ended) => {
    status = ended;
  };
  const program = new Command('trial')
    .description('Fault-injection trials of a whole Kafka in a deterministic world.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => process.stdout.write(text),
      writeErr: (text) => process.stderr.write(text),
      outputError: (text, write) => write(pc.red(text)),
    })
    .showHelpAfterError('(trial --help lists the verbs)');
  addRun(program, settle);
  addSwarm(program, settle);
  addReplay(program, settle);
  addSweep(program, settle);
  addList(program, settle);
  addReport(program, settle);
  addPlacement(program, settle);
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    return statusOf(error);
  }
}

function addRun(program: Command, settle: Settle): void {
  program
    .command('run')
    .argument('<scenario>', 'a name that `trial list` shows, or a .ts or .json file')
    .option('--seed <seed>', 'any text; the same seed is the same run', seed, '1')
    .option('--set <path=value>', 'change one field; may be repeated', collect, [])
    .option('--codec <codec>', 'how messages travel: objects or bytes', codec, 'objects')
    .option('--until <time>', 'end the traffic early, such as at 20s; later faults are left out')
    .option('--out <dir>', 'where the report goes', 'out')
    .option('--disks', 'also write what is on the disk of every server, as files, beside the report')
    .option('--json', 'print the result as one JSON document')
    .description('one trial, its verdict, its report')
    .action(async (scenario, options) =>
      settle(await (await import('./verb/run.ts')).run(scenario, options)),
    );
}

function addSwarm(program: Command, settle: Settle): void {
  program
    .command('swarm')
    .argument('<scenario>', 'a name that `trial list` shows, or a file')
    .option('--seeds <n>', 'how many seeds', count(10_000_000), 100)
    .option('--from <seed>', 'the first seed', count(1_000_000_000), 1)
    .option('--time <time>', 'give out no seed after this much wall time, such as 60s')
    .option('--jobs <n>', 'worker threads', count(256))
    .option('--set <path=value>', 'change one field; may be repeated', collect, [])
    .option('--codec <codec>', 'how messages travel: objects or bytes', codec, 'objects')
    .option('--keep-going', 'do not stop at the first failure')
    .option('--out <dir>', 'where failures are saved', 'out')
    .option('--json', 'print the outcome as one JSON document')
    .description('many seeds of one scenario; each failure is saved')
    .action(async (scenario, options) =>
      settle(await (await import('./verb/swarm.ts')).runSwarm(scenario, options)),
    );
}

function addReplay(program: Command, settle: Settle): void {
  program
    .command('replay')
    .argument('<file>', 'a saved result')
    .option('--out <dir>', 'where the report and the trace go', 'out')
    .option('--json', 'print the result as one JSON document')
    .description('a saved result again, with a full trace')
    .action(async (file, options) => settle(await (await import('./verb/replay.ts')).replay(file, options)));
}

function addSweep(program: Command, settle: Settle): void {
  program
    .command('sweep')
    .argument('<file>', 'a grid of configurations')
    .option('--out <dir>', 'where the table and the charts go', 'out')
    .option('--jobs <n>', 'worker threads', count(256))
    .option('--json', 'print the table as one JSON document')
    .description('a grid of configurations: table and charts')
    .action(async (file, options) => settle(await (await import('./verb/sweep.ts')).sweep(file, options)));
}

function addList(program: Command, settle: Settle): void {
  program
    .command('list')
    .option('--json', 'print as JSON')
    .description('the shipped scenarios')
    .action(async (options) => settle(await (await import('./verb/list.ts')).list(options)));
}

function addReport(program: Command, settle: Settle): void {
  program
    .command('report')
    .argument('<files...>', 'saved results')
    .option('--out <dir>', 'where the pages go', 'out')
    .option('--json', 'print the paths as JSON')
    .description('pages from saved results')
    .action(async (files, options) =>
      settle(await (await import('./verb/report.ts')).report(files, options)),
    );
}

function addPlacement(program: Command, settle: Settle): void {
  program
    .command('placement')
    .argument('<file>', 'brokers in their domains and an assignment, as JSON; with --scenario a scenario')
    .option('--scenario', 'what the controller places for a scenario, over its racks')
    .option('--seed <seed>', 'of the placement that is drawn', seed, '1')
    .option('--plan <file>', 'write the moves as kafka-reassign-partitions reads them')
    .option('--json', 'print findings and plan as one JSON document')
    .description('asserts that no loss of one rack or domain takes more than RF - min ISR replicas')
    .action(async (file, options) =>
      settle(await (await import('./verb/placement.ts')).placement(file, options)),
    );
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  if (error instanceof ScenarioError || error instanceof UsageError) {
    process.stderr.write(`${pc.red('error:')} ${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof NondeterminismError) {
    process.stderr.write(`${pc.red('not deterministic:')} ${error.message}\n`);
    return EXIT.nondeterministic;
  }
  if (isSystemError(error)) {
    process.stderr.write(`${pc.red('error:')} ${error.message}\n`);
    return EXIT.usage;
  }
  throw error;
}

/** A full disk, a directory that became read-only: the machine's word, not a defect. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
