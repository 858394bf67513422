import type { History, SendOperation } from '../../../sim/check/index.ts';

/** An operation of a history, as a set of facts. */
export interface ModelOperation {
  readonly name: string;
  readonly client: string;
  beganAt: number;
  endedAt: number;
  outcome: SendOperation['outcome'];
}

export type ModelKind = 'ww' | 'wr' | 'process' | 'realtime';

/** Slow and plainly right: every edge that follows from the definitions, in matrices. */
export class CycleModel {
  readonly operations: ModelOperation[] = [];
  readonly #byTransaction = new Map<number, number>();
  readonly #writer = new Map<number, number>();
  readonly edges: Readonly<Record<ModelKind, boolean[][]>>;

  /** `logs`: each partition as it is, the values in their order. */
  constructor({ sends, polls }: History, logs: readonly (readonly number[])[]) {
    const isSender = new Set<number>();
    for (const send of sends) {
      const known = this.#byTransaction.get(send.transaction ?? -1);
      const v = this.#operation(send.transaction, send.client, send.invokedAt, send.endedAt, 'send');
      const operation = this.operations[v]!;
      if (known === undefined || operation.outcome !== 'ok') operation.outcome = send.outcome;
      isSender.add(v);
      for (const { id } of send.writes) this.#writer.set(id, v);
    }
    const reads: [writer: number, reader: number][] = [];
    for (const { client, at, transaction, reads: batches } of polls) {
      const known = this.#byTransaction.get(transaction ?? -1);
      const until = known !== undefined && isSender.has(known) ? this.operations[known]!.endedAt : at;
      const v = this.#operation(transaction, client, at, until, 'poll');
      for (const { ids } of batches)
        for (const id of ids) if (this.#writer.has(id)) reads.push([this.#writer.get(id)!, v]);
    }
    const matrix = (holds: (a: number, b: number) => boolean): boolean[][] =>
      this.operations.map((_, a) => this.operations.map((__, b) => a !== b && holds(a, b)));
    const precedes = (a: number, b: number): boolean =>
      this.operations[a]!.outcome === 'ok' && this.operations[a]!.endedAt < this.operations[b]!.beganAt;
    this.edges = {
      ww: matrix((a, b) => logs.some((log) => this.#follows(log, a, b))),
      wr: matrix((a, b) => reads.some(([writer, reader]) => writer === a && reader === b)),
      process: matrix(
        (a, b) =>
          this.operations[a]!.client === this.operations[b]!.client &&
          this.operations[b]!.outcome === 'ok' &&
          precedes(a, b),
      ),
      realtime: matrix(precedes),
    };
  }

  #operation(
    transaction: number | undefined,
    client: string,
    from: number,
    to: number,
    what: string,
  ): number {
    const known = transaction === undefined ? undefined : this.#byTransaction.get(transaction);
    if (known !== undefined) {
      const operation = this.operations[known]!;
      operation.beganAt = Math.min(operation.beganAt, from);
      operation.endedAt = Math.max(operation.endedAt, to);
      return known;
    }
    const name =
      transaction === undefined
        ? `a ${what} of ${client} at ${(from / 1e6).toFixed(6)} s`
        : `transaction ${transaction} of ${client}`;
    const v = this.operations.push({ name, client, beganAt: from, endedAt: to, outcome: 'ok' }) - 1;
    if (transaction !== undefined) this.#byTransaction.set(transaction, v);
    return v;
  }

  /** Does a value of `b` stand right behind one of `a`? */
  #follows(log: readonly number[], a: number, b: number): boolean {
    return log.some((id, i) => i > 0 && this.#writer.get(log[i - 1]!) === a && this.#writer.get(id) === b);
  }

  /** Vertices whose component, along these kinds, has edges of all of them. */
  onCycles(kinds: readonly ModelKind[], without: ReadonlySet<number> = new Set()): Set<number>[] {
    const n = this.operations.length;
    const reach = this.operations.map((_, a) =>
      this.operations.map((__, b) => this.has(a, b, kinds, without)),
    );
    for (let k = 0; k < n; k++)
      for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) reach[a]![b] ||= reach[a]![k]! && reach[k]![b]!;
    const groups: Set<number>[] = [];
    for (let a = 0; a < n; a++) {
      if (!reach[a]![a] || groups.some((group) => group.has(a))) continue;
      const group = new Set([...this.operations.keys()].filter((b) => reach[a]![b]! && reach[b]![a]!));
      const all = kinds.every((kind) =>
        [...group].some((x) => [...group].some((y) => this.has(x, y, [kind], without))),
      );
      if (all) groups.push(group);
    }
    return groups;
  }

  has(a: number, b: number, kinds: readonly ModelKind[], without: ReadonlySet<number> = new Set()): boolean {
    return !without.has(a) && !without.has(b) && kinds.some((kind) => this.edges[kind][a]![b]!);
  }

  /** Is there a way along all of these kinds from an operation to one that had ended before it began? */
  goesBackInTime(kinds: readonly ModelKind[], without: ReadonlySet<number>): boolean {
    const full = 2 ** kinds.length - 1;
    return [...this.operations.keys()].some((later) => {
      const seen = new Set<string>();
      const open: [number, number][] = [[later, 0]];
      for (const [a, set] of open)
        for (const b of this.operations.keys())
          for (let k = 0; k < kinds.length; k++) {
            const state: [number, number] = [b, set | (1 << k)];
            if (!this.has(a, b, [kinds[k]!], without) || seen.has(state.join())) continue;
            seen.add(state.join());
            open.push(state);
          }
      return [...this.operations.keys()].some(
        (earlier) => this.edges.realtime[earlier]![later]! && seen.has(`${earlier},${full}`),
      );
    });
  }

  /** Edges on the shortest closed way within a group that goes along all of these kinds. */
  shortest(group: ReadonlySet<number>, kinds: readonly ModelKind[]): number {
    const full = 2 ** kinds.length - 1;
    let best = Number.POSITIVE_INFINITY;
    for (const start of group) {
      let level = new Set([`${start} 0`]);
      const seen = new Set<string>();
      for (let length = 1; level.size > 0 && length < best; length++) {
        const next = new Set<string>();
        for (const state of level) {
          const [a, set] = state.split(' ').map(Number) as [number, number];
          for (const b of group)
            for (let k = 0; k < kinds.length; k++) {
              if (!this.has(a, b, [kinds[k]!])) continue;
              const to = `${b} ${set | (1 << k)}`;
              if (to === `${start} ${full}`) best = Math.min(best, length);
              if (!seen.has(to)) next.add(to);
              seen.add(to);
            }
        }
        level = next;
      }
    }
    return best;
  }
}
