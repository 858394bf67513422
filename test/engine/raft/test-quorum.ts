import type { Request } from '../../../engine/exchange/index.ts';
import {
  type Fact,
  MS,
  type Outbox,
  SECOND,
  type Ticket,
  timerKind,
  type Us,
} from '../../../engine/machine/index.ts';
import {
  type CommittedBatch,
  defaultRaftConfig,
  Raft,
  type RaftConfig,
  type RaftOptions,
  type Voter,
} from '../../../engine/raft/index.ts';
import { ApiKey } from '../../../engine/wire/index.ts';
import { describeQuorum } from './describe-quorum.ts';
import { EventClock } from './event-clock.ts';
import { MemoryDisk } from './memory-disk.ts';
import { seededRandom } from './seeded-random.ts';
import { formatDisk, supportedVersions, testControllers, testDirectoryId } from './test-controllers.ts';
import { TestNetwork } from './test-network.ts';
import { testOutbox } from './test-outbox.ts';
import type { TestNode as Node, TestQuorumOptions, Told } from './test-quorum-options.ts';
import { TestStateMachine } from './test-state-machine.ts';
import { textBatch } from './text-records.ts';

const WALL_EPOCH_MS = 1_700_000_000_000;
const CLUSTER_ID = 'cccccccccccccccccccccA';
const ROOT = '/metadata';

/** Replicas, their disks, a network between them, and one clock. Everything follows from the seed. */
export class TestQuorum {
  /** At first. */
  readonly voters: readonly Voter[];
  /** Voters and spares. */
  readonly controllers: readonly Voter[];
  readonly #kraftVersion: 0 | 1;
  /** Where a controller listens from its next start on, unless at 9093. */
  readonly ports = new Map<number, number>();
  readonly ids: readonly number[];
  readonly clusterId = CLUSTER_ID;
  readonly facts: Told[] = [];
  readonly probes = new Map<string, number>();
  readonly network: TestNetwork;
  /** Called after each event. */
  onEvent: () => void = () => {};
  /** Sees what a node's state machine gets. */
  onCommitted: (node: number, batch: CommittedBatch, values: readonly string[]) => void = () => {};
  readonly #nodes = new Map<number, Node>();
  readonly #random;
  readonly #config: RaftConfig;
  readonly #syncUs: readonly [Us, Us];
  readonly #syncHeld = new Set<number>();
  readonly #clock = new EventClock();

