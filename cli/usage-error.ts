/**
 * A mistake on the command line or in a file that a person named: one clear message with the mend, status 2, no stack.
 */
export class UsageError extends Error {
  override name = 'UsageError';
}
