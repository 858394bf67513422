import { clientPlaces, type Scenario } from '../scenario/index.ts';

export const BROKER_PORT = 9092;
export const CONTROLLER_PORT = 9093;
/** Where topics are made from; no scenario's client. */
export const ADMIN_HOST = 'a1';
/** Where a scenario's operations are run from, when it has any. */
export const OPERATIONS_HOST = 'a2';
/** Controllers' node ids follow this; brokers' begin at 1. */
const CONTROLLER_IDS_FROM = 100;

/** Where a client without a rack stands. */
export const FIRST_RACK = 'a';

export interface NodePlace {
  /** Host name: `b1`, `c101`. */
  readonly name: string;
  readonly id: number;
  readonly role: 'broker' | 'controller' | 'client';
  readonly rack: string;
}

export interface ClientNode extends NodePlace {
  /** The client in the scenario whose process it is. */
  readonly client: string;
}

/** Racks are letters; nodes are dealt to them in turn. */
export function rackOf(index: number, racks: number): string {
  return String.fromCharCode(97 + (index % racks));
}

export function brokersOf(scenario: Scenario): NodePlace[] {
  const { brokers, racks } = scenario.cluster;
  return Array.from({ length: brokers }, (_, i) => ({
    name: `b${i + 1}`,
    id: i + 1,
    role: 'broker' as const,
    rack: rackOf(i, racks),
  }));
}

/** Those that vote from the start come first. */
export function controllersOf(scenario: Scenario): NodePlace[] {
  const { controllers, spareControllers, racks } = scenario.cluster;
  return Array.from({ length: controllers + spareControllers }, (_, i) => ({
    name: `c${CONTROLLER_IDS_FROM + i + 1}`,
    id: CONTROLLER_IDS_FROM + i + 1,
    role: 'controller' as const,
    rack: rackOf(i, racks),
  }));
}

/** Clients are hosts of their own; one without a rack stands in the first. */
export function clientsOf({ traffic }: Scenario): ClientNode[] {
  return clientPlaces(traffic).map(({ name, client, rack }, i) => ({
    name,
    client,
    id: -2 - i,
    role: 'client' as const,
    rack: rack ?? FIRST_RACK,
  }));
}

/** Paths of each broker's log directories; the first holds the metadata log. */
export function logDirectoriesOf(scenario: Scenario): string[] {
  const { logDirs } = scenario.cluster;
  if (logDirs === 1) return ['/data'];
  return Array.from({ length: logDirs }, (_, i) => `/data${i + 1}`);
}

export function brokerName(id: number): string {
  return `b${id}`;
}

export function controllerName(id: number): string {
  return `c${id}`;
}

/** `host:port` of every broker. */
export function bootstrapServers(scenario: Scenario): string[] {
  return brokersOf(scenario).map(({ name }) => `${name}:${BROKER_PORT}`);
}
