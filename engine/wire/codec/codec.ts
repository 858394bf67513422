import type { Fields } from '../field.ts';
import { deriveDecoder } from './decoder.ts';
import { deriveEncoder } from './encoder.ts';
import type { Target } from './layout.ts';
import type { Reader } from './reader.ts';
import { deriveSettled } from './settled.ts';
import { deriveSizer } from './sizer.ts';
import type { Writer } from './writer.ts';

/**
 * What one version of a schema compiles to. Each function is derived when first called: a run meets few of
 * the 300 pairs of message and version, and a run with `codec: objects` never encodes.
 */
export class Codec {
  size = (value: object): number => {
    this.size = deriveSizer(this.#fields, this.#target);
    return this.size(value);
  };

  encode = (writer: Writer, value: object): void => {
    this.encode = deriveEncoder(this.#fields, this.#target);
    this.encode(writer, value);
  };

  decode = (reader: Reader): object => {
    this.decode = deriveDecoder(this.#fields, this.#target);
    return this.decode(reader);
  };

  settled = (value: object): boolean => {
    this.settled = deriveSettled(this.#fields, this.#target);
    return this.settled(value);
  };

  readonly #fields: Fields;
  readonly #target: Target;

  constructor(fields: Fields, target: Target) {
    this.#fields = fields;
    this.#target = target;
  }
}
