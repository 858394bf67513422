import type { Fact, Frame } from '../../../engine/machine/index.ts';
import { ApiKey, type EndTxnRequest } from '../../../engine/wire/index.ts';
import type { Violation } from '../../result/index.ts';
import type { History } from '../history/history.ts';
import type { ClientTransaction } from './client-transaction.ts';
import { SupersededPositions } from './superseded-positions.ts';

/** Of each kind of what is kept; a run that tells more has shown what it can. */
const MAX_KEPT = 200_000;

/** A coordinator's decision, as its records tell it. */
export interface Decision {
  readonly at: number;
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isCommit: boolean;
}

/** An EndTxn on its way from a client to a coordinator. */
export interface EndTxnSent {
  readonly sentAt: number;
  /** -1: it never arrived. */
  deliveredAt: number;
  readonly client: string;
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isCommit: boolean;
}

/** A marker in a partition: what it ended, and when the first replica had it. */
export interface EndedStretch {
  readonly at: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly isCommit: boolean;
}

/** The controller chose a leader. */
export interface Election {
  readonly at: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly unclean: boolean;
}

/** A replica's log was cut, or came back shorter. */
export interface Cut {
  readonly at: number;
  readonly node: string;
  readonly to: number;
}

/** A replica took up a leader epoch: again, when its broker comes back before another is elected. */
export interface Reign {
  readonly at: number;
  readonly node: string;
  readonly leaderEpoch: number;
}

/** The first time that a value was read. */
export interface ValueRead {
  readonly log: string;
  readonly recordOffset: number;
  readonly client: string;
}

/** What clients saw, besides. */
export interface ClientSide {
  readonly history: History;
  /** By number. */
  readonly transactions: readonly ClientTransaction[];
}

const NOTHING: ClientSide = { history: { sends: [], polls: [], repositions: [] }, transactions: [] };

/** What a run shows of known weaknesses: a few facts, kept as they are told, and what clients saw. */
export class RunWitness {
  readonly decisions: Decision[] = [];
  readonly superseded = new SupersededPositions();
  readonly endTxns: EndTxnSent[] = [];
  /** Not delivered yet, by client and correlation id. */
  readonly #underWay = new Map<string, EndTxnSent>();
  readonly #stretches = new Map<string, EndedStretch[]>();
  readonly #elections = new Map<string, Election[]>();
  readonly #cuts = new Map<string, Cut[]>();
  /** By log and leader epoch: the end of its leader's log when it began. */
  readonly #starts = new Map<string, Map<number, number>>();
  readonly #reigns = new Map<string, Reign[]>();
  readonly #brokerStates = new Map<string, { readonly at: number; readonly state: string }[]>();
  /** Everything that was found in the run, while it is classified. */
  findings: readonly Violation[] = [];
  readonly #powerLosses: { readonly at: number; readonly node: string }[] = [];
  readonly #once = new Map<string, unknown>();
  #kept = 0;
  #clients: ClientSide = NOTHING;
  /** Value -> the transaction that sent it. */
  #senders: Map<number, number> | null = null;
  #reads: Map<number, ValueRead> | null = null;
  #polled: Map<number, Set<number>> | null = null;

