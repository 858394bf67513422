import type { Invariant, MemberFact, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

interface Client {
  memberId: string;
  memberEpoch: number;
  readonly owned: Set<string>;
}

/**
 * Vanlightly's `NoDoubleClientAssignment`, as clients see it: between `onPartitionsAssigned` and the end of
 * `onPartitionsRevoked` or `onPartitionsLost` a member believes that a partition is its own.
 *
 * Two may believe so at once, when one of them was put out of the group and has not heard of it: it was silent for its
 * session, or slow for its rebalance time-out. Kafka allows no other overlap. Who is in the group, by the last record
 * that is replicated, has let go of what it does not leave him before anybody else hears that he has it: in the classic
 * protocol before his join of the generation (eager), or his leader left it with him (cooperative); in the consumer
 * protocol before the heartbeat that says so. A static member that has not rejoined stays in a new generation; while it
 * believes in the old one it is fenced like any other zombie.
 */
export class NoDoubleClientAssignment implements Invariant {
  readonly name = 'NoDoubleClientAssignment';
  readonly property =
    'Two members of a group believe at once that they own a partition only while one of them is fenced and has not heard of it.';
  readonly facts = [] as const;
  /** By group, by client. */
  readonly #groups = new Map<string, Map<string, Client>>();

  onMember(at: number, fact: MemberFact, shadow: ClusterShadow, report: Report): void {
    const clients = this.#clientsOf(fact.group);
    const client = clientOf(clients, fact.client);
    switch (fact.kind) {
      case 'member':
        client.memberId = fact.memberId;
        client.memberEpoch = fact.memberEpoch;
        return;
      case 'member gone':
        clients.delete(fact.client);
        return;
      case 'given up':
        for (const log of fact.logs) client.owned.delete(log);
        return;
      case 'assigned':
        for (const log of fact.logs) {
          client.owned.add(log);
          this.#judge(at, fact.group, fact.client, log, shadow, report);
        }
        return;
      default:
        return;
    }
  }

  #judge(at: number, group: string, name: string, log: string, shadow: ClusterShadow, report: Report): void {
    const clients = this.#clientsOf(group);
    const one = clients.get(name)!;
    for (const [otherName, other] of clients) {
      if (otherName === name || !other.owned.has(log)) continue;
      if (!isIn(shadow, group, one) || !isIn(shadow, group, other)) {
        shadow.probe('check: partition of a fenced member given to another');
        continue;
      }
      report({
        check: this.name,
        at,
        message:
          `group ${group}: ${log} was given to ${describe(name, one)} while ${describe(otherName, other)} ` +
          'owned it, and both are in the group',
        evidence: {
          group,
          log,
          members: [one.memberId, other.memberId],
          memberEpochs: [one.memberEpoch, other.memberEpoch],
        },
      });
    }
  }

  #clientsOf(group: string): Map<string, Client> {
    let clients = this.#groups.get(group);
    if (clients === undefined) this.#groups.set(group, (clients = new Map()));
    return clients;
  }
}

function clientOf(clients: Map<string, Client>, name: string): Client {
  let client = clients.get(name);
  if (client === undefined) clients.set(name, (client = { memberId: '', memberEpoch: -1, owned: new Set() }));
  return client;
}

function describe(name: string, { memberEpoch, memberId }: Client): string {
  return `${name} (${memberId}, epoch ${memberEpoch})`;
}

/** It is in the group, by the last record of it, as the member that it believes to be. */
function isIn({ groups }: ClusterShadow, groupId: string, { memberEpoch, memberId }: Client): boolean {
  const group = groups.group(groupId);
  const modern = group?.consumer?.members.get(memberId);
  if (modern !== undefined) return modern.current !== null && memberEpoch >= modern.since;
  const classic = group?.classic ?? null;
  const member = classic?.members.get(memberId);
  if (classic === null || member === undefined) return false;
  return member.instanceId === null || memberEpoch === classic.generation;
}
