import { catalogue } from './catalogue/index.ts';
import { assertFits, MutantTree } from './mutant-tree.ts';
import type { Hunt, Mutation } from './mutation.ts';

/**
 * `npm run mutation [-- ID...]`: breaks the engine in every known way, one at a time, and demands that a named check
 * sees it, and sees nothing on the same seed of the engine as it is. Prints a table; ends with 1 when one escapes.
 */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !catalogue.some((mutation) => mutation.id === id));
if (unknown.length > 0) {
  console.error(`no mutation ${unknown.join(', ')}; there are ${catalogue.map(({ id }) => id).join(' ')}`);
  process.exit(2);
}
const chosen = wanted.length === 0 ? catalogue : catalogue.filter(({ id }) => wanted.includes(id));
for (const mutation of chosen) assertFits(mutation);
const tree = new MutantTree();
let escaped = 0;
try {
  console.log('| id | bug | caught by | seed | also fired |\n|--|--|--|--|--|');
  for (const mutation of chosen) {
    const hunt = attempt(mutation);
    if (typeof hunt === 'string') {
      escaped += 1;
      console.log(`| ${mutation.id} | ${mutation.bug} | **${hunt}** | - | |`);
      continue;
    }
    const { caught, others, seeds } = hunt;
    const isSound = caught !== null && attemptControl(mutation, caught.seed);
    if (!isSound) escaped += 1;
    const by =
      caught === null
        ? `**escaped ${seeds} seeds**`
        : isSound
          ? caught.check
          : `**${caught.check} fires anyway**`;
    console.log(
      `| ${mutation.id} | ${mutation.bug} | ${by} | ${caught?.seed ?? '-'} | ${others.join(', ')} |`,
    );
  }
} finally {
  tree.remove();
}
console.log(`\n${chosen.length - escaped} of ${chosen.length} mutations caught`);
process.exitCode = escaped > 0 ? 1 : 0;

/** A mutant may do more than fail a check: it may never end, or take its process down. */
function attempt(mutation: Mutation): Hunt | string {
  try {
    return tree.hunt(mutation);
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 300);
  }
}

/** Whether the engine as it is says nothing of the kind on that seed. */
function attemptControl(mutation: Mutation, seed: number): boolean {
  try {
    return tree.control(mutation, seed).caught === null;
  } catch (error) {
    console.error(error);
    return false;
  }
}
