import { assert } from '../machine/index.ts';
import type { VotersRecord } from '../records/index.ts';
import { ZERO_UUID } from '../wire/index.ts';

/** Where the controllers listen (`controller.listener.names`). */
export const LISTENER_NAME = 'CONTROLLER';

/** What this code speaks of the quorum protocol: `kraft.version` 0 (static voters) and 1 (KIP-853). */
export const MIN_KRAFT_VERSION = 0;
export const MAX_KRAFT_VERSION = 1;

const VOTERS_RECORD_VERSION = 0;

/** A controller as `controller.quorum.voters` or `controller.quorum.bootstrap.servers` names it. */
export interface Voter {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** A replica as a request names it: `ReplicaKey`. A null directory id matches any. */
export interface ReplicaKey {
  readonly id: number;
  readonly directoryId: string | null;
}

/** A voter as the set of voters has it (`VoterSet.VoterNode`). The directory id is unknown at kraft.version 0. */
export interface VoterNode extends ReplicaKey {
  readonly host: string;
  readonly port: number;
  /** The range of `kraft.version` that it supports. */
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Who votes (`VoterSet`). Immutable: a change is another set. */
export class VoterSet {
  /** By id. */
  readonly nodes: readonly VoterNode[];
  /** Sorted. */
  readonly ids: readonly number[];
  readonly #byId = new Map<number, VoterNode>();

  constructor(nodes: readonly VoterNode[]) {
    this.nodes = [...nodes].sort((a, b) => a.id - b.id);
    this.ids = this.nodes.map((node) => node.id);
    for (const node of this.nodes) this.#byId.set(node.id, node);
    assert(this.#byId.size === nodes.length, 'each voter has an id of its own');
  }

  /** `controller.quorum.voters`: nobody knows their directories, nor what they support. Empty in a dynamic quorum. */
  static ofStatic(voters: readonly Voter[]): VoterSet {
    return new VoterSet(
      voters.map(({ id, host, port }) => ({
        id,
        directoryId: null,
        host,
        port,
        minVersion: 0,
        maxVersion: 0,
      })),
    );
  }

  static ofRecord(record: VotersRecord): VoterSet {
    return new VoterSet(
      record.voters.map(({ voterId, voterDirectoryId, endpoints, kRaftVersionFeature }) => {
        const endpoint = endpoints.find(({ name }) => name === LISTENER_NAME);
        assert(endpoint !== undefined, () => `voter ${voterId} without a listener ${LISTENER_NAME}`);
        return {
          id: voterId,
          directoryId: voterDirectoryId === ZERO_UUID ? null : voterDirectoryId,
          host: endpoint.host,
          port: endpoint.port,
          minVersion: kRaftVersionFeature.minSupportedVersion,
          maxVersion: kRaftVersionFeature.maxSupportedVersion,
        };
      }),
    );
  }

  toRecord(): VotersRecord {
    return {
      version: VOTERS_RECORD_VERSION,
      voters: this.nodes.map(({ id, directoryId, host, port, minVersion, maxVersion }) => ({
        voterId: id,
        voterDirectoryId: directoryId ?? ZERO_UUID,
        endpoints: [{ name: LISTENER_NAME, host, port }],
        kRaftVersionFeature: { minSupportedVersion: minVersion, maxSupportedVersion: maxVersion },
      })),
    };
  }

  get size(): number {
    return this.ids.length;
  }

  get majority(): number {
    return (this.ids.length >> 1) + 1;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  get(id: number): VoterNode | undefined {
    return this.#byId.get(id);
  }

  /** The same id in another directory is another replica: it may have forgotten its votes. */
  isVoter(id: number, directoryId: string): boolean {
    const node = this.#byId.get(id);
    return node !== undefined && (node.directoryId === null || node.directoryId === directoryId);
  }

  /** Null when the id votes already, in whatever directory. */
  add(node: VoterNode): VoterSet | null {
    return this.has(node.id) ? null : new VoterSet([...this.nodes, node]);
  }

  /** Null when there is no such voter, and for the last one. */
  remove(id: number, directoryId: string): VoterSet | null {
    const node = this.#byId.get(id);
    if (node === undefined || node.directoryId !== directoryId || this.size === 1) return null;
    return new VoterSet(this.nodes.filter((each) => each.id !== id));
  }

  /** Null when the replica does not vote. */
  update(node: VoterNode & { readonly directoryId: string }): VoterSet | null {
    return this.isVoter(node.id, node.directoryId) ? this.#with(node) : null;
  }

  /** On the way from kraft.version 0 to 1 the directories become known. */
  updateIgnoringDirectory(node: VoterNode): VoterSet | null {
    return this.has(node.id) ? this.#with(node) : null;
  }

  /** The replica votes, and is known otherwise than it is. */
  needsUpdate(node: VoterNode & { readonly directoryId: string }): boolean {
    const known = this.#byId.get(node.id);
    return known !== undefined && this.isVoter(node.id, node.directoryId) && !sameVoterNode(known, node);
  }

  supportsVersion(kraftVersion: number): boolean {
    return this.nodes.every(
      ({ minVersion, maxVersion }) => minVersion <= kraftVersion && kraftVersion <= maxVersion,
    );
  }

  equals(other: VoterSet): boolean {
    return (
      this.size === other.size &&
      this.nodes.every((node, at) => sameVoterNode(node, other.nodes[at] as VoterNode))
    );
  }

  #with(node: VoterNode): VoterSet {
    return new VoterSet(this.nodes.map((each) => (each.id === node.id ? node : each)));
  }
}

function sameVoterNode(a: VoterNode, b: VoterNode): boolean {
  return (
    a.id === b.id &&
    a.directoryId === b.directoryId &&
    a.host === b.host &&
    a.port === b.port &&
    a.minVersion === b.minVersion &&
    a.maxVersion === b.maxVersion
  );
}

/** `voted` is the same nominee as `nominee`, as far as both say their directories. */
export function sameReplica(voted: ReplicaKey, nominee: ReplicaKey): boolean {
  if (voted.id !== nominee.id) return false;
  return voted.directoryId === null || voted.directoryId === nominee.directoryId;
}

/** `101:dddd…`, or the id alone where the directory is not known. */
export function describeReplicaKey(id: number, directoryId: string | null): string {
  return directoryId === null ? String(id) : `${id}:${directoryId}`;
}

/** `[101:dddd…, 102:eeee…]`. */
export function describeVoters(voters: VoterSet): string {
  return `[${voters.nodes.map(({ id, directoryId }) => describeReplicaKey(id, directoryId)).join(', ')}]`;
}
