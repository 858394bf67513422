/**
 * One machine of the cluster and the process on it: runs a `Machine`, prices its work, and lets its effects
 * out when their time has come.
 *
 * Owns: life (power, boot, pause, exit, crash), the inbox, request threads and what work costs, timers, the
 * order of frames on each connection and what they wait for.
 * Invariants: one step at a time; the effects of a step leave after its work is done, in order per
 * connection, and a frame with a ticket only after that sync succeeded; a crash drops machine, timers, inbox
 * and every effect that has not left; nothing of one incarnation reaches the next but the disk. A step that
 * throws ends the process, and the world is told.
 * Work: a step begins when one of the threads is free, and keeps it for the price of its work. A machine's
 * state changes at the beginning of that time, what others see of it at the end.
 * Not modelled: cores shared by several processes, memory, a file descriptor limit. A timer armed before its
 * clock's drift changed keeps its old time.
 */
export * from './host.ts';
export * from './host-events.ts';
export { INBOX_LIMIT } from './inbox.ts';
export * from './price-list.ts';
export type { MachineFactory, MachinePorts } from './process.ts';
