import { logName, partitionOfLog } from '../../../engine/log/index.ts';
import type { Fact } from '../../../engine/machine/index.ts';
import { GroupsShadow } from './groups-shadow.ts';
import { calledTopic, Incarnations } from './incarnations.ts';
import { ReplicaShadow } from './replica-shadow.ts';
import { ReplicatedLog } from './replicated-log.ts';
import { TransactionsShadow } from './transactions-shadow.ts';

/** The metadata quorum's own log. */
export const METADATA_LOG = '__cluster_metadata-0';

/** The controller's last committed word on a partition. */
export interface PartitionShadow {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly elr: readonly number[];
  readonly lastKnownElr: readonly number[];
  readonly minIsr: number;
  readonly unclean: boolean;
}

export interface BrokerShadow {
  readonly brokerEpoch: number;
  readonly fenced: boolean;
  readonly shuttingDown: boolean;
  /**
   * It stopped, and Kafka unfenced it again: `handleBrokerUnfenced` lets a broker lead at once and leaves its controlled
   * shutdown standing, and the heartbeat that unfences carries only a broker epoch: one that TCP delivers after the
   * process is gone counts. The broker is fenced again when its session ends.
   */
  readonly unfencedWhileStopping: boolean;
}

/** A node's place in the quorum, by its own word. */
export interface QuorumShadow {
  readonly role: Extract<Fact, { fact: 'quorum role changed' }>['role'];
  readonly quorumEpoch: number;
  readonly leader: number;
}

/** The cluster as its facts tell it, kept once for all invariants. */
export class ClusterShadow {
  /** By `node log`. */
  readonly #replicas = new Map<string, Map<string, ReplicaShadow>>();
  readonly replicated = new Map<string, ReplicatedLog>();
  readonly transactions = new TransactionsShadow();
  readonly groups = new GroupsShadow();
  readonly incarnations = new Incarnations();
  readonly partitions = new Map<string, PartitionShadow>();
  /** Of deleted topics: each broker lets go of them in its own time, and nothing is promised of them any more. */
  readonly removed = new Set<string>();
  /** Some replica of it was cleaned; of whichever topic of that name. */
  readonly compacted = new Set<string>();
  /** Hears what a run has shown: what it did not prove nothing about. */
  probe: (name: string) => void = () => {};
  readonly brokers = new Map<number, BrokerShadow>();
  /** The lifecycle state of each broker process that lives. */
  readonly states = new Map<string, string>();
  /** Of each process that lives. */
  readonly quorum = new Map<string, QuorumShadow>();
  /** Nodes that have a vote in the quorum, by their own word. */
  readonly #voting = new Set<string>();
  /** Who votes, in the eyes of each node that has told. */
  readonly #votersSeen = new Map<string, ReadonlySet<string>>();
  readonly #nodes = new Map<number, string>();

  replica(node: string, log: string): ReplicaShadow {
    let logs = this.#replicas.get(node);
    if (logs === undefined) this.#replicas.set(node, (logs = new Map()));
    let replica = logs.get(log);
    if (replica === undefined) logs.set(log, (replica = new ReplicaShadow(node, log)));
    return replica;
  }

  /** The replica as far as anything was told of it. */
  knownReplica(node: string, log: string): ReplicaShadow | undefined {
    return this.#replicas.get(node)?.get(log);
  }

  /** The broker's process, by its id. */
  brokerNode(id: number): string {
    let node = this.#nodes.get(id);
    if (node === undefined) this.#nodes.set(id, (node = `b${id}`));
    return node;
  }

  /** Who votes, as this node has it; a voter set that changes is not the same for all at every moment (KIP-853). */
  votersFor(node: string): ReadonlySet<string> {
    return this.#votersSeen.get(node) ?? this.#voting;
  }

  replicasOf(log: string): ReplicaShadow[] {
    const found: ReplicaShadow[] = [];
    for (const logs of this.#replicas.values()) {
      const replica = logs.get(log);
      if (replica !== undefined) found.push(replica);
    }
    return found;
  }

  /** No replica has anything below; those that are down count with what they had. */
  lowestStart(log: string): number {
    let lowest = Number.MAX_SAFE_INTEGER;
    for (const { logStartOffset } of this.replicasOf(log)) lowest = Math.min(lowest, logStartOffset);
    return lowest;
  }

  /** The replica that leads by the highest leader epoch that anybody took, if there is one. */
  leaderOf(log: string): ReplicaShadow | undefined {
    let leader: ReplicaShadow | undefined;
    for (const replica of this.replicasOf(log)) {
      if (replica.leader && (leader === undefined || replica.leaderEpoch > leader.leaderEpoch))
        leader = replica;
    }
    return leader;
  }

