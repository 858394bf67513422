import type { Responder } from '../exchange/index.ts';
import {
  assert,
  type Fact,
  MS,
  type Outbox,
  type Random,
  SECOND,
  timerId,
  type Us,
  unreachable,
  type WallClock,
} from '../machine/index.ts';
import { type ClusterImage, encodeRecords, type MetadataRecord, TopicConfigs } from '../metadata/index.ts';
import { activationRecords } from './activation.ts';
import { BrokerHeartbeats } from './broker-heartbeats.ts';
import { replayForFacts } from './commit-facts.ts';
import type { ControllerConfig } from './controller-config.ts';
import type { ControllerState } from './controller-state.ts';
import type { Decision } from './decision.ts';
import { MAX_PARKED, MAX_RECORDS_PER_BATCH } from './limits.ts';
import type { QuorumPort } from './quorum-port.ts';
import { type Sweep, sweepLeaderlessPartitions, sweepPreferredLeaders, sweepStaleBroker } from './sweeps.ts';
import { ControllerTimer } from './timers.ts';

/** What a node knows when it is told that it leads the quorum. */
export interface Activation {
  /** Replayed up to the end of the log: everything before `nextOffset` is committed and in here. It is cloned. */
  readonly image: ClusterImage;
  /** Offset of the next record of the metadata log. */
  readonly nextOffset: number;
  readonly quorumEpoch: number;
  /** Whether the log ends within a metadata transaction (`MetadataLoader.transactionStartOffset` is not -1). */
  readonly transactionIsOpen: boolean;
}

export interface ActiveControllerOptions {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly config: ControllerConfig;
  readonly placementRandom: Random;
  readonly topicIdRandom: Random;
  readonly wall: WallClock;
  readonly responder: Responder;
  readonly quorum: QuorumPort;
}

/** A decision that waits until all records up to an offset are committed. */
interface Parked {
  readonly lastOffset: number;
  /** Nobody waits for the decisions of periodic tasks. */
  readonly request: number | null;
  readonly body: object | null;
  /** What to answer instead when this node leads no more. */
  readonly lost: object | null;
  readonly facts: readonly Fact[];
}

const NO_FACTS: readonly Fact[] = [];
/** A sweep that is not done goes on after this long (`PeriodicTask`). */
const SWEEP_AGAIN_US: Us = 10 * MS;
const SESSION_SAMPLES = 8;

/**
 * The role of the active controller: the latest image, soft state, decisions not committed yet. It is made when the
 * node comes to lead the quorum and dropped whole when it does not any more, and with it all that was not committed.
 *
 *     decide -> records -> replay on the latest image -> batch for the log ... committed -> facts, answer
 */
export class ActiveController {
  readonly #options: ActiveControllerOptions;
  readonly quorumEpoch: number;
  readonly state: ControllerState;
  #appends: Uint8Array[] = [];
  #parked: Parked[] = [];
  #settled = 0;

  constructor(now: Us, options: ActiveControllerOptions, activation: Activation, out: Outbox) {
    this.#options = options;
    this.quorumEpoch = activation.quorumEpoch;
    const image = activation.image.clone();
    const sessionTimeoutUs = options.config['broker.session.timeout.ms'] * MS;
    const node = { nodeId: options.nodeId, static: options.config.static };
    this.state = {
      clusterId: options.clusterId,
      config: options.config,
      node,
      topicConfigs: new TopicConfigs(node),
      voters: () => options.quorum.voterIds(),
      image,
      heartbeats: new BrokerHeartbeats(now, sessionTimeoutUs, image),
      placementRandom: options.placementRandom,
      topicIdRandom: options.topicIdRandom,
      get kraftVersion() {
        return options.quorum.kraftVersion;
      },
      nextOffset: activation.nextOffset,
    };
    const facts = this.#append(activationRecords(this.state, activation.transactionIsOpen), out);
    if (facts !== null) this.#park(null, null, null, facts);
    this.#armAll(now, out);
  }

  /** Decisions that wait for the log. */
  get parked(): number {
    return this.#parked.length - this.#settled;
  }

  /**
   * Takes a decision on: appends its records and answers its request when they, or all that it may have read, are
   * committed. Tells the offset of the last record written before the answer.
   */
  settle(request: number, decision: Decision, lost: object, out: Outbox): number {
    if (decision.kind === 'rejected') {
      this.#options.responder.respond(request, decision.body, out);
      return this.state.nextOffset - 1;
    }
    const facts = this.#append(decision.records, out);
    if (facts !== null) this.#park(request, decision.body, lost, facts);
    else if (this.parked > 0) this.#park(request, decision.body, lost, NO_FACTS);
    else this.#options.responder.respond(request, decision.body, out);
    return this.state.nextOffset - 1;
  }

  /** Whether one more request can be taken on. */
  get isFull(): boolean {
    return this.parked >= MAX_PARKED;
  }

  takeAppends(): readonly Uint8Array[] {
    const appends = this.#appends;
    if (appends.length > 0) this.#appends = [];
    return appends;
  }

