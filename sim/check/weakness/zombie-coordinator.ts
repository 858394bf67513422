import { seconds } from './delayed-end-txn.ts';
import type { SupersededPosition } from './superseded-positions.ts';
import type { Explanation, Weakness } from './weakness.ts';

/**
 * A coordinator holds no lease: one that was cut off answers OffsetFetch from what it has, until it hears of its
 * successor. Who asks it and commits with the successor begins again where the group had been before: nothing in a
 * commit says from where it was read, and the generation is the same.
 *
 *     b3 coordinates   [cut off .......... heals]  position 4?   "4"      hears of b4
 *     b4                    takes over   4 ... 331 committed         5 ... committed again
 */
export const zombieCoordinator: Weakness = {
  id: 'position told by a coordinator that is none any more',
  issue: 'KIP-447, GroupCoordinatorService.fetchOffsets',
  sentence:
    'A group coordinator that was replaced and has not heard of it tells an old committed offset: what was read since is read, and committed, again.',
  under: 'every version: OffsetFetch is answered from memory, without a lease',
  recognisedBy:
    'an OffsetFetch answered by a coordinator after its successor of a later epoch had loaded the group, and records behind that position, or of that topic, that are there once too often',
  excuses: true,
  explain({ check, evidence }, run): Explanation | null {
    const { count, expected, source, topics } = evidence;
    const isTooMany = typeof count === 'number' && count > (typeof expected === 'number' ? expected : 1);
    if (!isTooMany) return null;
    if (check === 'ExactlyOnce' && typeof source === 'number') {
      const place = run.placeOf(source);
      const told = run.superseded.told.find(
        ({ partition, position, topic }) =>
          place !== null && `${topic}-${partition}` === place.log && position <= place.recordOffset,
      );
      return told === undefined ? null : toldBy(told);
    }
    if (check !== 'ExactTotals' || !Array.isArray(topics)) return null;
    const told = run.superseded.told.find(({ topic }) => topics.includes(topic));
    return told === undefined ? null : toldBy(told);
  },
};

function toldBy(told: SupersededPosition): Explanation {
  const { at, group, leaderEpoch, partition, position, since, successor, teller, topic } = told;
  return {
    words: `${teller}, coordinator of ${group} in epoch ${leaderEpoch}, told position ${position} of ${topic}-${partition} at ${seconds(at)}, when ${successor} had been coordinator since ${seconds(since)}`,
    evidence: { told },
  };
}
