const PAGE_BITS = 11;
const PAGE = 1 << PAGE_BITS;

/** Numbers in the order in which they came, page by page: growing copies nothing and wastes at most a page. */
export class NumberColumn {
  length = 0;
  readonly #pages: Float64Array[] = [];

  push(value: number): void {
    const at = this.length++;
    if ((at & (PAGE - 1)) === 0) this.#pages.push(new Float64Array(PAGE));
    this.#pages[at >>> PAGE_BITS]![at & (PAGE - 1)] = value;
  }

  at(index: number): number {
    return this.#pages[index >>> PAGE_BITS]![index & (PAGE - 1)]!;
  }

  set(index: number, value: number): void {
    this.#pages[index >>> PAGE_BITS]![index & (PAGE - 1)] = value;
  }
}

/** Names that repeat, each kept once and known by a small number. */
export class NameTable {
  readonly #indexes = new Map<string, number>();
  readonly #names: string[] = [];

  indexOf(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) this.#indexes.set(name, (index = this.#names.push(name) - 1));
    return index;
  }

  get size(): number {
    return this.#names.length;
  }

  name(index: number): string {
    return this.#names[index]!;
  }
}
