/**
 * Requests that leave a process and the replies that come back, requests that arrive and the responses that
 * leave. `Exchange` owns the connections to other nodes: correlation ids, the in-flight window, time-outs,
 * reconnect backoff, the ApiVersions handshake. `Inbound` owns the connections that others opened: one
 * request of each in process at a time.
 *
 * Both are passive: the process feeds them its inputs (`onInput` says whose it was) and drains `takeReplies`
 * and `takeRequests` until both are empty, before its step ends. Nothing is called back.
 *
 * Invariants: every request gets exactly one reply, never within `request`; every request taken is settled
 * exactly once; responses of a connection leave in the order of its requests; every channel belongs to one
 * owner, so that a long poll of one component never holds up another.
 *
 * Kafka's counterparts: `NetworkClient`, `ClusterConnectionStates`, `InFlightRequests`,
 * `NodeToControllerRequestThread`; `SocketServer`, `RequestChannel`. KIPs: 35, 219, 511, 580, 601.
 */
export { ApiVersionRanges } from './api-version-ranges.ts';
export type { ChannelState, ChannelView } from './channel.ts';
export { Exchange, MAX_QUEUED_CALLS } from './exchange.ts';
export { type ExchangeConfig, serverExchangeConfig } from './exchange-config.ts';
export { ExchangeTimer } from './exchange-timer.ts';
export { backoffUs } from './exponential-backoff.ts';
export type { FinalizedFeatures } from './finalized-features.ts';
export { ANY_VERSION } from './handshake.ts';
export { Inbound, MAX_WAITING_PER_CONNECTION } from './inbound.ts';
export type { DeliveredReply } from './reply-queue.ts';
export * from './request.ts';
