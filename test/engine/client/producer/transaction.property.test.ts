import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TransactionAction, TransactionResult } from '../../../../engine/client/index.ts';
import { CALM, ModelCluster, STORM, type Weather } from './model-cluster.ts';
import { offsets, record, TransactionStage } from './transaction-stage.ts';

interface Told {
  readonly ids: number[];
  offset: number;
  commit: 'ok' | 'fail' | 'unknown' | null;
}

/**
 * An application that transacts as the book says: after an abortable error it aborts, after a time-out it calls again,
 * after any other it opens another producer.
 */
class Application {
  readonly transactions: Told[] = [];
  #nextId = 1;
  #left = 0;
  readonly #draw: (bound: number) => number;
  #last: TransactionAction['do'] = 'reopen';

  constructor(draw: (bound: number) => number) {
    this.#draw = draw;
  }

  next(ended: TransactionResult | null): TransactionAction {
    const action = this.#next(ended);
    this.#last = action.do;
    return action;
  }

  hear(ended: TransactionResult | null): void {
    const current = this.transactions.at(-1);
    if (ended?.call === 'commit' && current !== undefined) current.commit = ended.outcome;
  }

  #next(ended: TransactionResult | null): TransactionAction {
    const current = this.transactions.at(-1);
    if (ended !== null && ended.outcome !== 'ok') return this.#onError(ended.call, ended.error.errorClass);
    switch (this.#last) {
      case 'reopen':
        return { do: 'init' };
      case 'init':
      case 'abort':
      case 'commit':
        return { do: 'begin' };
      case 'begin':
        this.transactions.push({ ids: [], offset: -1, commit: null });
        this.#left = this.#draw(6);
        return this.#go(this.transactions.at(-1)!);
      default:
        return this.#go(current!);
    }
  }

  #go(current: Told): TransactionAction {
    if (this.#left-- > 0) {
      const id = this.#nextId++;
      current.ids.push(id);
      return { do: 'send', record: record(id, this.#draw(3)) };
    }
    if (current.offset < 0 && this.#draw(3) === 0) {
      current.offset = this.transactions.length;
      return offsets(current.offset);
    }
    return this.#draw(8) === 0 ? { do: 'abort' } : { do: 'commit' };
  }

  #onError(call: TransactionResult['call'], errorClass: string): TransactionAction {
    if (errorClass === 'abortable') return { do: 'abort' };
    if (errorClass === 'retriable' && call === 'send offsets') return { do: 'abort' };
    if (errorClass === 'retriable') return { do: call } as TransactionAction;
    return { do: 'reopen' };
  }
}

function play(seed: number, isV2: boolean, weather: Weather) {
  const stage = new TransactionStage({
    'request.timeout.ms': 300,
    'max.block.ms': 400,
    'delivery.timeout.ms': 600,
  });
  stage.stage.topic('t', [1, 2, 3]);
  stage.stage.topic('in', [1]);
  const cluster = new ModelCluster(stage.stage, seed, isV2);
  const application = new Application((bound) => cluster.below(bound));
  let isOver = false;
  stage.script = (_now, ended) => {
    application.hear(ended);
    return isOver ? null : application.next(ended);
  };
  cluster.weather = weather;
  stage.boot();
  for (let i = 0; i < 5; i++) {
    cluster.run(500);
    if (cluster.percent(20)) cluster.coordinator.fence('x');
  }
  cluster.weather = CALM;
  cluster.run(1_000);
  isOver = true;
  cluster.run(3_000);
  return { stage, cluster, application };
}

/** Whether readers of committed records see the whole of every committed transaction, nothing of any other, once. */
function judge({ cluster, application }: ReturnType<typeof play>): number {
  const seen = new Map<string, number>();
  for (const [name, log] of cluster.logs) {
    if (!name.startsWith('t-')) continue;
    for (const value of log.committed()) seen.set(value, (seen.get(value) ?? 0) + 1);
  }
  for (const times of seen.values()) expect(times).toBe(1);
  let committed = 0;
  for (const { ids, commit } of application.transactions.slice(0, -1)) {
    const visible = ids.filter((id) => seen.has(`v${id}`));
    if (commit === 'ok') expect(visible).toEqual(ids);
    else if (commit === 'unknown') expect([0, ids.length]).toContain(visible.length);
    else expect(visible).toEqual([]);
    if (commit === 'ok') committed++;
  }
  judgeOffsets(cluster.coordinator.committedOffsets.get('in-0') ?? -1, application.transactions);
  return committed;
}

/** The group stands where the last transaction that has been committed put it. */
function judgeOffsets(stands: number, transactions: readonly Told[]): void {
  const possible = [-1];
  for (const { offset, commit } of transactions) {
    if (offset < 0 || commit === 'fail' || commit === null) continue;
    if (commit === 'ok') possible.length = 0;
    possible.push(offset);
  }
  expect(possible).toContain(stands);
}

for (const version of [1, 2]) {
  test(`TV${version}: a transaction is there as a whole or not at all, as its commit said`, () => {
    let committed = 0;
    let others = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const run = play(seed, version === 2, STORM);
        const ok = judge(run);
        committed += ok;
        others += run.application.transactions.length - ok;
      }),
      { numRuns: 8 },
    );
    expect(committed).toBeGreaterThan(20);
    expect(others).toBeGreaterThan(5);
  }, 30_000);
}
