/**
 * Faults as data: the random generator of schedules. What a fault does to the world is in `sim/cluster/injection.ts`.
 */
export { drawSchedule } from './random-schedule.ts';
