import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface SourceFile {
  /** From the root, '/'-separated. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Every TypeScript file of the named top folders, sorted by path. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  const files: SourceFile[] = [];
  for (const folder of folders) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const absolute = join(entry.parentPath, entry.name);
      const text = readFileSync(absolute, 'utf8');
      files.push({
        path: absolute.slice(ROOT.length + 1).replaceAll('\\', '/'),
        text,
        lines: text.split('\n'),
      });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Code with comments and the contents of strings blanked out: what a banned word must not be found in. */
export function codeOnly(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g,
    (match) => (match.startsWith('`') ? templateCode(match) : match.replace(/[^\n]/g, ' ')),
  );
}

/** A template keeps what stands in its `${}`. */
function templateCode(template: string): string {
  return template.replace(/\$\{([^}]*)\}|[^\n]/g, (_, code: string | undefined) =>
    code === undefined ? ' ' : ` ${code} `,
  );
}

/** Targets of static imports and re-exports. */
export function importsOf(text: string): string[] {
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/g,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!);
}
