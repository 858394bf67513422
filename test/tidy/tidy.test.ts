import { dirname, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXEMPT_LENGTH, LAYERS, PURE_BANS } from './rules.ts';
import { codeOnly, importsOf, type SourceFile, sourceFiles } from './source-tree.ts';

const MAX_LINES = 400;
const MAX_COLUMNS = 120;
const BAD_NAMES = /(?:^|[-/])(?:manager|utils?|helpers?|common|misc|base|impl|service|processor)(?:[-./]|$)/;

const product = sourceFiles('engine', 'sim', 'scenarios', 'reports', 'cli');
const everything = [...product, ...sourceFiles('test')];

/** Folders that run in a browser tab unchanged and draw no luck of their own. */
function isPure(file: SourceFile): boolean {
  return (
    file.path.startsWith('engine/') ||
    (file.path.startsWith('sim/') &&
      !file.path.startsWith('sim/gateway/') &&
      !file.path.startsWith('sim/search/'))
  );
}

describe('tidy', () => {
  it('found the tree', () => {
    expect(product.length).toBeGreaterThan(50);
  });

  it('keeps ambient time, luck and promises out of the engine and the world', () => {
    const found = product.filter(isPure).flatMap((file) => {
      const code = codeOnly(file.text);
      return PURE_BANS.filter(({ pattern }) => pattern.test(code)).map(
        ({ name, instead }) => `${file.path}: ${name}; ${instead}`,
      );
    });
    expect(found).toEqual([]);
  });

  it('finds a planted Math.random() and a planted Date.now()', () => {
    const planted = codeOnly("const a = 'Math.random() in words'; // Date.now()\nconst b = Math.random();");
    expect(PURE_BANS.filter(({ pattern }) => pattern.test(planted)).map(({ name }) => name)).toEqual([
      'Math.random',
    ]);
  });

  it('lets rooms import only what the design allows', () => {
    const found = product.flatMap((file) => forbiddenImports(file));
    expect(found).toEqual([]);
  });

  it('goes through a folder’s index when it enters another room', () => {
    const found = product
      .filter((file) => file.path.startsWith('engine/'))
      .flatMap((file) =>
        importsOf(file.text)
          .filter((target) => target.startsWith('.'))
          .map((target) => posix.normalize(posix.join(dirname(file.path), target)))
          .filter((target) => roomOf(target) !== roomOf(file.path) && !target.endsWith('/index.ts'))
          .map((target) => `${file.path} imports ${target}`),
      );
    expect(found).toEqual([]);
  });

  it('keeps files, lines and names in bounds', () => {
    const found = everything.flatMap((file) => [
      ...(file.lines.length > MAX_LINES && !EXEMPT_LENGTH.has(file.path)
        ? [`${file.path}: ${file.lines.length} lines`]
        : []),
      ...file.lines.flatMap((line, i) =>
        width(line) > MAX_COLUMNS ? [`${file.path}:${i + 1}: ${line.length} columns`] : [],
      ),
      ...(BAD_NAMES.test(file.path) ? [`${file.path}: a name that says nothing`] : []),
      ...(/[A-Z_]/.test(file.path) ? [`${file.path}: not kebab-case`] : []),
    ]);
    expect(found).toEqual([]);
  });

  it('begins every room with its manual', () => {
    const found = product
      .filter((file) => /^(engine|sim)\/[^/]+\/index\.ts$/.test(file.path) && !file.text.startsWith('/**'))
      .map((file) => file.path);
    expect(found).toEqual([]);
  });
});

/** Columns of a line. Sentences that it prints or expects do not count: they are not cut for the page. */
function width(line: string): number {
  return line.replace(/'(?:[^'\\]|\\.)*'|`[^`]*`?|^\s*\/(?:[^/\\]|\\.)+\/\w*,$/g, "''").length;
}

/** `engine/log`, `sim/disk`, `scenarios`, `reports`, `cli`. */
function roomOf(path: string): string {
  const [top, room] = path.split('/');
  return top === 'engine' || top === 'sim' ? `${top}/${room}` : top!;
}

function forbiddenImports(file: SourceFile): string[] {
  const room = roomOf(file.path);
  const allowed = LAYERS.get(room);
  if (allowed === undefined) return [`${file.path}: room ${room} has no row in the layer table`];
  return importsOf(file.text)
    .map((target) =>
      target.startsWith('.') ? roomOf(posix.normalize(posix.join(dirname(file.path), target))) : target,
    )
    .filter((target) => target !== room && !allowed.some((pattern) => pattern.test(target)))
    .map((target) => `${file.path}: ${room} may not import ${target}`);
}
