/**
 * Connections between machines, as TCP gives them: ordered and reliable until they break, half-open when the
 * other side vanishes, with no order between two of them.
 *
 * Owns: hosts' cards and listeners, connections, latency classes by rack and region, bandwidth, and faults on
 * the ways between hosts: cut (silence), clog (a jam that is released), mute (handshakes only), delay, long
 * tail, rate limit, loss, corruption, reset of one side or both, half-open. A partition's shape is two sets of
 * host names.
 * Invariants: frames of a connection arrive in the order sent, each at most once; a frame is missing only if
 * its connection is broken for the receiver or the sender; an event is never delivered within the call that
 * caused it.
 * How trouble is felt: loss as delay; a cut or a machine without power as silence, then the sender's
 * retransmission when it is healed or 'timed out' after the user time-out; a killed process as a reset; a
 * machine that came back as a reset to whoever speaks to it. An idle connection to a vanished machine stays
 * half-open for ever.
 * Not modelled: congestion windows, keep-alives (Kafka's sockets have them, Linux sends the first after two
 * hours), receivers that read slowly (frames reach a paused process's host), ports used up, name resolution.
 */
export { End } from './connection.ts';
export * from './network.ts';
export { NetworkHost, type SocketOwner } from './network-host.ts';
export * from './options.ts';
export type { Damage } from './pipes.ts';
