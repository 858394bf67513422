import { brokersOf, logDirectoriesOf } from '../../sim/cluster/index.ts';
import { clientPlaces, durationUs, type Fault, type Scenario } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { knownTargets, membersOf } from './known-targets.ts';
import type { Problem } from './problem.ts';

/** Faults that hit nothing, never hold, or could not do what they say. */
export function faultProblems(scenario: Scenario, problems: Problem[]): void {
  const targets = knownTargets(scenario);
  scenario.faults.forEach((fault, i) => {
    const path = `faults.${i}`;
    targetProblems(scenario, fault, path, targets, problems);
    sizeProblems(scenario, fault, path, problems);
    fitProblems(scenario, fault, path, problems);
    const at = durationUs(fault.at);
    if (fault.until !== undefined && durationUs(fault.until) <= at) {
      problems.push({
        path: `${path}.until`,
        message: `found "${fault.until}", which is not after at "${fault.at}"`,
      });
    }
    if (at >= durationUs(scenario.duration)) {
      problems.push({
        path: `${path}.at`,
        message: `found "${fault.at}", but the run lasts ${scenario.duration}`,
      });
    }
  });
  randomFaultProblems(scenario, problems);
}

function targetProblems(
  { cluster }: Scenario,
  fault: Fault,
  path: string,
  targets: ReadonlySet<string>,
  problems: Problem[],
): void {
  for (const field of ['target', 'among', 'from', 'to']) {
    const named = (fault as unknown as Readonly<Record<string, unknown>>)[field];
    if (typeof named !== 'string') continue;
    for (const target of named.split('+').map((one) => one.trim())) {
      if (targets.has(target)) continue;
      problems.push({
        path: `${path}.${field}`,
        message: `nothing here is called "${target}"; targets are b1..b${cluster.brokers}, c101..c${100 + cluster.controllers}, rack:a…, region:1…, leader:TOPIC-N, follower:TOPIC-N, followers:TOPIC-N, group-coordinator:GROUP, transaction-coordinator:TRANSACTIONAL-ID, controller-leader, brokers, controllers, servers, clients, all, or a client's name; "+" joins several`,
      });
    }
  }
}

/** Faults that need a disk with something on it. */
const ON_DISK: ReadonlySet<Fault['kind']> = new Set([
  'wipe',
  'disk-full',
  'sync-loss',
  'short-write',
  'corrupt-read',
  'bit-flip',
  'misdirected-write',
  'stale-block',
  'lose-directory',
]);
/** Faults of clients, and what is the same for a server. */
const OF_CLIENTS: Readonly<Partial<Record<Fault['kind'], Fault['kind']>>> = {
  'client-crash': 'kill',
  'client-pause': 'pause',
};
/** How many nodes a shape needs before it is one. */
export const LEAST_AMONG: Readonly<Partial<Record<Fault['kind'], number>>> = {
  swizzle: 2,
  halves: 2,
  'minority-third': 2,
  bridge: 3,
  'majorities-ring': 3,
};

function sizeProblems(scenario: Scenario, fault: Fault, path: string, problems: Problem[]): void {
  const clients = new Set(membersOf('clients', scenario) ?? []);
  if ('target' in fault) {
    const named = fault.target.split('+').flatMap((one) => membersOf(one.trim(), scenario) ?? []);
    const server = named.find((name) => !clients.has(name));
    const client = named.find((name) => clients.has(name));
    const forServers = OF_CLIENTS[fault.kind];
    if (forServers !== undefined && server !== undefined)
      problems.push({
        path: `${path}.target`,
        message: `${server} is not a client; ${forServers} is the same for a server`,
      });
    if (fault.kind === 'plane-cut' && client !== undefined)
      problems.push({
        path: `${path}.target`,
        message: `${client} is a client and has no planes; isolate cuts it off`,
      });
    if (ON_DISK.has(fault.kind) && client !== undefined)
      problems.push({ path: `${path}.target`, message: `${client} is a client and keeps nothing on a disk` });
  }
  if ('among' in fault) {
    const least = LEAST_AMONG[fault.kind] ?? 2;
    const members = membersOf(fault.among, scenario);
    if (members !== null && members.length < least)
      problems.push({
        path: `${path}.among`,
        message: `"${fault.among}" is ${members.length} here; ${fault.kind} needs at least ${least}`,
      });
  }
  // What comes again after no time would come for ever at one instant.
  const times = fault as unknown as Readonly<Record<string, unknown>>;
  for (const field of ['every', 'pause', 'down', 'gap', 'within', 'delay']) {
    const text = times[field];
    if (typeof text === 'string' && durationUs(text) === 0)
      problems.push({ path: `${path}.${field}`, message: `found "${text}"; it must last a while` });
  }
}

/** What could not be done as written: a directory that nobody has. */
function fitProblems(scenario: Scenario, fault: Fault, path: string, problems: Problem[]): void {
  if (fault.kind === 'lose-directory') {
    const known = logDirectoriesOf(scenario);
    const names = new Set(brokersOf(scenario).map(({ name }) => name));
    const members = fault.target.split('+').flatMap((one) => membersOf(one.trim(), scenario) ?? []);
    const hasBroker = members.length === 0 || members.some((name) => names.has(name));
    if (hasBroker && !known.includes(fault.directory))
      problems.push({
        path: `${path}.directory`,
        message: `found "${fault.directory}", but brokers have ${known.join(', ')}${didYouMean(fault.directory, known)}`,
      });
  }
}

function randomFaultProblems(scenario: Scenario, problems: Problem[]): void {
  const random = scenario.randomFaults;
  if (random === null) return;
  if (durationUs(random.durationMin) > durationUs(random.durationMax))
    problems.push({
      path: 'randomFaults.durationMin',
      message: `found "${random.durationMin}", which is longer than durationMax "${random.durationMax}"`,
    });
  const ofClients = random.kinds.find((kind) => OF_CLIENTS[kind] !== undefined);
  if (ofClients !== undefined && clientPlaces(scenario.traffic).length === 0)
    problems.push({ path: 'randomFaults.kinds', message: `${ofClients} needs a client` });
  for (const [kind, least] of Object.entries(LEAST_AMONG)) {
    if (!random.kinds.includes(kind as Fault['kind'])) continue;
    if (scenario.cluster.brokers < least)
      problems.push({
        path: 'randomFaults.kinds',
        message: `${kind} needs at least ${least} brokers, and there are ${scenario.cluster.brokers}`,
      });
  }
}
