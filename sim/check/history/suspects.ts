import type { History, SendOperation } from './history.ts';
import type { VersionOrder } from './version-order.ts';

type Orders = ReadonlyMap<string, VersionOrder>;

/** A client's step from one offset of a partition to another that is not the next known one. */
export interface PollStep {
  readonly log: string;
  readonly client: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** As `VersionOrder.delta`: below 1 is backwards, above is a jump. */
  readonly delta: number;
}

export interface PollSteps {
  /** Between two polls of one client; not across a re-assignment, a seek or a reset. */
  readonly between: readonly PollStep[];
  readonly within: readonly PollStep[];
}

/** Polls are gone through once for all that is asked of them; nearly every step is to the next value. */
export function unusualSteps({ polls, repositions }: History, orders: Orders): PollSteps {
  const between: PollStep[] = [];
  const within: PollStep[] = [];
  /** By client, then by partition: the last offset read. */
  const positions = new Map<string, Map<string, number>>();
  let next = 0;
  for (const { client, at, reads } of polls) {
    for (; next < repositions.length && repositions[next]!.at <= at; next++)
      positions.get(repositions[next]!.client)?.delete(repositions[next]!.log);
    let last = positions.get(client);
    if (last === undefined) positions.set(client, (last = new Map()));
    for (const { log, offsets } of reads) {
      if (offsets.length === 0) continue;
      const order = orders.get(log)!;
      const before = last.get(log);
      last.set(log, offsets.at(-1)!);
      let to = order.indexAt(offsets[0]!)!;
      if (before !== undefined) {
        const delta = order.steps(order.indexAt(before)!, to);
        if (delta !== 1) between.push({ log, client, at, from: before, to: offsets[0]!, delta });
      }
      for (let i = 1; i < offsets.length; i++) {
        const from = to;
        to = order.indexAt(offsets[i]!)!;
        const delta = order.steps(from, to);
        if (delta !== 1) within.push({ log, client, at, from: offsets[i - 1]!, to: offsets[i]!, delta });
      }
    }
  }
  return { between, within };
}

/**
 * The sends that need a second look, in their order: failed, not read to the last value, or standing apart. Nearly
 * every send is none of these.
 */
export function suspectSends({ sends }: History, orders: Orders): SendOperation[] {
  const suspects: SendOperation[] = [];
  for (const send of sends) if (isSuspect(send, orders)) suspects.push(send);
  return suspects;
}

function isSuspect({ outcome, writes }: SendOperation, orders: Orders): boolean {
  if (outcome === 'fail') return true;
  let order: VersionOrder | undefined;
  let before = -1;
  for (let i = 0; i < writes.length; i++) {
    const { log, id } = writes[i]!;
    if (i === 0) order = orders.get(log);
    else if (log !== writes[0]!.log) return true;
    if (order === undefined || !order.wasRead(id)) return true;
    const index = order.firstIndex(id)!;
    if (i > 0 && index !== before + 1) return true;
    before = index;
  }
  return false;
}
