/** Walks over a pattern, and remembers the first thing that is wrong with it: from then on it is at its end. */
export class PatternReader {
  readonly text: string;
  at = 0;
  error: string | null = null;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, '' at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  take(): string {
    const taken = this.next;
    this.at += 1;
    return taken;
  }

  takeIf(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Up to a text, and over it; null when it does not come. */
  takeUntil(end: string): string | null {
    const found = this.text.indexOf(end, this.at);
    if (found === -1) return null;
    const taken = this.text.slice(this.at, found);
    this.at = found + end.length;
    return taken;
  }

  /** A decimal number, -1 when there is none. */
  takeNumber(): number {
    const from = this.at;
    while (isDigit(this.next)) this.at += 1;
    return from === this.at ? -1 : Number.parseInt(this.text.slice(from, this.at), 10);
  }

  fail(reason: string): void {
    this.error ??= reason;
    this.at = this.text.length;
  }
}

export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character !== '';
}
