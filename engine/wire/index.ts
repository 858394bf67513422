/**
 * Kafka's wire protocol: the table of APIs, every message of every live version as data, and codecs derived from it.
 *
 * Kafka's counterparts: `clients/src/main/resources/common/message`, the `generator` module, `ApiKeys`, `Errors`.
 */
export * from './api.ts';
export * from './api-key.ts';
export * from './apis.ts';
export * from './check-body.ts';
export * from './conform.ts';
export * from './describe.ts';
export * from './error-code.ts';
export * from './field.ts';
export * from './frame.ts';
export * from './make.ts';
export * from './messages/index.ts';
export * from './schema.ts';
export * from './structure.ts';
export * from './utf8.ts';
export * from './uuid.ts';
export * from './wire-error.ts';
