import { topicOfLog } from '../../../engine/log/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';
import { type ClientFact, Invariants, type MemberFact } from '../../../sim/check/index.ts';

/** A batch that differs from others by its content only: what a check looks at is its CRC field. */
export function batch(content: number): Uint8Array {
  const bytes = new Uint8Array(61);
  bytes[20] = content;
  // Of no producer: id, epoch and sequence are -1.
  return bytes.fill(0xff, 43, 57);
}

export function appended(log: string, baseOffset: number, leaderEpoch: number, content = baseOffset): Fact {
  return {
    fact: 'log appended',
    log,
    baseOffset,
    lastOffset: baseOffset,
    leaderEpoch,
    batch: batch(content),
  };
}

export function leads(
  log: string,
  leaderEpoch: number,
  isr: readonly number[],
  start = 0,
  highWatermark = 0,
): Fact {
  return {
    fact: 'replica became leader',
    log,
    leaderEpoch,
    leaderEpochStartOffset: start,
    highWatermark,
    isr,
  };
}

export function replicated(
  log: string,
  highWatermark: number,
  logEndOffset: number,
  leaderEpoch: number,
  lastStableOffset = highWatermark,
): Fact {
  const offsets = { highWatermark, lastStableOffset, logEndOffset };
  return { fact: 'high watermark advanced', log, ...offsets, leaderEpoch, leader: true };
}

/** A record that a consumer got, alone. */
export function read(
  log: string,
  recordOffset: number,
  rest: Partial<Extract<ClientFact, { kind: 'read' }>> = {},
): ClientFact {
  const records = [{ offset: recordOffset }];
  const isCommitted = false;
  return { kind: 'read', log, recordOffset, leaderEpoch: 0, client: 'k1', isCommitted, records, ...rest };
}

/** A process that starts again finds this much. */
export function opened(log: string, logEndOffset: number): Fact {
  return { fact: 'log opened', log, topicId: null, logStartOffset: 0, logEndOffset, highWatermark: 0 };
}

export function partition(
  log: string,
  isr: readonly number[],
  rest: Partial<Extract<Fact, { fact: 'partition changed' }>> = {},
): Fact {
  return {
    fact: 'partition changed',
    log,
    topicId: `${topicOfLog(log).padEnd(21, 'x')}A`,
    leader: isr[0] ?? -1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    replicas: [1, 2, 3],
    isr,
    elr: [],
    lastKnownElr: [],
    minIsr: 2,
    unclean: false,
    ...rest,
  };
}

export function broker(id: number, fenced = false, shuttingDown = false): Fact {
  return { fact: 'broker changed', broker: id, brokerEpoch: id, fenced, shuttingDown };
}

type Role = Extract<Fact, { fact: 'quorum role changed' }>['role'];

export function role(of: Role, quorumEpoch: number, leader = -1): Fact {
  return { fact: 'quorum role changed', role: of, quorumEpoch, leader };
}

/** The way to leadership of an epoch. */
export function elected(id: number, quorumEpoch: number): Fact[] {
  return [
    role('unattached', quorumEpoch - 1),
    role('prospective', quorumEpoch - 1),
    role('candidate', quorumEpoch),
    role('leader', quorumEpoch, id),
  ];
}

export function state(of: string): Fact {
  return { fact: 'broker state changed', state: of };
}

/** A broker process up to where it serves. */
export function runs(id: number): Fact[] {
  return [state('STARTING'), state('RECOVERY'), broker(id), state('RUNNING')];
}

/** A story: facts by node, and what clients were told. Gives the names of the checks that fired, in order. */
export class Story {
  readonly checks = new Invariants();
  #at = 0;

  node(name: string, ...facts: readonly Fact[]): this {
    for (const fact of facts) this.checks.onFact(++this.#at, name, fact);
    this.checks.onStepEnd(this.#at, name);
    return this;
  }

  /** Time passes, in microseconds. */
  after(us: number): this {
    this.#at += us;
    return this;
  }

  down(name: string): this {
    this.checks.onDown(name);
    return this;
  }

  client(fact: ClientFact | MemberFact): this {
    this.checks.onClient(++this.#at, fact);
    return this;
  }

  get fired(): string[] {
    return this.checks.violations.map(({ check }) => check);
  }
}
