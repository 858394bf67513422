/**
 * Faults, one file a kind: what it does to the world, how that is undone, what it costs a replica set, and how one is
 * drawn; and the generator of random schedules. Their data shapes stand in `sim/scenario`.
 *
 * Owns: the table of kinds (`FAULT_RULES`) and the budget of a random schedule. Knows hosts and networks, and not the
 * cluster: who a target is and when things happen is asked of a `FaultWorld`; `sim/cluster/injection.ts` keeps the
 * calendar.
 * Invariants: every fault has a heal, and after it the world is as if the fault had never been, but for what was lost;
 * injecting draws no luck: what is random about a fault is written in it (`salt`).
 */
export { describeFault } from './describe-fault.ts';
export type { Cost, Draw, FaultRule, FaultRules, FaultWorld, Heal, Injected } from './fault-rule.ts';
export { drawSchedule } from './random-schedule.ts';
export { FAULT_KINDS, FAULT_RULES } from './rules.ts';
