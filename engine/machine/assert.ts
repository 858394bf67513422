/** An impossible state. It crashes the node, and the world reports it as a violation. */
export class AssertionFailure extends Error {
  override name = 'AssertionFailure';
}

/** Asserts what must hold. A message that costs something to build is a function. */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionFailure(typeof message === 'string' ? message : message());
}

/** Makes a `switch` over a union exhaustive: adding a variant stops the build here. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
