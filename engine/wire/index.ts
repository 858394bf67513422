/**
 * Kafka's wire protocol. Owns the table of APIs, every live version of every message as data (`messages/`,
 * one file an API), the codecs derived from that data (`codec/`), error codes, uuids and UTF-8. A new message
 * is a new file and a line in `apis.ts`; nobody writes a codec by hand.
 *
 * Invariants: a body equals `decode(encode(body))` in its version, so that a run is the same whether frames
 * travel as objects or as bytes (`checkBody` says what breaks it, `conform` prepares a body written without
 * knowing the version). `frameSize` is exact. Bytes from outside give a value or a `WireError`, never an
 * exception, and never an allocation out of proportion to their length. Bytes and records that come out of
 * a frame are views of it: nobody writes to them.
 *
 * Kafka's counterparts: `clients/src/main/resources/common/message`, the `generator` module, `ApiKeys`,
 * `Errors`, `RequestHeader`, `Uuid`. KIP-482 (flexible versions, tagged fields), KIP-511 (ApiVersions),
 * KIP-516 (topic ids), KIP-896 (oldest versions).
 */
export * from './api.ts';
export * from './api-key.ts';
export * from './apis.ts';
export * from './check-body.ts';
export * from './conform.ts';
export * from './consumer-protocol/index.ts';
export * from './describe.ts';
export * from './error-code.ts';
export * from './field.ts';
export * from './frame.ts';
export * from './hash64.ts';
export * from './make.ts';
export * from './messages/index.ts';
export * from './schema.ts';
export * from './structure.ts';
export * from './utf8.ts';
export * from './uuid.ts';
export * from './versioned-struct.ts';
export * from './wire-error.ts';
