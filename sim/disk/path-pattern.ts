/** Whether a path matches a pattern in which `*` stands for any run of characters, '/' included. */
export function matchesPath(pattern: string, path: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0]!;
  if (parts.length === 1) return path === pattern;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const found = path.indexOf(parts[i]!, at);
    if (found < 0) return false;
    at = found + parts[i]!.length;
  }
  const last = parts[parts.length - 1]!;
  return path.length - last.length >= at && path.endsWith(last);
}
