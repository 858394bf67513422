/**
 * Requests that leave a process and the replies that come back, requests that arrive and the responses that leave.
 * Owns connections to other nodes: correlation ids, the in-flight window, time-outs, reconnect backoff.
 *
 * Kafka's counterparts: `NetworkClient`, `ClusterConnectionStates`, `InFlightRequests`, `NodeToControllerChannelManager`.
 */
export * from './request.ts';
