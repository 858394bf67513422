import type { Reply, Request } from '../../../engine/exchange/index.ts';
import { Log, type LogConfig, LogStorage, logConfigDefaults } from '../../../engine/log/index.ts';
import {
  assert,
  DiskError,
  type Fact,
  noWork,
  type Outbox,
  type TimerId,
  timerArgument,
  timerKind,
  type Us,
} from '../../../engine/machine/index.ts';
import { ClusterImage, MetadataDelta, type MetadataRecord } from '../../../engine/metadata/index.ts';
import {
  type LogHome,
  REPLICATION_DEFAULTS,
  Replicas,
  type ReplicationConfig,
  type ReplicaView,
} from '../../../engine/replication/index.ts';
import {
  ApiKey,
  type FetchRequest,
  type ListOffsetsRequest,
  type OffsetForLeaderEpochRequest,
  type ProduceRequest,
} from '../../../engine/wire/index.ts';
import type { TestCluster } from './cluster.ts';
import { MemoryDisk } from './memory-disk.ts';

/** What a home of one directory says of directories: nothing moves, and nobody is told where a log lies. */
const ONE_DIRECTORY: Omit<LogHome, 'logs' | 'get' | 'create' | 'remove'> = {
  paths: ['/data'],
  online: () => [],
  *futures() {},
  future: () => undefined,
  createFuture: (name) => new DiskError('EIO', name),
  removeFuture: () => null,
  promote: (name) => new DiskError('EIO', name),
  prefer: () => {},
  hasOffline: false,
  isOnline: (path) => path === '/data',
  isOnlineId: () => true,
  isCordoned: () => false,
  directoryIdAt: () => '',
  directoryOf: () => undefined,
  directoryOfFuture: () => undefined,
};

/** One broker's replication on its disk. It can crash, lose what it wrote, and come back. */
export class TestBroker {
  readonly id: number;
  brokerEpoch = -1;
  disk = new MemoryDisk();
  isUp = true;
  readonly facts: Fact[] = [];
  readonly probes: string[] = [];
  readonly work = noWork();
  /** High watermarks as last checkpointed, by log. */
  checkpoint = new Map<string, number>();
  #cluster: TestCluster;
  #config: ReplicationConfig;
  #timers = new Map<TimerId, Us>();
  #logs = new Map<string, Log>();
  #replicas: Replicas;
  #logStorage!: LogStorage;
  #image = new ClusterImage();
  #applied = 0;
  #wasClean = false;

  constructor(cluster: TestCluster, id: number, config: Partial<ReplicationConfig>) {
    this.#cluster = cluster;
    this.id = id;
    this.#config = { ...REPLICATION_DEFAULTS, ...config };
    this.#replicas = this.#boot();
    this.#replicas.start(cluster.now, this.#out);
  }

  get replicas(): Replicas {
    return this.#replicas;
  }

  get image(): ClusterImage {
    return this.#image;
  }

  view(topic: string, index = 0): ReplicaView {
    const view = this.#replicas.view(topic, index);
    assert(view !== undefined, () => `broker ${this.id} hosts no ${topic}-${index}`);
    return view;
  }

  log(topic: string, index = 0): Log {
    const { log } = this.view(topic, index);
    assert(log !== null, () => `broker ${this.id} has no log of ${topic}-${index}`);
    return log;
  }

