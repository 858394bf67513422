import type { Disk, Frame, Machine } from '../../engine/machine/index.ts';
import { VerifiedBatches } from '../../engine/records/index.ts';
import {
  BrokerServer,
  type BrokerView,
  ControllerServer,
  type ControllerView,
  type FormatOptions,
  type Voter,
} from '../../engine/server/index.ts';
import { randomUuid, type Uuid } from '../../engine/wire/index.ts';
import { activeController, type ProcessView } from '../check/index.ts';
import { ChunkBlocks } from '../disk/index.ts';
import { Host, type HostEvents, type HostOptions, type MachineFactory } from '../host/index.ts';
import { Kernel } from '../kernel/index.ts';
import { DEFAULT_NETWORK, Network, type NetworkOptions, type Nic } from '../network/index.ts';
import { RandomStreams } from '../random/index.ts';
import { durationUs, type NetworkSpec, type Scenario } from '../scenario/index.ts';
import { COMPRESSION } from './compression.ts';
import { courierFor } from './couriers.ts';
import { damageFrame } from './damage.ts';
import { type HardwareProfile, hardwareProfile } from './hardware.ts';
import {
  BROKER_PORT,
  brokersOf,
  CONTROLLER_PORT,
  controllersOf,
  logDirectoriesOf,
  type NodePlace,
} from './topology.ts';
import type { TrialOptions } from './trial-contract.ts';

/** Wall time at which every run begins: 2026-01-01T00:00:00Z. */
const EPOCH_MS = 1_767_225_600_000;
/** A JVM's start, and a machine's: of the right order, invented. */
const SERVER_BOOT_US = 1_500_000;
const POWER_ON_US = 3_000_000;
/** 22 characters of base64url, as Kafka prints a cluster id. */
export const CLUSTER_ID = 'kafka-trial-cluster-00';
/** Of every server; a broker may have others (`logDirectoriesOf`). */
export const LOG_DIRECTORY = '/data';

/** Servers and clients on hosts, one kernel, one network: the composition root. */
export class Cluster {
  readonly kernel = new Kernel();
  readonly random: RandomStreams;
  readonly network: Network;
  readonly hardware: HardwareProfile;
  readonly brokers: readonly NodePlace[];
  readonly controllers: readonly NodePlace[];
  /** Every host by name, in the order of adding. */
  readonly hosts = new Map<string, Host>();
  /** A batch object is checksummed once in this world, whoever looks at it. */
  readonly verified = new VerifiedBatches();
  /** Hears of every time that a fault of the network struck. */
  onStrike: (what: string) => void = () => {};
  readonly #scenario: Scenario;
  readonly #isDynamic: boolean;
  readonly #firstVoters: readonly Voter[];
  /** Of controllers, by id. */
  readonly #directoryIds = new Map<number, Uuid>();
  /** Controllers that have had a disk. */
  readonly #formatted = new Set<number>();
  readonly #world: ConstructorParameters<typeof Host>[0];

