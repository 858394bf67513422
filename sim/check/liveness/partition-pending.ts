import type { PartitionRegistration } from '../../../engine/metadata/index.ts';
import type { BrokerView, ControllerView } from '../../../engine/server/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

type ReplicaView = ReturnType<BrokerView['replicas']> extends Iterable<infer R> ? R : never;
type FetchView = ReturnType<BrokerView['fetches']> extends Iterable<infer F> ? F : never;

/** A leader at work. */
export interface Leading {
  readonly broker: number;
  readonly replica: ReplicaView;
  readonly highWatermark: number;
  readonly logEndOffset: number;
}

/** What the brokers tell of replicas, by broker and log. */
export class ReplicasNow {
  readonly leaders = new Map<string, Leading>();
  readonly #replicas = new Map<number, Map<string, ReplicaView>>();
  readonly #fetches = new Map<number, Map<string, FetchView>>();
  readonly #views = new Map<number, BrokerView>();

  constructor(views: Pick<ClusterViews, 'brokers'>) {
    for (const { id, view } of views.brokers) {
      if (view === null) continue;
      this.#views.set(id, view);
      this.#fetches.set(id, new Map([...view.fetches()].map((fetch) => [fetch.name, fetch])));
      const replicas = new Map<string, ReplicaView>();
      this.#replicas.set(id, replicas);
      for (const replica of view.replicas()) {
        replicas.set(replica.name, replica);
        const { log } = replica;
        if (replica.role.kind !== 'leader' || log === null) continue;
        const known = this.leaders.get(replica.name);
        if (known !== undefined && known.replica.leaderEpoch > replica.leaderEpoch) continue;
        const { highWatermark, logEndOffset } = log;
        this.leaders.set(replica.name, { broker: id, replica, highWatermark, logEndOffset });
      }
    }
  }

  view(broker: number): BrokerView | undefined {
    return this.#views.get(broker);
  }

  replica(broker: number, log: string): ReplicaView | undefined {
    return this.#replicas.get(broker)?.get(log);
  }

  fetch(broker: number, log: string): FetchView | undefined {
    return this.#fetches.get(broker)?.get(log);
  }
}

/**
 * What a partition waits for, and for whom: a leader, a reassignment (`EventuallyReassignmentCompletes`), an answer to a
 * proposed ISR (`AlterPartitionEpochEventuallyReachedOrZero`), followers (`EventuallyAcknowledgedValueFullyReplicated`),
 * the high watermark.
 */
export function partitionPending(
  log: string,
  partition: PartitionRegistration,
  controller: ControllerView,
  now: ReplicasNow,
  said: string[],
): void {
  const { adding, removing } = { adding: partition.addingReplicas, removing: partition.removingReplicas };
  if (adding.length + removing.length > 0) {
    const missing = adding.filter((id) => !partition.isr.includes(id));
    const whom = missing.length === 0 ? 'the controller' : `brokers ${missing.join(', ')} to join the ISR`;
    said.push(`${log}: the reassignment that adds [${adding}] and removes [${removing}] waits for ${whom}`);
  }
  if (partition.leader === -1) {
    said.push(`${log} has no leader; ${whyLeaderless(log, partition, controller, now)}`);
    return;
  }
  const leading = now.leaders.get(log);
  if (leading === undefined || leading.broker !== partition.leader) {
    said.push(`${log}: broker ${partition.leader} does not lead it yet`);
    return;
  }
  const { isr, maximalIsr } = leading.replica;
  if (maximalIsr.length !== isr.length)
    said.push(
      `${log}: broker ${leading.broker} has an ISR proposal without an answer: [${isr}], at most [${maximalIsr}]`,
    );
  for (const id of partition.replicas) {
    const why = whyBehind(id, log, leading, controller, now);
    if (!partition.isr.includes(id)) {
      const reason = why ?? 'it has caught up, and its leader has yet to propose it';
      said.push(`${log}: broker ${id} is not in the ISR [${partition.isr}]: ${reason}`);
    } else if (why !== null) said.push(`${log}: broker ${id} of the ISR: ${why}`);
  }
  if (leading.highWatermark < leading.logEndOffset) {
    const under = isr.length < leading.replica.minInsyncReplicas ? `: the ISR [${isr}] is below min ISR` : '';
    said.push(
      `${log}: the high watermark is ${leading.highWatermark}, the log end ${leading.logEndOffset}${under}`,
    );
  }
}

/** Who might lead, and why each does not. */
function whyLeaderless(
  log: string,
  partition: PartitionRegistration,
  controller: ControllerView,
  now: ReplicasNow,
): string {
  const { isr, elr, lastKnownElr } = partition;
  const candidates = isr.length > 0 ? isr : elr.length > 0 ? elr : lastKnownElr;
  const whys = candidates.map((id) => `broker ${id} ${whyUnfit(id, log, controller, now) ?? 'could lead'}`);
  if (candidates.length === 0) whys.push('nobody is known who may lead, and only an unclean election helps');
  return `its ISR is [${isr}], its ELR [${elr}]${whys.length > 0 ? `: ${whys.join(', ')}` : ''}`;
}

function whyUnfit(id: number, log: string, controller: ControllerView, now: ReplicasNow): string | null {
  const registration = controller.image.broker(id);
  if (registration === undefined) return 'is not registered';
  if (registration.fenced) return 'is fenced';
  if (registration.inControlledShutdown) return 'is stopping';
  const kind = now.replica(id, log)?.role.kind;
  if (kind === 'offline') return 'has its replica in a directory that is offline';
  return kind === undefined || kind === 'stopped' ? 'has no replica of it' : null;
}

/** Why a follower does not have what its leader has; null when it has all. */
function whyBehind(
  id: number,
  log: string,
  leading: Leading,
  controller: ControllerView,
  now: ReplicasNow,
): string | null {
  if (id === leading.broker) return null;
  const unfit = whyUnfit(id, log, controller, now);
  if (unfit !== null) return `it ${unfit}`;
  const end = now.replica(id, log)!.log?.logEndOffset ?? 0;
  const fetch = now.fetch(id, log);
  const epoch = leading.replica.leaderEpoch;
  const behind = `${leading.logEndOffset - end} records behind its leader`;
  if (fetch === undefined) return `it does not fetch, ${behind}: its fetcher gave up or was never started`;
  if (fetch.source !== leading.broker)
    return `it fetches from broker ${fetch.source}, not from ${leading.broker}`;
  if (fetch.leaderEpoch !== epoch)
    return `its fetcher is stuck in leader epoch ${fetch.leaderEpoch} of ${epoch}`;
  if (end === leading.logEndOffset) return null;
  if (fetch.isDelayed) return `${behind}, its fetcher waits out an error`;
  if (fetch.phase === 'resetting') return `${behind}, it looks for an offset to start from`;
  return end > leading.logEndOffset ? `${end - leading.logEndOffset} records ahead of its leader` : behind;
}