  readMetadata(records: readonly MetadataRecord[]): void {
    if (this.#applied === records.length) return;
    const delta = new MetadataDelta();
    for (; this.#applied < records.length; this.#applied += 1) {
      this.#image.replay(records[this.#applied]!, this.#applied, delta);
    }
    this.#replicas.applyDelta(this.#cluster.now, delta, this.#image, this.#out);
  }

  handle(request: Request): void {
    const { now } = this.#cluster;
    switch (request.apiKey) {
      case ApiKey.Produce:
        this.#replicas.handleProduce(now, request as Request<ProduceRequest>, this.#out);
        break;
      case ApiKey.Fetch:
        this.#replicas.handleFetch(now, request as Request<FetchRequest>, this.#out);
        break;
      case ApiKey.ListOffsets:
        this.#replicas.handleListOffsets(now, request as Request<ListOffsetsRequest>, this.#out);
        break;
      case ApiKey.OffsetForLeaderEpoch: {
        const asked = request as Request<OffsetForLeaderEpochRequest>;
        this.#replicas.handleOffsetForLeaderEpoch(now, asked, this.#out);
        break;
      }
      default:
        throw new Error(`api ${request.apiKey}`);
    }
  }

  onReply(owner: number, token: number, reply: Reply): void {
    const taken = this.#replicas.onReply(this.#cluster.now, owner, token, reply, this.#out);
    assert(taken, 'a reply finds who asked');
  }

  nextTimer(): { timer: TimerId; at: Us } | null {
    let next: { timer: TimerId; at: Us } | null = null;
    if (!this.isUp) return next;
    for (const [timer, at] of this.#timers) if (next === null || at < next.at) next = { timer, at };
    return next;
  }

  fire(timer: TimerId): void {
    this.#timers.delete(timer);
    this.#replicas.onTimer(this.#cluster.now, timerKind(timer), timerArgument(timer), this.#out);
  }

  /** Notes the high watermarks as the periodic checkpoint does. */
  checkpointHighWatermarks(): void {
    this.checkpoint = new Map([...this.#logs.values()].map((log) => [log.name, log.highWatermark]));
  }

  /** The process dies; what it wrote stays. */
  crash(): void {
    this.isUp = false;
    this.#timers.clear();
    this.#cluster.disconnect(this.id);
  }

  /** A new process on the same disk, or on the one given: its logs come back, its metadata starts over. */
  restart(disk: MemoryDisk = this.disk, wasClean = false): void {
    assert(!this.isUp, 'a process ends before it starts again');
    this.disk = disk;
    this.isUp = true;
    this.#image = new ClusterImage();
    this.#applied = 0;
    this.#logs = new Map();
    this.#wasClean = wasClean;
    this.#replicas = this.#boot();
    this.#replicas.start(this.#cluster.now, this.#out);
  }

  /** Ends every sync under way. */
  completeSyncs(): void {
    for (const ticket of this.disk.synced.splice(0)) {
      this.#logStorage.onSynced(ticket, null, this.#out);
      this.#replicas.onSynced(this.#cluster.now, ticket, null, this.#out);
    }
  }

  #boot(): Replicas {
    const storage = new LogStorage({ disk: this.disk, wall: { nowMs: () => 1_700_000_000_000 } });
    this.#logStorage = storage;
    for (const name of this.disk.list('/data')) this.#open(storage, name, null);
    const home: LogHome = {
      ...ONE_DIRECTORY,
      logs: () => this.#logs.values() as Generator<Log, void>,
      get: (name) => this.#logs.get(name),
      create: (name, topicId, config) => this.#open(storage, name, topicId, config),
      remove: (name) => {
        this.#logs.delete(name);
        this.disk.remove(`/data/${name}`);
        this.#out.fact({ fact: 'log closed', log: name, reason: 'deleted' });
        return null;
      },
    };
    const cluster = this.#cluster;
    const { id } = this;
    let draw = id * 7919;
    return new Replicas({
      nodeId: id,
      config: this.#config,
      directory: home,
      identity: this,
      random: { u32: () => (draw += 104_729) >>> 0, below: (bound) => (draw += 104_729) % bound },
      responder: {
        respond: (request, body, _out, afterSync = 0) => cluster.ended(request, body, 'answered', afterSync),
        settleSilently: (request) => cluster.ended(request, null, 'silently'),
        disconnect: (request) => cluster.ended(request, null, 'disconnected'),
      },
      rpc: {
        request: (now, to, owner, token, apiKey, body) =>
          cluster.send({
            from: id,
            to,
            owner,
            token,
            apiKey,
            body,
            sentAt: now,
            stage: 'request',
            reply: null,
          }),
      },
    });
  }

  #open(storage: LogStorage, name: string, topicId: string | null, config?: LogConfig): Log | DiskError {
    const log = Log.open(
      {
        storage,
        parent: '/data',
        name,
        topicId,
        config: config ?? logConfigDefaults,
        wasClean: this.#wasClean,
        highWatermark: this.checkpoint.get(name) ?? 0,
      },
      this.#out,
    );
    if (!(log instanceof DiskError)) this.#logs.set(name, log);
    return log;
  }

  readonly #out: Outbox = {
    work: this.work,
    connect: () => 0,
    send: () => {},
    close: () => {},
    arm: (timer, at) => void this.#timers.set(timer, at),
    disarm: (timer) => void this.#timers.delete(timer),
    exit: () => {},
    probe: (name) => void this.probes.push(name),
    fact: (fact) => void this.facts.push(fact),
  };
}
