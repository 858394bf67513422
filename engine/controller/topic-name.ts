const MAX_LENGTH = 249;
const ALLOWED = /^[a-zA-Z0-9._-]+$/;

/** What is wrong with a topic's name, or null (`Topic.validate`). */
export function rejectTopicName(name: string): string | null {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed';
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`;
  if (name.length > MAX_LENGTH) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${MAX_LENGTH}`;
  }
  if (!ALLOWED.test(name)) {
    return (
      `Topic name is invalid: '${name}' contains one or more characters other than ` +
      "ASCII alphanumerics, '.', '_' and '-'"
    );
  }
  return null;
}

/** Metrics write '.' as '_', so two names that differ in nothing else would be one there (KAFKA-13743). */
export function collide(name: string, other: string): boolean {
  return name.replaceAll('.', '_') === other.replaceAll('.', '_');
}

/** Whether a name can collide at all: most cannot, and need not be compared. */
export function hasCollisionChars(name: string): boolean {
  return name.includes('.') || name.includes('_');
}