  onFact(at: number, node: string, fact: Fact): void {
    switch (fact.fact) {
      case 'transaction changed': {
        const { producerEpoch, producerId, state, transactionalId } = fact;
        if (state !== 'PrepareCommit' && state !== 'PrepareAbort') return;
        const isCommit = state === 'PrepareCommit';
        this.#keep(this.decisions, { at, transactionalId, producerId, producerEpoch, isCommit });
        return;
      }
      case 'transaction ended at partition': {
        const { firstOffset, isCommit, lastOffset, log, producerEpoch, producerId } = fact;
        const stretches = listOf(this.#stretches, log);
        if (stretches.some((each) => each.lastOffset === lastOffset && each.producerId === producerId))
          return;
        this.#keep(stretches, { at, producerId, producerEpoch, firstOffset, lastOffset, isCommit });
        return;
      }
      case 'partition changed': {
        const { isr, leader, leaderEpoch, unclean } = fact;
        this.superseded.onPartition(fact.log);
        this.#keep(listOf(this.#elections, fact.log), { at, leader, leaderEpoch, isr, unclean });
        return;
      }
      case 'coordinator loaded':
        this.superseded.onLoaded(at, node, fact.topic, fact.partition, fact.leaderEpoch);
        return;
      case 'replica became leader': {
        const starts = mapOf(this.#starts, fact.log);
        if (!starts.has(fact.leaderEpoch)) starts.set(fact.leaderEpoch, fact.leaderEpochStartOffset);
        this.#keep(listOf(this.#reigns, fact.log), { at, node, leaderEpoch: fact.leaderEpoch });
        return;
      }
      case 'broker state changed':
        this.#keep(listOf(this.#brokerStates, node), { at, state: fact.state });
        return;
      case 'log truncated':
      case 'log opened':
        this.#keep(listOf(this.#cuts, fact.log), { at, node, to: fact.logEndOffset });
        return;
      default:
        return;
    }
  }

  onSent(at: number, node: string, frame: Frame): void {
    this.superseded.onSent(at, node, frame);
    if (frame.apiKey !== ApiKey.EndTxn || frame.kind !== 'request') return;
    const { committed, producerEpoch, producerId, transactionalId } = frame.body as EndTxnRequest;
    const producer = { transactionalId, producerId, producerEpoch };
    const sent = { sentAt: at, deliveredAt: -1, client: node, ...producer, isCommit: committed };
    this.#keep(this.endTxns, sent);
    this.#underWay.set(`${node} ${frame.correlationId}`, sent);
  }

  onDelivered(at: number, peer: string, frame: Frame): void {
    if (frame.apiKey !== ApiKey.EndTxn || frame.kind !== 'request') return;
    const key = `${peer} ${frame.correlationId}`;
    const sent = this.#underWay.get(key);
    if (sent === undefined) return;
    sent.deliveredAt = at;
    this.#underWay.delete(key);
  }

  onPowerLost(at: number, node: string): void {
    this.#keep(this.#powerLosses, { at, node });
  }

  #keep<T>(list: T[], item: T): void {
    if (this.#kept === MAX_KEPT) return;
    this.#kept++;
    list.push(item);
  }

  /** At the end of the run: what clients came to. */
  hear(clients: ClientSide): void {
    this.#clients = clients;
    this.#once.clear();
    this.#senders = null;
    this.#reads = null;
    this.#polled = null;
  }

  get transactions(): readonly ClientTransaction[] {
    return this.#clients.transactions;
  }

  get history(): History {
    return this.#clients.history;
  }

  /** The transaction that sent a value; null: none did. */
  senderOf(id: number): ClientTransaction | null {
    this.#senders ??= sendersOf(this.#clients.history);
    const number = this.#senders.get(id);
    return number === undefined ? null : (this.transactions[number] ?? null);
  }

  /** Where a value was read, and by whom; null: nobody did. */
  readOf(log: string, id: number): ValueRead | null {
    const read = this.placeOf(id);
    return read?.log === log ? read : null;
  }

  /** Where a value was first read, in whatever log. */
  placeOf(id: number): ValueRead | null {
    this.#reads ??= readsOf(this.#clients.history);
    return this.#reads.get(id) ?? null;
  }

  /** Which value readers of what is committed were shown at a place; null: they were shown nothing there. */
  committedAt(log: string, recordOffset: number): number | null {
    const places = this.once('places', () => committedPlacesOf(this.#clients.history));
    return places.get(log)?.get(recordOffset) ?? null;
  }

  /** What was polled for a transaction. */
  polledFor(transaction: ClientTransaction): ReadonlySet<number> {
    this.#polled ??= polledByTransaction(this.#clients.history);
    return this.#polled.get(transaction.number) ?? new Set();
  }

  /** What is worked out once for all findings. */
  once<T>(name: string, make: () => T): T {
    if (!this.#once.has(name)) this.#once.set(name, make());
    return this.#once.get(name) as T;
  }

  /** By log, in the order in which they came. */
  stretches(log: string): readonly EndedStretch[] {
    return this.#stretches.get(log) ?? [];
  }

  elections(log: string): readonly Election[] {
    return this.#elections.get(log) ?? [];
  }

  cuts(log: string): readonly Cut[] {
    return this.#cuts.get(log) ?? [];
  }

  /** Where a leader's epoch began; -1: nobody told. */
  leaderStart(log: string, leaderEpoch: number): number {
    return this.#starts.get(log)?.get(leaderEpoch) ?? -1;
  }

  reigns(log: string): readonly Reign[] {
    return this.#reigns.get(log) ?? [];
  }

  /** What a broker held itself for; `NOT_RUNNING`: nobody told. */
  brokerState(node: string, at: number): string {
    return this.#brokerStates.get(node)?.findLast((each) => each.at <= at)?.state ?? 'NOT_RUNNING';
  }

  powerLosses(node: string): readonly number[] {
    return this.#powerLosses.filter((each) => each.node === node).map(({ at }) => at);
  }
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}

function mapOf<T>(maps: Map<string, Map<number, T>>, key: string): Map<number, T> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map()));
  return map;
}

function sendersOf({ sends }: History): Map<number, number> {
  const senders = new Map<number, number>();
  for (const { transaction, writes } of sends)
    if (transaction !== undefined) for (const { id } of writes) senders.set(id, transaction);
  return senders;
}

function readsOf({ polls }: History): Map<number, ValueRead> {
  const found = new Map<number, ValueRead>();
  for (const { client, reads } of polls)
    for (const { ids, log, offsets } of reads)
      ids.forEach((id, i) => {
        if (!found.has(id)) found.set(id, { log, recordOffset: offsets[i]!, client });
      });
  return found;
}

function committedPlacesOf({ polls, readsUncommitted }: History): Map<string, Map<number, number>> {
  const places = new Map<string, Map<number, number>>();
  for (const { client, reads } of polls) {
    if (readsUncommitted?.(client) === true) continue;
    for (const { ids, log, offsets } of reads) {
      const there = mapOf(places, log);
      offsets.forEach((offset, i) => void there.set(offset, ids[i]!));
    }
  }
  return places;
}

function polledByTransaction({ polls }: History): Map<number, Set<number>> {
  const polled = new Map<number, Set<number>>();
  for (const { reads, transaction } of polls) {
    if (transaction === undefined) continue;
    let ids = polled.get(transaction);
    if (ids === undefined) polled.set(transaction, (ids = new Set()));
    for (const read of reads) for (const id of read.ids) ids.add(id);
  }
  return polled;
}
