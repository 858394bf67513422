import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from './catalogue/index.ts';
import { huntingGrounds } from './hunting-grounds.ts';
import { assertFits, MutantTree, patched } from './mutant-tree.ts';
import { isHuntedInTest } from './mutation.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A broker's, a controller's and one that a test sees, quick ones: `npm run mutation` hunts them all. */
const SAMPLE = ['R31', 'K1', 'T7'];

describe('the catalogue of known bugs', () => {
  it('has distinct names and names scenarios that exist', () => {
    const ids = catalogue.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const mutation of catalogue) {
      const { id, scenario } = mutation;
      if (isHuntedInTest(mutation)) expect(existsSync(join(ROOT, scenario)), id).toBe(true);
      else expect(Object.keys(huntingGrounds), id).toContain(scenario);
    }
  });

  it('fits the engine as it is: every text that it breaks is there, once', () => {
    for (const mutation of catalogue) assertFits(mutation);
  });

  it('does not guess where a text belongs that is gone or stands twice', () => {
    const patch = { file: 'f.ts', find: 'a', replace: 'b' };
    expect(patched('xay', patch)).toBe('xby');
    expect(() => patched('xy', patch)).toThrow('f.ts: 0 places, not one');
    expect(() => patched('aa', patch)).toThrow('f.ts: 2 places, not one');
  });
});

describe('a broken engine is caught', () => {
  const tree = new MutantTree();
  afterAll(() => tree.remove());

  it.each(SAMPLE)('%s, by a named check, and not on the same seed of the engine as it is', (id) => {
    const mutation = catalogue.find((each) => each.id === id)!;
    const { caught } = tree.hunt(mutation);
    expect(mutation.caughtBy).toContain(caught?.check);
    expect(tree.control(mutation, caught!.seed)).toMatchObject({ caught: null });
  });
});
