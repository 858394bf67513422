const VOID = new Set(['meta', 'br', 'hr', 'img', 'input', 'link']);

/** What is wrong with markup: tags that do not match, a bare `&` or `<` in text. Null when nothing is. */
export function malformed(markup: string): string | null {
  const open: string[] = [];
  const text = (part: string): string | null =>
    /&(?!(?:[a-z]+|#\d+|#x[0-9a-f]+);)/i.test(part) ? `a bare & in "${part.slice(0, 40)}"` : null;
  let at = 0;
  for (const tag of markup.matchAll(/<(\/?)([a-zA-Z!][\w:-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>/g)) {
    const between = markup.slice(at, tag.index);
    at = tag.index + tag[0].length;
    const inStyle = open.at(-1) === 'style';
    if (!inStyle && between.includes('<')) return `a bare < in "${between.slice(0, 40)}"`;
    const wrong = inStyle ? null : (text(between) ?? text(tag[3]!));
    if (wrong !== null) return wrong;
    const [, close, name, rest] = tag;
    if (name!.startsWith('!') || VOID.has(name!)) continue;
    if (close === '/') {
      const last = open.pop();
      if (last !== name) return `</${name}> closes <${last}>`;
    } else if (!rest!.endsWith('/')) {
      open.push(name!);
    }
  }
  return open.length === 0 ? null : `<${open.at(-1)}> is never closed`;
}