  constructor(options: TestQuorumOptions = {}) {
    this.#random = seededRandom(options.seed ?? 1);
    this.#config = { ...defaultRaftConfig, ...options.config };
    this.network = new TestNetwork(this.#clock, () => this.#draw(options.latencyUs ?? [200, 2 * MS]), {
      isUp: (id) => this.isRunning(id),
      incarnationOf: (id) => this.#node(id).incarnation,
      handle: (id, request) => this.#handle(this.#node(id), request),
      onReply: (id, token, reply) => {
        const node = this.#node(id);
        this.#step(node, (raft) => raft.onReply(this.now, token, reply, node.out));
      },
    });
    this.#syncUs = options.syncUs ?? [500, 3 * MS];
    const count = options.voters ?? 3;
    this.#kraftVersion = options.kraftVersion ?? 0;
    this.controllers = testControllers(count + (options.spares ?? 0));
    this.voters = this.controllers.slice(0, count);
    const observers = Array.from({ length: options.observers ?? 0 }, (_, at) => 1 + at);
    this.ids = [...this.controllers.map(({ id }) => id), ...observers];
    for (const id of this.ids) this.#addNode(id);
  }

  get now(): Us {
    return this.#clock.now;
  }

  // Life of a node.

  startAll(): this {
    for (const id of this.ids) this.start(id);
    return this;
  }

  start(id: number): void {
    const node = this.#node(id);
    if (node.raft !== null) throw new Error(`${id} is running`);
    node.incarnation++;
    node.applied = new TestStateMachine();
    node.exit = null;
    node.out = this.#outbox(node);
    this.#format(node);
    node.raft = new Raft(this.#options(node));
    this.#step(node, (raft) => raft.boot(this.now, node.out));
  }

  isRunning(id: number): boolean {
    return this.#node(id).raft !== null;
  }

  /** The process dies; what it wrote stays in the page cache. */
  crash(id: number): void {
    const node = this.#node(id);
    node.raft = null;
    node.disk.crash();
  }

  /** Only what was synced is certain. With luck some of the rest survives. */
  losePower(id: number, luck: 'none' | 'some' = 'none'): void {
    this.crash(id);
    this.#node(id).disk.losePower(luck === 'none' ? null : this.#random);
  }

  /** The disk is replaced by an empty one: the controller forgets its votes and is another replica from now on. */
  wipe(id: number): void {
    if (this.isRunning(id)) this.crash(id);
    const node = this.#node(id);
    node.wipes++;
    node.disk = this.#newDisk(node);
  }

  restart(id: number): void {
    if (this.isRunning(id)) this.crash(id);
    this.start(id);
  }

  /** Why a node ended itself, or null. */
  exitOf(id: number): string | null {
    return this.#node(id).exit;
  }

  breakDisk(id: number): void {
    this.#node(id).disk.isBroken = true;
  }

  /** Syncs of this node do not complete until they are let go. */
  holdSyncs(id: number): void {
    this.#syncHeld.add(id);
  }

  isolate(id: number): void {
    for (const other of this.ids) {
      if (other === id) continue;
      this.network.cut(id, other);
      this.network.cut(other, id);
    }
  }

  // Work for the quorum.

  append(id: number, ...values: readonly string[]): number | null {
    const node = this.#node(id);
    const raft = node.raft!;
    const batch = textBatch(raft.nextOffset, raft.quorumEpoch, values, this.#wallMs());
    let offset: number | null = null;
    this.#step(node, (live) => {
      offset = live.append(this.now, [batch], node.out);
    });
    return offset;
  }

  resign(id: number): void {
    const node = this.#node(id);
    this.#step(node, (raft) => raft.resign(this.now, node.out));
  }

  /** Why not, or null. */
  raiseKRaftVersion(id: number, kraftVersion: number): string | null {
    const { raft, out } = this.#node(id);
    return raft!.upgradeKRaftVersion(this.now, kraftVersion, false, out);
  }

  shutdown(id: number, timeoutUs = 5 * SECOND): void {
    const node = this.#node(id);
    this.#step(node, (raft) => raft.shutdown(this.now, timeoutUs, node.out));
  }

  /** A snapshot of all that a node has applied. */
  snapshot(id: number): boolean {
    const node = this.#node(id);
    const { applied } = node;
    const state = applied.values.length === 0 ? [] : [textBatch(0, 0, applied.values, this.#wallMs())];
    let isWriting = false;
    this.#step(node, (raft) => {
      isWriting = raft.createSnapshot(this.now, applied.nextOffset, applied.lastEpoch, state, node.out);
    });
    return isWriting;
  }

  /** A request from outside the quorum; what comes back is filled in when it comes. */
  ask(to: number, apiKey: number, apiVersion: number, body: object): { answer: object | null } {
    const asked: { answer: object | null } = { answer: null };
    const id = this.network.expect(asked);
    this.#handle(this.#node(to), { id, apiKey, apiVersion, clientId: null, connection: 0, body });
    return asked;
  }

  raft(id: number): Raft {
    const { raft, exit } = this.#node(id);
    if (raft === null) throw new Error(`${id} is not running${exit === null ? '' : `: ${exit}`}`);
    return raft;
  }

  applied(id: number): TestStateMachine {
    return this.#node(id).applied;
  }

  disk(id: number): MemoryDisk {
    return this.#node(id).disk;
  }

  /** The leader of the highest epoch, or -1. */
  leader(): number {
    let leader = -1;
    let epoch = -1;
    for (const node of this.#nodes.values()) {
      if (node.raft === null || !node.raft.isLeader || node.raft.quorumEpoch <= epoch) continue;
      leader = node.id;
      epoch = node.raft.quorumEpoch;
    }
    return leader;
  }

  factsOf<K extends Fact['fact']>(id: number, kind: K): readonly Extract<Fact, { fact: K }>[] {
    return this.facts
      .filter((told) => told.node === id && told.fact.fact === kind)
      .map((told) => told.fact as Extract<Fact, { fact: K }>);
  }

  probed(name: string): number {
    return this.probes.get(name) ?? 0;
  }

  // Time.

  run(us: Us): this {
    const end = this.now + us;
    while (this.#clock.hasNext(end)) this.#next();
    this.#clock.passTo(end);
    return this;
  }

  /** Runs until something holds; says what did not if it never does. */
  until(what: string, holds: () => boolean, limitUs: Us = 60 * SECOND): this {
    const end = this.now + limitUs;
    while (!holds()) {
      if (!this.#clock.hasNext(end)) throw new Error(`waited in vain: ${what}\n${this.describe()}`);
      this.#next();
    }
    return this;
  }

  untilLeader(among: readonly number[] = this.ids): number {
    this.until('a leader that has committed in its epoch', () => {
      const leader = this.leader();
      return among.includes(leader) && this.raft(leader).highWatermark >= 0;
    });
    return this.leader();
  }

  untilApplied(value: string, ids: readonly number[] = this.ids): this {
    return this.until(`${value} applied by ${ids.join(', ')}`, () =>
      ids.every((id) => !this.isRunning(id) || this.applied(id).values.includes(value)),
    );
  }

  describe(): string {
    return describeQuorum(this.now, [...this.#nodes.values()], this.facts);
  }

  #next(): void {
    this.#clock.next();
    this.onEvent();
  }

  #draw([min, max]: readonly [Us, Us]): Us {
    return min + this.#random.below(max - min + 1);
  }

  #wallMs(): number {
    return WALL_EPOCH_MS + Math.trunc(this.now / MS);
  }

  #node(id: number): Node {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  #addNode(id: number): void {
    const node: Node = {
      id,
      disk: null as never,
      wipes: 0,
      raft: null,
      out: null as never,
      incarnation: 0,
      applied: new TestStateMachine(),
      exit: null,
    };
    node.disk = this.#newDisk(node);
    this.#nodes.set(id, node);
  }

  #newDisk(node: Node): MemoryDisk {
    const disk = new MemoryDisk(ROOT);
    disk.onSync = (ticket) =>
      this.#clock.schedule(this.#draw(this.#syncUs), () => this.#completeSync(node, ticket));
    return disk;
  }

  endpointOf(id: number): Voter {
    const port = this.ports.get(id) ?? 9093;
    return { id, host: id > 100 ? `c${id}` : `b${id}`, port };
  }

  directoryIdOf(id: number): string {
    return testDirectoryId(id, this.#node(id).wipes);
  }

  /** As `kafka-storage format --initial-controllers` does it, before the first start. */
  #format({ id, disk, wipes }: Node): void {
    if (this.#kraftVersion === 0 || wipes > 0 || !this.voters.some((voter) => voter.id === id)) return;
    formatDisk(disk, ROOT, this.voters, this.#wallMs());
  }

  #completeSync(node: Node, ticket: Ticket): void {
    if (this.#syncHeld.has(node.id)) return;
    const error = node.disk.complete(ticket);
    if (error === false) return;
    this.#step(node, (raft) => {
      if (!raft.onSynced(this.now, ticket, error, node.out))
        throw new Error(`nobody waits for sync ${ticket}`);
    });
  }

  #options(node: Node): RaftOptions {
    return {
      nodeId: node.id,
      directoryId: this.directoryIdOf(node.id),
      voters: this.#kraftVersion === 0 ? this.voters : [],
      bootstrapServers: this.controllers,
      endpoint: this.endpointOf(node.id),
      clusterId: CLUSTER_ID,
      directory: ROOT,
      disk: node.disk,
      random: seededRandom(this.#random.u32()),
      wall: { nowMs: () => this.#wallMs() },
      rpc: this.network.rpc(node.id),
      responder: this.network.responder(node.id),
      config: this.#config,
      canVote: this.controllers.some(({ id }) => id === node.id),
    };
  }

  #step(node: Node, act: (raft: Raft) => void): void {
    const { raft } = node;
    if (raft === null) return;
    act(raft);
    if (node.exit !== null) {
      this.crash(node.id);
      return;
    }
    node.applied.takeFrom(raft, (batch, values) => this.onCommitted(node.id, batch, values));
  }

  #outbox(node: Node): Outbox {
    const { incarnation } = node;
    return testOutbox(this.#clock, {
      onTimer: (timer) => {
        if (node.incarnation !== incarnation) return;
        this.#step(node, (raft) => raft.onTimer(this.now, timerKind(timer), node.out));
      },
      onExit: (message) => {
        node.exit = message;
      },
      onProbe: (name) => {
        this.probes.set(name, this.probed(name) + 1);
      },
      onFact: (fact) => {
        this.facts.push({ at: this.now, node: node.id, fact });
      },
    });
  }

  #handle(node: Node, request: Request): void {
    if (request.apiKey === ApiKey.ApiVersions) {
      this.network.responder(node.id).respond(request.id, supportedVersions(), node.out);
    } else this.#step(node, (raft) => raft.handle(this.now, request, node.out));
  }
}
