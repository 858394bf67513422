import type { Fact } from '../../engine/machine/index.ts';
import type { GroupChange } from '../result/index.ts';

/** Of one group; a page cannot show more. */
const MAX_CHANGES = 20_000;

/** Every group in its coordinators' words, as they told them. */
export class GroupChanges {
  readonly #byGroup = new Map<string, GroupChange[]>();

  get byGroup(): ReadonlyMap<string, readonly GroupChange[]> {
    return this.#byGroup;
  }

  onChanged(at: number, node: string, fact: Extract<Fact, { fact: 'group changed' }>): void {
    const { group, kind, state, epoch, members, reason } = fact;
    let changes = this.#byGroup.get(group);
    if (changes === undefined) this.#byGroup.set(group, (changes = []));
    if (changes.length < MAX_CHANGES) changes.push({ at, node, kind, state, epoch, members, reason });
  }
}
