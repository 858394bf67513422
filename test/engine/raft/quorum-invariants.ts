import type { Fact } from '../../../engine/machine/index.ts';
import type { TestQuorum } from './test-quorum.ts';

interface Record {
  readonly node: number;
  readonly leaderEpoch: number;
  readonly batch: Uint8Array;
}

/**
 * What must hold after every event, whatever happens: one leader an epoch and each epoch led once, one record for each
 * (offset, epoch), one committed record for each offset, no high watermark that goes back, nothing cut below it, and
 * none that a majority of the leader's voters has not reached.
 * Learns only from facts and from what the state machines get; throws the first violation.
 */
export class QuorumInvariants {
  /** Every value that some state machine has ever got, in the order of the log. */
  readonly committedValues: string[] = [];
  readonly #quorum: TestQuorum;
  readonly #leaders = new Map<number, number>();
  readonly #records = new Map<string, Record>();
  readonly #committed = new Map<number, Record>();
  readonly #highWatermarks = new Map<number, number>();
  readonly #logEnds = new Map<number, number>();
  readonly #voters = new Map<number, readonly number[]>();
  readonly #roles = new Map<number, string>();
  #judged = 0;

  constructor(quorum: TestQuorum) {
    this.#quorum = quorum;
    quorum.onEvent = () => this.judge();
    quorum.onCommitted = (node, { baseOffset, epoch: leaderEpoch, batch }, values) => {
      const known = this.#committed.get(baseOffset);
      if (known === undefined) {
        this.#committed.set(baseOffset, { node, leaderEpoch, batch });
        this.committedValues.push(...values);
      } else {
        this.#same(known, { node, leaderEpoch, batch }, `committed at ${baseOffset}`);
      }
    };
  }

  judge(): void {
    const { facts } = this.#quorum;
    for (; this.#judged < facts.length; this.#judged++) {
      const { node, fact } = facts[this.#judged]!;
      this.#judgeFact(node, fact);
    }
  }

  #judgeFact(node: number, fact: Fact): void {
    if (fact.fact === 'log opened') this.#highWatermarks.delete(node);
    this.#followLogEnd(node, fact);
    if (fact.fact === 'quorum role changed') this.#roles.set(node, fact.role);
    if (fact.fact === 'quorum voters changed') {
      const ids = fact.voters.map(({ id }) => id);
      this.#voters.set(node, ids);
    }
    if (fact.fact === 'quorum role changed' && fact.role === 'leader') {
      const other = this.#leaders.get(fact.quorumEpoch);
      if (other !== undefined) this.#fail(`epoch ${fact.quorumEpoch} is led by ${other} and by ${node}`);
      this.#leaders.set(fact.quorumEpoch, node);
    } else if (fact.fact === 'log appended') {
      const name = `${fact.baseOffset} e${fact.leaderEpoch}`;
      const known = this.#records.get(name);
      if (known === undefined) this.#records.set(name, { node, ...fact });
      else this.#same(known, { node, ...fact }, `appended at ${name}`);
    } else if (fact.fact === 'quorum committed') {
      const before = this.#highWatermarks.get(node) ?? -1;
      if (fact.highWatermark < before) this.#fail(`${node} commits ${fact.highWatermark} after ${before}`);
      this.#highWatermarks.set(node, fact.highWatermark);
      if (this.#roles.get(node) === 'leader') this.#judgeMajority(node, fact.highWatermark);
    } else if (fact.fact === 'log truncated' && fact.logEndOffset < (this.#highWatermarks.get(node) ?? -1)) {
      this.#fail(`${node} truncates to ${fact.logEndOffset}, below its high watermark`);
    }
  }

  /** A leader commits what a majority of its voters has: of those that count for it, with or without itself. */
  #judgeMajority(leader: number, highWatermark: number): void {
    const voters = this.#voters.get(leader) ?? [];
    const holders = voters.filter((id) => (this.#logEnds.get(id) ?? 0) >= highWatermark);
    if (holders.length * 2 > voters.length) return;
    this.#fail(`${leader} commits ${highWatermark}, which of ${voters.join()} only ${holders.join()} have`);
  }

  #followLogEnd(node: number, fact: Fact): void {
    if (fact.fact === 'log opened' || fact.fact === 'log truncated')
      this.#logEnds.set(node, fact.logEndOffset);
    else if (fact.fact === 'log appended') this.#logEnds.set(node, fact.lastOffset + 1);
    else if (fact.fact === 'log restarted') this.#logEnds.set(node, fact.logStartOffset);
  }

  #same(one: Record, other: Record, what: string): void {
    const isSame =
      one.leaderEpoch === other.leaderEpoch &&
      one.batch.length === other.batch.length &&
      one.batch.every((byte, at) => byte === other.batch[at]);
    if (!isSame) this.#fail(`${what}: ${one.node} and ${other.node} have different records`);
  }

  #fail(message: string): never {
    throw new Error(`violation: ${message}`);
  }
}
