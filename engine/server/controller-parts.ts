import {
  Controller,
  type ControllerConfig,
  defaultControllerConfig,
  type QuorumPort,
} from '../controller/index.ts';
import { Exchange, Inbound, serverExchangeConfig } from '../exchange/index.ts';
import type { Us } from '../machine/index.ts';
import { defaultRaftConfig, Raft } from '../raft/index.ts';
import { randomUuid } from '../wire/index.ts';
import { controllerFile } from './config-file.ts';
import { ControllerListener } from './controller-listener.ts';
import { ControllerRegistration } from './controller-registration.ts';
import { EnvelopeResponder } from './envelope-responder.ts';
import { directoryIdOf } from './format-directory.ts';
import { MetadataFeed } from './metadata-feed.ts';
import type { ControllerServerOptions } from './server-options.ts';
import { settings } from './settings.ts';
import { SnapshotGenerator, snapshotConfigDefaults } from './snapshot-generator.ts';

/** The components of a controller process, wired to each other. */
export interface ControllerParts {
  readonly exchange: Exchange;
  readonly inbound: Inbound;
  readonly raft: Raft;
  readonly feed: MetadataFeed;
  readonly snapshots: SnapshotGenerator;
  readonly controller: Controller;
  readonly listener: ControllerListener;
  readonly registration: ControllerRegistration;
}

/** Builds the process over its disk; a string says why it cannot start. */
export function openController(now: Us, options: ControllerServerOptions): ControllerParts | string {
  const directoryId = directoryIdOf(options);
  if (typeof directoryId !== 'string') return directoryId.unusable;
  const { nodeId, clusterId, config, disk, endpoint, random, verified, voters, wall, directory } = options;
  const exchange = new Exchange(
    serverExchangeConfig(`controller-${nodeId}`),
    random.stream('reconnect backoff'),
  );
  const inbound = new Inbound();
  const responder = new EnvelopeResponder(inbound);
  const feed = new MetadataFeed();
  const raft = new Raft({
    nodeId,
    directoryId,
    voters,
    clusterId,
    directory,
    disk,
    random: random.stream('election timeout'),
    wall,
    rpc: exchange,
    responder,
    config: settings(defaultRaftConfig, config),
    canVote: true,
    endpoint,
    bootstrapServers: options.bootstrapServers,
    addresses: exchange,
    verified,
  });
  const controllerConfig: ControllerConfig = { ...settings(defaultControllerConfig, config), static: config };
  const controller = new Controller({
    nodeId,
    clusterId,
    config: controllerConfig,
    random,
    wall,
    responder,
    quorum: quorumPort(raft),
  });
  return {
    exchange,
    inbound,
    raft,
    feed,
    snapshots: new SnapshotGenerator(settings(snapshotConfigDefaults, config), now),
    controller,
    listener: new ControllerListener({
      nodeId,
      clusterId,
      file: controllerFile(options),
      feed,
      raft,
      controller,
      inbound,
      responder,
    }),
    registration: new ControllerRegistration({
      nodeId,
      incarnationId: randomUuid(random.stream('incarnation id')),
      endpoint,
      rpc: exchange,
      random: random.stream('registration backoff'),
    }),
  };
}

function quorumPort(raft: Raft): QuorumPort {
  return {
    voterIds: () => raft.voters.ids,
    get kraftVersion() {
      return raft.kraftVersion;
    },
    get nextOffset() {
      return raft.nextOffset;
    },
    upgradeKRaftVersion: (now, level, validateOnly, out) =>
      raft.upgradeKRaftVersion(now, level, validateOnly, out),
  };
}
