import type { Endpoint } from '../machine/index.ts';

/** Who opens connections must hear where a node is reached now: the exchange. */
export interface NodeAddresses {
  setNode(id: number, endpoint: Endpoint): void;
}

export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

const NO_ENDPOINTS: readonly NodeEndpoint[] = [];

/**
 * Where controllers are reached, as far as this replica has heard: from its configuration, from the set of voters,
 * and from requests and answers that name a leader (KIP-853). The latest word counts.
 */
export class KnownNodes {
  readonly #endpoints = new Map<number, NodeEndpoint>();
  readonly #addresses: NodeAddresses | null;

  constructor(addresses: NodeAddresses | null) {
    this.#addresses = addresses;
  }

  learn(nodeId: number, host: string, port: number): void {
    const known = this.#endpoints.get(nodeId);
    if (known !== undefined && known.host === host && known.port === port) return;
    this.#endpoints.set(nodeId, { nodeId, host, port });
    this.#addresses?.setNode(nodeId, { host, port });
  }

  learnAll(endpoints: readonly NodeEndpoint[]): void {
    for (const { nodeId, host, port } of endpoints) this.learn(nodeId, host, port);
  }

  has(nodeId: number): boolean {
    return this.#endpoints.has(nodeId);
  }

  /** As answers tell it: a list of one, or none. */
  endpointsOf(nodeId: number): readonly NodeEndpoint[] {
    const known = this.#endpoints.get(nodeId);
    return known === undefined ? NO_ENDPOINTS : [known];
  }
}
