import { type Random, SECOND, type Us } from '../../../engine/machine/index.ts';
import { buildBatch, noCompression, readRecords } from '../../../engine/records/index.ts';
import {
  ApiKey,
  ErrorCode,
  type ProduceRequest,
  type ProduceResponse,
  utf8Decode,
  utf8Encode,
} from '../../../engine/wire/index.ts';
import { Invariants } from '../../../sim/check/index.ts';
import { TinyCluster } from './tiny-cluster.ts';
import { randomSource, type TinyNode, type TinyWorld } from './tiny-world.ts';

const TOPIC = 't';
const PARTITIONS = 3;
const STORM: Us = 60 * SECOND;
const CALM: Us = 120 * SECOND;

interface Sent {
  readonly token: number;
  readonly partition: number;
  readonly value: string;
}

export interface StormResult {
  readonly violations: readonly string[];
  readonly acknowledged: number;
  readonly faults: readonly string[];
  /** In words, what did not come back after the storm; empty when all did. */
  readonly pending: readonly string[];
  /** Acknowledged values that a consumer does not find afterwards. */
  readonly lost: readonly string[];
  readonly failed: readonly string[];
}

/** A cluster under random kills, stops and cuts while somebody produces; then calm; then a look at what is left. */
export class Storm {
  readonly cluster: TinyCluster;
  readonly #random: Random;
  readonly #invariants = new Invariants();
  readonly #faults: string[] = [];
  readonly #failed: string[] = [];
  readonly #down = new Set<string>();
  readonly #cut = new Set<string>();
  readonly #sent: Sent[] = [];
  readonly #acknowledged: Sent[] = [];
  readonly #calmness: number;
  #nextValue = 0;

  /** About every `calmness` times 150 ms something happens. */
  constructor(seed: string, codec: 'objects' | 'bytes' = 'objects', calmness = 8) {
    this.#calmness = calmness;
    this.#random = randomSource(seed).stream('storm');
    const watch = (world: TinyWorld): void => {
      world.onFact = (node, fact) => this.#invariants.onFact(world.now, node.host, fact);
      world.onStep = (node) => this.#invariants.onStepEnd(world.now, node.host);
    };
    this.cluster = new TinyCluster({ codec, seed, config: { 'min.insync.replicas': 2 }, watch });
  }

  run(): StormResult {
    const { cluster } = this;
    const started = cluster.started();
    if (started) {
      cluster.createTopic(TOPIC, PARTITIONS, 3);
      const end = cluster.world.now + STORM;
      while (cluster.world.now < end) {
        this.#produceSome();
        cluster.world.runFor(50_000 + this.#random.below(200_000));
        this.#collect();
        if (this.#random.below(this.#calmness) === 0) this.#fault();
        this.#restartExited();
      }
    }
    const pending = started ? this.#calmDown() : ['the cluster did not start'];
    return {
      violations: this.#invariants.violations.map((v) => `${v.at} ${v.check}: ${v.message}`),
      acknowledged: this.#acknowledged.length,
      faults: this.#faults,
      pending,
      lost: pending.length > 0 ? [] : this.#lost(),
      failed: this.#failed,
    };
  }

  #pick<T>(of: readonly T[]): T {
    return of[this.#random.below(of.length)]!;
  }

  #note(what: string): void {
    this.#faults.push(`${Math.floor(this.cluster.world.now / 1000)}ms ${what}`);
  }

  #fault(): void {
    const nodes = [...this.cluster.brokers, ...this.cluster.controllers];
    const node = this.#pick(nodes);
    const { host } = node;
    if (this.#down.has(host)) {
      this.#start(node);
      return;
    }
    if (this.#cut.has(host)) {
      this.cluster.world.heal(host);
      this.#cut.delete(host);
      this.#note(`heal ${host}`);
      return;
    }
    switch (this.#random.below(4)) {
      case 0:
        this.cluster.world.cut(host);
        this.#cut.add(host);
        this.#note(`cut ${host}`);
        return;
      case 1:
        node.shutdown();
        this.#note(`shutdown ${host}`);
        return;
      default:
        node.kill();
        this.#invariants.onDown(host);
        this.#down.add(host);
        this.#note(`kill ${host}`);
    }
  }

