import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../../../engine/coordinator/group/consumer/index.ts';

function matches(pattern: string, text: string): boolean {
  const regex = compileRegex(pattern);
  if (typeof regex === 'string') throw new Error(regex);
  return regex.matches(text);
}

describe('patterns in RE2’s syntax', () => {
  test.each([
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['orders-.*', 'orders-eu', true],
    ['^orders$', 'orders', true],
    ['a|b|', '', true],
    ['(?:us|eu)-\\d{2,3}', 'eu-123', true],
    ['(?:us|eu)-\\d{2,3}', 'eu-1234', false],
    ['[^a-c.]+', 'xyz', true],
    ['[^a-c.]+', 'x.y', false],
    ['[]a]+', ']a', true],
    ['[a\\-z]+', 'a-z', true],
    ['[[:alpha:]_]+', 'A_b', true],
    ['[[:^digit:]]+', 'ab1', false],
    ['\\p{Lu}\\p{Ll}+', 'Kafka', true],
    ['\\pN+', '42', true],
    ['\\P{L}+', '42', true],
    ['(?i)ORDERS', 'orders', true],
    ['(?i:O)rders', 'ORDERS', false],
    ['(?P<region>\\w+)\\.(?<kind>\\w+)', 'eu.orders', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\Qa.b', 'a.b', true],
    ['x{2}', 'xx', true],
    ['x{,2}', 'x{,2}', true],
    ['x{2', 'x{2', true],
    ['(a*)*b', 'aaab', true],
    ['.*?a??', 'topic', true],
    ['\\bt\\w+\\b', 'topic', true],
    ['\\x41\\x{42}\\103', 'ABC', true],
    ['a\\.b', 'axb', false],
    ['a{0}b', 'b', true],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test.each([
    ['(', 'missing closing )'],
    ['a)', 'unexpected )'],
    ['[a', 'missing closing ]'],
    ['[b-a]', 'invalid character class range'],
    ['*a', 'missing argument to repetition operator'],
    ['a**', 'invalid nested repetition operator'],
    ['a{1001}', 'invalid repeat count'],
    ['a{3,2}', 'invalid repeat count'],
    ['(a)\\1', 'invalid escape sequence'],
    ['(?=a)', 'invalid or unsupported Perl syntax'],
    ['(?<!a)b', 'invalid or unsupported Perl syntax'],
    ['\\', 'trailing backslash'],
    ['\\y', 'invalid escape sequence'],
    ['\\p{Nonsense}', 'invalid character class range'],
    ['((x{1000}){1000}){1000}', 'expression too large'],
    ['('.repeat(5000), 'expression nests too deeply'],
  ])('%s is refused: %s', (pattern, reason) => {
    const regex = compileRegex(pattern);
    expect(typeof regex).toBe('string');
    expect(regex).toContain(reason);
  });

  test('hostile patterns stay bounded', () => {
    const name = `${'a'.repeat(248)}!`;
    for (const pattern of [
      '(a+)+',
      '(a|a)*',
      '(a|aa)+b',
      '(.*)(.*)(.*)(.*)(.*)x',
      '(a?){200}a{40}',
      '(((((a*)*)*)*)*)*',
      '(((){1000}){1000}){1000}',
      '((a{0}){1000}){1000}',
      '(|){1000}x',
    ]) {
      const regex = compileRegex(pattern);
      if (typeof regex !== 'string') expect(regex.matches(name)).toBe(false);
    }
  });

  test('agree with the host’s engine on patterns that mean the same in both', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '\\w',
      '\\d',
      '-',
      '(a|b-)',
      '(?:(?:ab)?)',
      '(b*a)',
    );
    const piece = fc
      .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{0,2}?', '{2,}'))
      .map(([one, times]) => one + times);
    const sequence = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
    const pattern = fc.array(sequence, { minLength: 1, maxLength: 3 }).map((choices) => choices.join('|'));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '1', '.'), maxLength: 9 });
    let matched = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 4, maxLength: 4 }), (source, texts) => {
        const expected = new RegExp(`^(?:${source})$`);
        for (const each of texts) {
          if (expected.test(each)) matched += 1;
          expect(matches(source, each), `${source} on ${each}`).toBe(expected.test(each));
        }
      }),
      { numRuns: 1500 },
    );
    expect(matched).toBeGreaterThan(200);
  });
});
