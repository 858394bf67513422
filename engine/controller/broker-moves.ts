import { assert } from '../machine/index.ts';
import {
  type BrokerRegistration,
  brokerRegistrationChangeRecord,
  type MetadataRecord,
  NO_LEADER,
} from '../metadata/index.ts';
import { type ControllerState, isElrEnabled } from './controller-state.ts';
import { appendLeaderAndIsrUpdates } from './leader-and-isr-updates.ts';

/** Fencing: out of every ISR first, then the change of the registration (`handleBrokerFenced`). */
export function appendFenced(state: ControllerState, broker: number, records: MetadataRecord[]): void {
  appendLeaderAndIsrUpdates(
    state,
    { remove: broker },
    (partition) => partition.isr.includes(broker),
    records,
  );
  const epoch = registered(state, broker).epoch;
  records.push(brokerRegistrationChangeRecord(broker, epoch, { fenced: 1 }));
}

/** Unfencing: the registration first, then the partitions without a leader that it may lead. */
export function appendUnfenced(state: ControllerState, broker: number, records: MetadataRecord[]): void {
  const epoch = registered(state, broker).epoch;
  records.push(brokerRegistrationChangeRecord(broker, epoch, { fenced: -1 }));
  appendLeaderAndIsrUpdates(state, { add: broker }, (partition) => partition.leader === NO_LEADER, records);
}

/** A controlled shutdown is in the log, so that leaders stop taking the broker into their ISRs (KIP-841). */
export function appendControlledShutdown(
  state: ControllerState,
  broker: number,
  records: MetadataRecord[],
): void {
  const registration = registered(state, broker);
  if (!registration.inControlledShutdown) {
    records.push(brokerRegistrationChangeRecord(broker, registration.epoch, { inControlledShutdown: 1 }));
  }
  appendLeaderAndIsrUpdates(
    state,
    { remove: broker },
    (partition) => partition.isr.includes(broker),
    records,
  );
}

/**
 * A new incarnation takes over from one that is gone. Unless it shut down cleanly its disk may lack what it
 * acknowledged, and with ELR it leaves the ELRs as well (`handleBrokerShutdown`, KAFKA-18635).
 */
export function appendShutdown(
  state: ControllerState,
  broker: number,
  isClean: boolean,
  records: MetadataRecord[],
): void {
  if (isClean || !isElrEnabled(state.image)) {
    const inIsr = (partition: { isr: readonly number[] }) => partition.isr.includes(broker);
    appendLeaderAndIsrUpdates(state, { remove: broker }, inIsr, records);
    return;
  }
  const move = { uncleanShutdown: broker };
  appendLeaderAndIsrUpdates(
    state,
    move,
    (partition) => partition.isr.includes(broker) || partition.elr.includes(broker),
    records,
  );
}

/** Directories that failed: their replicas leave ISRs and lead no more (KIP-858). */
export function appendDirectoriesOffline(
  state: ControllerState,
  broker: number,
  offline: readonly string[],
  records: MetadataRecord[],
): void {
  const registration = registered(state, broker);
  const lost = registration.directories.filter((directory) => offline.includes(directory));
  for (const directory of lost) {
    appendLeaderAndIsrUpdates(
      state,
      { remove: broker },
      (partition) => partition.directories.includes(directory),
      records,
    );
  }
  if (lost.length === 0) return;
  const logDirs = registration.directories.filter((directory) => !offline.includes(directory));
  records.push(brokerRegistrationChangeRecord(broker, registration.epoch, { logDirs }));
}

/** Directories that take no new replicas, when they changed (KIP-1066). */
export function appendDirectoriesCordoned(
  state: ControllerState,
  broker: number,
  cordoned: readonly string[],
  records: MetadataRecord[],
): void {
  const registration = registered(state, broker);
  const known = registration.cordonedDirectories;
  const same =
    known !== null &&
    known.length === cordoned.length &&
    known.every((directory) => cordoned.includes(directory));
  if (same) return;
  records.push(brokerRegistrationChangeRecord(broker, registration.epoch, { cordonedLogDirs: cordoned }));
}

function registered(state: ControllerState, broker: number): BrokerRegistration {
  const registration = state.image.broker(broker);
  assert(registration !== undefined, () => `broker ${broker} is not registered`);
  return registration;
}
