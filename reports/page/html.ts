import type { RenderedChart } from '../chart/render.ts';
import { STYLE } from './style.ts';

/** Text that goes into HTML, wherever it comes from. */
export function escapeHtml(text: string | number): string {
  return String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A table; every cell is escaped. Columns of numbers are set right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const body = rows.map((cells) => row(cells, 'td')).join('\n');
  return `<div class="scroll"><table><thead>${row(head, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}

function row(cells: readonly (string | number)[], tag: 'td' | 'th'): string {
  const written = cells.map((value) => {
    const text = typeof value === 'number' ? value.toLocaleString('en') : value;
    return `<${tag}${typeof value === 'number' ? ' class="n"' : ''}>${escapeHtml(text)}</${tag}>`;
  });
  return `<tr>${written.join('')}</tr>`;
}

/** A chart in its place; its name is its address on the page. */
export function figure({ name, title, svg }: RenderedChart): string {
  return `<figure id="${name}" aria-label="${escapeHtml(title)}">${svg}</figure>`;
}

/** Everything on the page: no script, no font, no request. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main>
${body}
</main></body></html>
`;
}
