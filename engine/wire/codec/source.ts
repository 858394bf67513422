/**
 * JavaScript source under construction. Codecs are built as source and compiled with `new Function`, because
 * straight lines that name every field run several times faster than an interpreter of the schema: property
 * access by a literal name stays monomorphic in each codec, and lengths known from the schema become
 * constants. What goes into the source comes from the schemas of this repository alone, never from the wire.
 */
export class Source {
  readonly #lines: string[] = [];
  #names = 0;

  /** A name not used before in this source. */
  name(prefix: string): string {
    this.#names++;
    return `${prefix}${this.#names}`;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /**
   * Compiles the source as the body of a function of `parameters`, which sees the members of `scope` by name.
   */
  compile<F>(scope: Readonly<Record<string, unknown>>, parameters: string): F {
    const names = Object.keys(scope);
    const body = `'use strict'; return function (${parameters}) {\n${this.#lines.join('\n')}\n};`;
    const factory = new Function(...names, body);
    return factory(...names.map((name) => scope[name])) as F;
  }
}
