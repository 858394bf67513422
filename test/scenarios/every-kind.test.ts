import { describe, expect, it } from 'vitest';
import { catalogue, loadScenario } from '../../scenarios/load/index.ts';
import { FAULT_KINDS } from '../../sim/fault/index.ts';

/** Kinds that a scenario draws at random, and kinds that it injects and expects to have shown. */
async function homes(): Promise<ReadonlyMap<string, string[]>> {
  const found = new Map<string, string[]>();
  const add = (kind: string, name: string): unknown => found.set(kind, [...(found.get(kind) ?? []), name]);
  for (const { name } of catalogue()) {
    const { faults, randomFaults, expect: expected } = await loadScenario(name);
    if (name === 'every-fault') for (const kind of randomFaults?.kinds ?? []) add(kind, name);
    for (const { kind } of faults) if (expected.probes.includes(`fault: ${kind}`)) add(kind, name);
  }
  return found;
}

const found = await homes();

describe('every kind of fault', () => {
  it.each(FAULT_KINDS)('%s has a scenario that counts it', (kind) => {
    expect(found.get(kind) ?? []).not.toEqual([]);
  });

  it('but a misdirected write is within what replication promises, and drawn at random', () => {
    expect(FAULT_KINDS.filter((kind) => !found.get(kind)?.includes('every-fault'))).toEqual([
      'misdirected-write',
    ]);
  });
});
