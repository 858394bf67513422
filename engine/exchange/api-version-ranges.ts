import { apiOf } from '../wire/index.ts';

/** What a node said that it supports (`NodeApiVersions`): a range of versions by API key. */
export class ApiVersionRanges {
  readonly #min = new Map<number, number>();
  readonly #max = new Map<number, number>();

  constructor(
    ranges: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[],
  ) {
    for (const range of ranges) {
      this.#min.set(range.apiKey, range.minVersion);
      this.#max.set(range.apiKey, range.maxVersion);
    }
  }

  /** The highest version up to `cap` that both sides know, or -1. */
  highestCommon(apiKey: number, cap: number): number {
    const own = apiOf(apiKey);
    const min = this.#min.get(apiKey);
    const max = this.#max.get(apiKey);
    if (own === undefined || min === undefined || max === undefined) return -1;
    const highest = Math.min(max, own.maxVersion, cap);
    const lowest = Math.max(min, own.minVersion);
    return highest >= lowest ? highest : -1;
  }

  /** The peer's own highest version of an API, or -1. */
  maxOf(apiKey: number): number {
    return this.#max.get(apiKey) ?? -1;
  }
}