  #start(node: TinyNode): void {
    this.#down.delete(node.host);
    this.#note(`start ${node.host}`);
    const id = Number(node.host.slice(1));
    if (node.host.startsWith('b')) this.cluster.startBroker(id);
    else this.cluster.startController(id);
  }

  #restartExited(): void {
    for (const node of [...this.cluster.brokers, ...this.cluster.controllers]) {
      if (node.exited === null) continue;
      if (node.exited.reason === 'failed') this.#failed.push(`${node.host}: ${node.exited.message}`);
      node.exited = null;
      this.#invariants.onDown(node.host);
      this.#down.add(node.host);
      this.#note(`exited ${node.host}`);
    }
  }

  #produceSome(): void {
    const { cluster } = this;
    if (cluster.activeController() === null) return;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const leader = cluster.leaderOf(TOPIC, partition);
      if (leader < 0) continue;
      const value = `v${this.#nextValue++}`;
      const batch = buildBatch({ baseOffset: 0, leaderEpoch: -1 }, [
        { timestamp: 1_700_000_000_000, key: null, value: utf8Encode(value) },
      ]);
      const body: ProduceRequest = {
        transactionalId: null,
        acks: -1,
        timeoutMs: 5_000,
        topicData: [
          {
            name: '',
            topicId: cluster.topicId(TOPIC),
            partitionData: [{ index: partition, records: [batch] }],
          },
        ],
      };
      this.#sent.push({
        token: cluster.client.send(leader, ApiKey.Produce, body, 10 * SECOND),
        partition,
        value,
      });
    }
  }

  #collect(): void {
    const waiting: Sent[] = [];
    for (const sent of this.#sent) {
      const reply = this.cluster.client.reply(sent.token);
      if (reply === undefined) waiting.push(sent);
      else if (reply.kind === 'response') {
        const response = reply.body as ProduceResponse;
        if (response.responses[0]!.partitionResponses[0]!.errorCode === ErrorCode.NONE) {
          this.#acknowledged.push(sent);
        }
      }
    }
    this.#sent.length = 0;
    this.#sent.push(...waiting);
  }

  #calmDown(): string[] {
    const { cluster } = this;
    for (const host of this.#cut) cluster.world.heal(host);
    const settled = () => {
      this.#restartExited();
      for (const node of [...cluster.brokers, ...cluster.controllers]) {
        if (this.#down.has(node.host)) this.#start(node);
      }
      return this.#pending().length === 0;
    };
    const end = cluster.world.now + CALM;
    while (cluster.world.now < end && !settled()) cluster.world.runFor(SECOND);
    this.#collect();
    return this.#pending();
  }

  #pending(): string[] {
    const { cluster } = this;
    const pending: string[] = [];
    if (cluster.activeController() === null) return ['no active controller'];
    for (const [index] of cluster.brokers.entries()) {
      const state = cluster.brokerView(index + 1)?.state ?? 'down';
      if (state !== 'RUNNING') pending.push(`broker ${index + 1} is ${state}`);
    }
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const registration = cluster.registration(TOPIC, partition);
      if (registration?.isr.length !== 3 || registration.leader < 0) {
        pending.push(`t-${partition} leader ${registration?.leader} isr ${registration?.isr}`);
      }
    }
    return pending;
  }

  #lost(): string[] {
    const { cluster } = this;
    const found = new Set<string>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const leader = cluster.leaderOf(TOPIC, partition);
      for (let next = 0; ; ) {
        const fetched = cluster.fetch(leader, TOPIC, partition, next);
        // A connection that a cut has left half open breaks at the first use.
        if (typeof fetched === 'string') continue;
        if (fetched.errorCode !== 0) throw new Error(`fetch: ${fetched.errorCode}`);
        if (next >= fetched.highWatermark) break;
        for (const chunk of fetched.records ?? []) {
          for (let at = 0; at < chunk.length; ) {
            const size = new DataView(chunk.buffer, chunk.byteOffset + at).getInt32(8) + 12;
            const records = readRecords(chunk.subarray(at, at + size), noCompression);
            if (!Array.isArray(records)) throw new Error('a batch cannot be read');
            for (const record of records) {
              found.add(`${partition} ${utf8Decode(record.value!)}`);
              next = record.offset + 1;
            }
            at += size;
          }
        }
      }
    }
    return this.#acknowledged
      .filter((sent) => !found.has(`${sent.partition} ${sent.value}`))
      .map((sent) => `${sent.partition} ${sent.value}`);
  }
}