  replicatedLog(log: string): ReplicatedLog {
    let replicated = this.replicated.get(log);
    if (replicated === undefined) this.replicated.set(log, (replicated = new ReplicatedLog(log)));
    return replicated;
  }

  /** A process ended: what its logs hold is known again when it opens them. */
  onDown(node: string): void {
    for (const replica of this.#replicas.get(node)?.values() ?? []) replica.leader = false;
    this.states.delete(node);
    this.quorum.delete(node);
  }

  apply(node: string, fact: Fact): void {
    switch (fact.fact) {
      case 'log appended': {
        const replica = this.replica(node, fact.log);
        replica.append(fact);
        // A leader that has not heard that the topic is deleted: nobody will end what it lets begin.
        if (!this.removed.has(fact.log)) this.transactions.onAppended(replica, fact);
        return;
      }
      case 'high watermark advanced':
        this.replica(node, fact.log).highWatermark = fact.highWatermark;
        this.transactions.onReplicated(node, fact);
        return;
      case 'log opened': {
        const replica = this.replica(node, fact.log);
        replica.leader = false;
        replica.reopen(fact.logEndOffset);
        replica.logStartOffset = fact.logStartOffset;
        replica.logEndOffset = fact.logEndOffset;
        replica.highWatermark = fact.highWatermark;
        this.transactions.onReloaded(replica);
        return;
      }
      case 'log truncated': {
        const replica = this.replica(node, fact.log);
        replica.lowestCut = Math.min(replica.lowestCut, fact.logEndOffset);
        replica.truncate(fact.logEndOffset);
        this.transactions.onReloaded(replica);
        return;
      }
      case 'log restarted': {
        const replica = this.replica(node, fact.log);
        replica.restart(fact.logStartOffset);
        this.transactions.onReloaded(replica);
        return;
      }
      case 'log compacted':
        this.compacted.add(logName(calledTopic(fact.log), partitionOfLog(fact.log)));
        return;
      case 'producers forgotten':
        this.transactions.onForgotten(this.replica(node, fact.log), fact.producerIds);
        return;
      case 'coordinator loaded':
        this.transactions.entries.onLoaded(fact);
        return;
      case 'transaction changed':
        this.transactions.entries.onTold(fact);
        return;
      case 'log start advanced':
        this.#advanceLogStart(this.replica(node, fact.log), fact.logStartOffset);
        return;
      case 'log closed':
        this.replica(node, fact.log).leader = false;
        if (fact.reason === 'deleted') this.#replicas.get(node)?.delete(fact.log);
        return;
      case 'replica became leader': {
        const replica = this.replica(node, fact.log);
        replica.leader = true;
        replica.leaderEpoch = fact.leaderEpoch;
        replica.maximalIsr = fact.isr;
        return;
      }
      case 'isr changed':
        this.replica(node, fact.log).maximalIsr = fact.maximalIsr;
        return;
      case 'replica became follower': {
        const replica = this.replica(node, fact.log);
        replica.leader = false;
        replica.leaderEpoch = fact.leaderEpoch;
        return;
      }
      case 'partition changed':
        this.partitions.set(fact.log, fact);
        return;
      case 'partition removed':
        this.partitions.delete(fact.log);
        this.removed.add(fact.log);
        this.transactions.onRemoved(fact.log);
        return;
      case 'broker changed':
        this.#noteBroker(fact);
        return;
      case 'broker state changed':
        this.states.set(node, fact.state);
        return;
      case 'quorum role changed':
        this.quorum.set(node, fact);
        if (fact.role === 'observer') this.#voting.delete(node);
        else this.#voting.add(node);
        return;
      case 'quorum voters changed':
        this.#votersSeen.set(node, new Set(fact.voters.map(({ id }) => `c${id}`)));
        return;
      default:
        return;
    }
  }

  #advanceLogStart(replica: ReplicaShadow, logStartOffset: number): void {
    replica.logStartOffset = logStartOffset;
    replica.entries.forgetBelow(logStartOffset);
    this.replicated.get(replica.log)?.entries.forgetBelow(this.lowestStart(replica.log));
  }

  #noteBroker({
    broker,
    brokerEpoch,
    fenced,
    shuttingDown,
  }: Extract<Fact, { fact: 'broker changed' }>): void {
    const before = this.brokers.get(broker);
    const wasFencedStopping = before?.fenced === true && before.shuttingDown;
    const unfencedWhileStopping =
      !fenced && shuttingDown && (wasFencedStopping || before?.unfencedWhileStopping === true);
    this.brokers.set(broker, { brokerEpoch, fenced, shuttingDown, unfencedWhileStopping });
  }
}