  constructor(scenario: Scenario, options: TrialOptions, events: HostEvents) {
    this.#scenario = scenario;
    this.random = new RandomStreams(options.seed);
    this.hardware = hardwareProfile(scenario.cluster.hardware);
    this.network = new Network({
      kernel: this.kernel,
      random: this.random,
      options: networkOptions(scenario.cluster.network),
      damage: (payload, random) => damageFrame(payload as Frame, random),
      onStrike: (what) => this.onStrike(what),
    });
    const { kernel, network, random } = this;
    this.#world = {
      kernel,
      network,
      random,
      courier: courierFor(options),
      events,
      blocks: new ChunkBlocks(),
    };
    this.brokers = brokersOf(scenario);
    this.controllers = controllersOf(scenario);
    this.#isDynamic = scenario.cluster.quorum === 'dynamic';
    this.#firstVoters = this.controllers
      .slice(0, scenario.cluster.controllers)
      .map(({ id, name }) => ({ id, host: name, port: CONTROLLER_PORT }));
    const luck = random.stream('directory ids of controllers');
    for (const { id } of this.controllers) this.#directoryIds.set(id, randomUuid(luck));
    for (const place of this.controllers) this.#addController(place);
    for (const place of this.brokers) this.#addBroker(place);
  }

  startServers(): void {
    for (const host of this.hosts.values()) host.start();
  }

  /** A client's host; its process starts at once. */
  addClient(name: string, rack: string, factory: MachineFactory): Host {
    const host = this.#add({ name, id: -1, role: 'client', rack }, [], this.hardware.clientNic, 0, factory);
    host.start();
    return host;
  }

  host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new RangeError(`no host is called ${name}`);
    return host;
  }

  brokerViews(): ProcessView<BrokerView>[] {
    return this.brokers.map(({ name, id }) => {
      const { machine, state } = this.host(name);
      return {
        name,
        id,
        up: state === 'running',
        view: machine === null ? null : (machine as BrokerServer).view(),
      };
    });
  }

  controllerViews(): ProcessView<ControllerView>[] {
    return this.controllers.map(({ name, id }) => {
      const { machine, state } = this.host(name);
      return {
        name,
        id,
        up: state === 'running',
        view: machine === null ? null : (machine as ControllerServer).view(),
      };
    });
  }

  /** The active controller's committed word, or null while nobody decides. */
  active(): ControllerView | null {
    return activeController({ controllers: this.controllerViews() });
  }

  #addController(place: NodePlace): void {
    this.#addServer(place, CONTROLLER_PORT, (ports) => {
      const config = { ...this.#scenario.cluster.controllerConfig };
      const format = this.#formatOf(place, ports.disk);
      return new ControllerServer({ ...this.#common(place, CONTROLLER_PORT), ...ports, config, format });
    });
  }

  #addBroker(place: NodePlace): void {
    this.#addServer(place, BROKER_PORT, (ports) => {
      const config = { ...this.#scenario.cluster.brokerConfig };
      const directories = logDirectoriesOf(this.#scenario);
      const own = { config, rack: place.rack, directory: directories[0]!, directories };
      return new BrokerServer({ ...this.#common(place, BROKER_PORT), ...ports, ...own });
    });
  }

  #addServer(
    place: NodePlace,
    port: number,
    factory: (ports: Parameters<MachineFactory>[0]) => Machine,
  ): void {
    this.#add(place, [port], this.hardware.brokerNic, SERVER_BOOT_US, factory);
  }

  #common(place: NodePlace, port: number) {
    return {
      nodeId: place.id,
      clusterId: CLUSTER_ID,
      endpoint: { host: place.name, port },
      voters: this.#isDynamic ? [] : this.#firstVoters,
      bootstrapServers: this.controllers.map(({ id, name }) => ({ id, host: name, port: CONTROLLER_PORT })),
      compression: COMPRESSION,
      verified: this.verified,
      directory: LOG_DIRECTORY,
    };
  }

  /** What `kafka-storage format` is told of a controller's directory in a dynamic quorum (KIP-853). */
  #formatOf({ id }: NodePlace, disk: Disk): FormatOptions | undefined {
    if (!this.#isDynamic) return undefined;
    const isEmpty = disk.list(LOG_DIRECTORY).length === 0;
    if (isEmpty && this.#formatted.has(id)) {
      // Another disk: under its old directory id it would be believed to keep votes and records that it has lost.
      return {
        directoryId: randomUuid(this.random.stream('directory ids of other disks')),
        initialControllers: [],
      };
    }
    this.#formatted.add(id);
    const votes = this.#firstVoters.some((voter) => voter.id === id);
    const initialControllers = this.#firstVoters.map((voter) => ({
      ...voter,
      directoryId: this.#directoryIds.get(voter.id)!,
    }));
    return {
      directoryId: this.#directoryIds.get(id)!,
      initialControllers: votes ? initialControllers : [],
    };
  }

  #regionOf(rack: string): string {
    const { network, racks } = this.#scenario.cluster;
    return regionOfRack(rack, racks, network.regions);
  }

  /** Clients keep nothing. */
  #capacityOf({ role }: NodePlace): number {
    return role === 'client' ? 0 : this.#scenario.cluster.diskCapacityBytes;
  }

  #add(place: NodePlace, ports: readonly number[], nic: Nic, bootUs: number, factory: MachineFactory): Host {
    const { name, rack } = place;
    const options: HostOptions = {
      name,
      location: { region: this.#regionOf(rack), rack },
      nic,
      ports,
      threads: this.hardware.threads,
      prices: this.hardware.prices,
      bootUs,
      powerOnUs: POWER_ON_US,
      clock: { epochMs: EPOCH_MS },
      disk: { ...this.hardware.disk, capacityBytes: this.#capacityOf(place) },
    };
    const host = new Host(this.#world, options, factory);
    this.hosts.set(name, host);
    return host;
  }
}

/** Racks are dealt to regions in stretches: of four racks in two regions, a and b are the first. */
export function regionOfRack(rack: string, racks: number, regions: number): string {
  const index = rack.charCodeAt(0) - 'a'.charCodeAt(0);
  return String(1 + Math.floor((Math.min(index, racks - 1) * regions) / racks));
}

function networkOptions(spec: NetworkSpec): NetworkOptions {
  const tailUsMean = durationUs(spec.jitter);
  const lossPpm = spec.lossPer10k * 100;
  return {
    ...DEFAULT_NETWORK,
    links: {
      ...DEFAULT_NETWORK.links,
      'same rack': { latency: { floorUs: durationUs(spec.sameRack), tailUsMean }, lossPpm },
      'same region': { latency: { floorUs: durationUs(spec.crossRack), tailUsMean }, lossPpm },
      'other region': { latency: { floorUs: durationUs(spec.crossRegion), tailUsMean }, lossPpm },
    },
  };
}
