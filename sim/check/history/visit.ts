import type { PollOperation, SendOperation } from './history.ts';

/** No transaction. */
export const ALONE = -1;

/**
 * Goes through sends without an object for each: `send` for every one, `write` for each of its values. Whoever holds them
 * in columns offers it, and the rest is gone through as objects.
 */
export interface SendVisitor {
  send(
    client: string,
    invokedAt: number,
    endedAt: number,
    outcome: SendOperation['outcome'],
    isTransactional: boolean,
    transaction: number,
  ): void;
  write(log: string, id: number, recordOffset: number): void;
}

/** As `SendVisitor`: `read` for each partition of a poll, `record` for each of its records. */
export interface PollVisitor {
  poll(client: string, at: number, transaction: number): void;
  read(log: string): void;
  record(recordOffset: number, id: number): void;
}

interface Visited<Visitor> {
  visit(visitor: Visitor): void;
}

export function visitSends(sends: Iterable<SendOperation>, visitor: SendVisitor): void {
  if (isVisited<SendVisitor>(sends)) {
    sends.visit(visitor);
    return;
  }
  for (const { client, invokedAt, endedAt, outcome, isTransactional, transaction, writes } of sends) {
    visitor.send(client, invokedAt, endedAt, outcome, isTransactional, transaction ?? ALONE);
    for (const { log, id, recordOffset } of writes) visitor.write(log, id, recordOffset);
  }
}

export function visitPolls(polls: Iterable<PollOperation>, visitor: PollVisitor): void {
  if (isVisited<PollVisitor>(polls)) {
    polls.visit(visitor);
    return;
  }
  for (const { at, client, reads, transaction } of polls) {
    visitor.poll(client, at, transaction ?? ALONE);
    for (const { ids, log, offsets } of reads) {
      visitor.read(log);
      for (let i = 0; i < offsets.length; i++) visitor.record(offsets[i]!, ids[i]!);
    }
  }
}

function isVisited<Visitor>(operations: object): operations is Visited<Visitor> {
  return 'visit' in operations;
}
