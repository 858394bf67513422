import { assert } from '../../engine/machine/index.ts';

const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

const OUTSTANDING = 1;
const READ = 2;

interface Page {
  readonly sentAt: Float64Array;
  readonly bytes: Int32Array;
  readonly flags: Uint8Array;
}

/**
 * Every record that was sent, by its id: when, how large, and what became of it. Ids of one producer are in a row, so
 * that pages of columns hold them without a table entry or an object each.
 */
export class SentRecords {
  readonly #pages = new Map<number, Page>();
  #last: Page | null = null;
  #lastIndex = -1;

  send(id: number, at: number, bytes: number): void {
    const page = this.#page(id);
    const i = id & (PAGE - 1);
    page.sentAt[i] = at;
    page.bytes[i] = bytes;
    page.flags[i] = OUTSTANDING;
  }

  sentAt(id: number): number {
    return this.#page(id).sentAt[id & (PAGE - 1)]!;
  }

  bytes(id: number): number {
    return this.#page(id).bytes[id & (PAGE - 1)]!;
  }

  /** The client heard what became of it; that happens once. */
  settle(id: number): void {
    const { flags } = this.#page(id);
    const i = id & (PAGE - 1);
    assert((flags[i]! & OUTSTANDING) !== 0, () => `a client hears of record ${id}, which is not under way`);
    flags[i]! &= ~OUTSTANDING;
  }

  /** When it was sent, if it was and this is the first time that anybody reads it; else -1. */
  firstRead(id: number): number {
    const page = this.#pages.get(id >>> PAGE_BITS);
    const i = id & (PAGE - 1);
    if (page === undefined || page.sentAt[i] === -1 || (page.flags[i]! & READ) !== 0) return -1;
    page.flags[i]! |= READ;
    return page.sentAt[i]!;
  }

  #page(id: number): Page {
    const index = id >>> PAGE_BITS;
    if (index === this.#lastIndex) return this.#last!;
    let page = this.#pages.get(index);
    if (page === undefined) {
      page = {
        sentAt: new Float64Array(PAGE).fill(-1),
        bytes: new Int32Array(PAGE),
        flags: new Uint8Array(PAGE),
      };
      this.#pages.set(index, page);
    }
    this.#last = page;
    this.#lastIndex = index;
    return page;
  }
}
