import type { KnownWeakness, Result } from '../sim/result/index.ts';
import { colours as pc } from './colours.ts';
import type { Output } from './output.ts';

const SHOWN = 8;

/** What a person reads at the end of a trial. */
export function printVerdict(
  output: Output,
  result: Result,
  saved: { readonly page: string; readonly json: string; readonly command: string },
): void {
  const word = { pass: pc.green('pass'), violation: pc.red('violation'), stuck: pc.yellow('stuck') }[
    result.verdict
  ];
  const { produce, poll } = result.operations;
  output.say(`${pc.bold(result.scenario.name)} seed ${result.seed}: ${word}`);
  if (result.scenario.title !== '') output.say(pc.dim(result.scenario.title));
  output.say();
  output.say(
    `  ${seconds(result.simulatedUs)} simulated in ${(result.host.wallMs / 1e3).toFixed(1)} s, ${result.events.toLocaleString('en')} events, trace ${result.traceHash}`,
  );
  output.say(
    `  ${produce?.ok ?? 0} records acknowledged, ${produce?.fail ?? 0} failed, ${produce?.unknown ?? 0} unknown; ${poll?.ok ?? 0} read`,
  );
  output.say(
    `  ${result.faults.length} faults: ${result.faults.map(({ fault }) => fault.kind).join(', ') || 'none'}`,
  );
  if (result.adminOperations.length > 0) {
    const ends = result.adminOperations.map(({ operation, outcome }) => `${operation.do} ${outcome}`);
    output.say(`  ${result.adminOperations.length} operations: ${ends.join(', ')}`);
  }
  for (const { group, lagRead, rebalances, unavailableUs } of result.groups) {
    const stood = `${(unavailableUs / 1e6).toFixed(3)} partition-seconds in which no owner polled`;
    const lag = `at most ${lagRead.reduce((peak, lag) => Math.max(peak, lag), 0)} records not read`;
    output.say(`  group ${group}: ${rebalances.length} changes of owners, ${stood}, ${lag}`);
  }
  const probes = Object.entries(result.probes).map(([name, times]) => `${name} ${times}`);
  output.say(`  exercised: ${probes.join(' · ') || 'nothing rare'}`);
  listViolations(output, result);
  output.say();
  output.say(`  report  ${saved.page}`);
  output.say(`  result  ${saved.json}`);
  output.say(`  again   ${saved.command}`);
}

function listViolations(output: Output, result: Result): void {
  for (const { check, at, message } of result.violations.slice(0, SHOWN)) {
    output.say(`  ${pc.red('✗')} ${check} at ${seconds(at)}: ${message}`);
  }
  if (result.violations.length > SHOWN)
    output.say(`  … and ${result.violations.length - SHOWN} more in the report`);
  for (const line of result.pending.slice(0, SHOWN)) output.say(`  ${pc.yellow('…')} not converged: ${line}`);
  const weaknesses = new Map<string, KnownWeakness[]>();
  for (const each of result.weaknesses)
    weaknesses.set(each.weakness, [...(weaknesses.get(each.weakness) ?? []), each]);
  for (const [name, found] of weaknesses) {
    const { check, issue, message } = found[0]!;
    output.say(
      `  ${pc.yellow('~')} known weakness of Kafka: ${name} (${issue}), ${found.length} ×; such as ${check}: ${message}`,
    );
  }
  const allowed = new Map<string, number>();
  for (const { check } of result.allowed) allowed.set(check, (allowed.get(check) ?? 0) + 1);
  for (const [check, times] of allowed) {
    const first = result.allowed.find((one) => one.check === check)!;
    output.say(
      `  ${pc.yellow('~')} ${times} × ${check}, allowed by the configuration; such as: ${first.message}`,
    );
  }
}

function seconds(us: number): string {
  return `${(us / 1e6).toFixed(3)} s`;
}