  /** The log may have grown by control records of the quorum beside what was appended here, but never in between. */
  onAppended(lastOffset: number): void {
    assert(this.#appends.length === 0, 'what was decided is appended before the log grows otherwise');
    assert(lastOffset >= this.state.nextOffset - 1, 'records of the controller are missing in the log');
    this.state.nextOffset = lastOffset + 1;
  }

  /** Everything below the high watermark is committed: tells the world, and answers. */
  onCommitted(highWatermark: number, out: Outbox): void {
    while (this.#settled < this.#parked.length) {
      const parked = this.#parked[this.#settled];
      if (parked === undefined || parked.lastOffset >= highWatermark) break;
      this.#settled += 1;
      for (const fact of parked.facts) {
        if (fact.fact === 'partition changed' && fact.unclean)
          out.probe('controller: unclean leader elected');
        out.fact(fact);
      }
      if (parked.request !== null && parked.body !== null) {
        this.#options.responder.respond(parked.request, parked.body, out);
      }
    }
    if (this.#settled === this.#parked.length) this.#parked = [];
    else if (this.#settled > 1_000) this.#parked = this.#parked.slice(this.#settled);
    else return;
    this.#settled = 0;
  }

  /** The node leads no more: whoever waits is sent to look for who does. */
  resign(out: Outbox): void {
    if (this.parked > 0) out.probe('controller: uncommitted decisions dropped');
    for (let at = this.#settled; at < this.#parked.length; at += 1) {
      const parked = this.#parked[at];
      if (parked === undefined || parked.request === null || parked.lost === null) continue;
      this.#options.responder.respond(parked.request, parked.lost, out);
    }
    this.#parked = [];
    this.#settled = 0;
    for (const kind of Object.values(ControllerTimer)) out.disarm(timerId(kind));
  }

  onTimer(now: Us, kind: number, out: Outbox): void {
    const timer = Object.values(ControllerTimer).find((known) => known === kind);
    assert(timer !== undefined, () => `timer ${kind} is not the controller's`);
    const sweep = this.#sweep(now, timer, out);
    const facts = this.#append(sweep.records, out);
    if (facts !== null) this.#park(null, null, null, facts);
    out.arm(timerId(timer), now + (sweep.more ? SWEEP_AGAIN_US : this.#period(timer)));
  }

  #sweep(now: Us, timer: (typeof ControllerTimer)[keyof typeof ControllerTimer], out: Outbox): Sweep {
    switch (timer) {
      case ControllerTimer.fenceStaleBroker:
        return sweepStaleBroker(now, this.state, out);
      case ControllerTimer.writeNoOp:
        return { records: [{ type: 'NoOpRecord' }], more: false };
      case ControllerTimer.electPreferred:
        return sweepPreferredLeaders(this.state);
      case ControllerTimer.electUnclean:
        return sweepLeaderlessPartitions(this.state);
      default:
        return unreachable(timer);
    }
  }

  /** Zero: never. */
  #period(timer: (typeof ControllerTimer)[keyof typeof ControllerTimer]): Us {
    const { config } = this.#options;
    switch (timer) {
      case ControllerTimer.fenceStaleBroker:
        return Math.max(MS, Math.floor((config['broker.session.timeout.ms'] * MS) / SESSION_SAMPLES));
      case ControllerTimer.writeNoOp:
        return config['metadata.max.idle.interval.ms'] * MS;
      case ControllerTimer.electPreferred:
        return config['auto.leader.rebalance.enable']
          ? config['leader.imbalance.check.interval.seconds'] * SECOND
          : 0;
      case ControllerTimer.electUnclean:
        return config['unclean.leader.election.interval.ms'] * MS;
      default:
        return unreachable(timer);
    }
  }

  #armAll(now: Us, out: Outbox): void {
    for (const timer of Object.values(ControllerTimer)) {
      const period = this.#period(timer);
      if (period > 0) out.arm(timerId(timer), now + period);
    }
  }

  /** Replays records on the latest image and puts them up for the log; null when there are none. */
  #append(records: readonly MetadataRecord[], out: Outbox): readonly Fact[] | null {
    if (records.length === 0) return null;
    const facts: Fact[] = [];
    const timestamp = this.#options.wall.nowMs();
    for (let from = 0; from < records.length; from += MAX_RECORDS_PER_BATCH) {
      const part = records.slice(from, from + MAX_RECORDS_PER_BATCH);
      const baseOffset = this.state.nextOffset;
      for (const record of part) this.#replay(record, facts);
      this.#appends.push(encodeRecords(part, baseOffset, this.quorumEpoch, timestamp));
      out.work.batches += 1;
    }
    out.work.records += records.length;
    return facts;
  }

  #replay(record: MetadataRecord, facts: Fact[]): void {
    const { image, heartbeats } = this.state;
    replayForFacts(image, record, this.state.nextOffset, this.state.topicConfigs, facts);
    this.state.nextOffset += 1;
    switch (record.type) {
      case 'RegisterBrokerRecord':
        heartbeats.remove(record.brokerId);
        heartbeats.register(record.brokerId, record.fenced);
        break;
      case 'BrokerRegistrationChangeRecord':
        heartbeats.register(record.brokerId, image.broker(record.brokerId)?.fenced ?? true);
        break;
      case 'UnregisterBrokerRecord':
        heartbeats.remove(record.brokerId);
        break;
      default:
        break;
    }
  }

  #park(request: number | null, body: object | null, lost: object | null, facts: readonly Fact[]): void {
    this.#parked.push({ lastOffset: this.state.nextOffset - 1, request, body, lost, facts });
  }
}
